// Policies by name, and one policy with what it did.
import { useMemo, useState } from "preact/hooks";
import type { Metric, PolicyLine } from "./api";
import { plural, quantity, readable, short, when } from "./format";
import { setQuery, useData, usePlace, useShared } from "./hooks";
import { Nothing, PolicyLink, Problem, Section, Waiting } from "./parts";
import { Source } from "./source";

export function DomainSelect({
  value,
  onPick,
  all = true,
  label = "Domain",
}: {
  value: string;
  onPick: (domain: string) => void;
  all?: boolean;
  label?: string;
}) {
  const { state } = useShared();
  return (
    <label class="field">
      {label}
      <select value={value} onChange={(event) => onPick(event.currentTarget.value)}>
        {all && <option value="">all</option>}
        {state.domains.map((domain) => (
          <option value={domain.name}>{domain.name}</option>
        ))}
      </select>
    </label>
  );
}

export function Policies() {
  const { query } = usePlace();
  const domain = query.get("domain") ?? "";
  const text = query.get("text") ?? "";
  const { data, error } = useData<{ policies: PolicyLine[]; more: boolean }>(
    `policies?${new URLSearchParams({ domain, text })}`,
  );
  return (
    <>
      <div class="title">
        <h1>Policies</h1>
      </div>
      <Section
        title="In this ledger"
        note="Baselines first. A name or the beginning of a digest finds the others."
        tools={
          <>
            <DomainSelect value={domain} onPick={(value) => setQuery({ domain: value })} />
            <input
              id="search"
              type="search"
              placeholder="name or digest  /"
              aria-label="Find policies"
              value={text}
              onInput={(event) => setQuery({ text: event.currentTarget.value })}
            />
          </>
        }
      >
        <Problem text={error} />
        {!data && !error && <Waiting />}
        {data?.policies.length === 0 && <Nothing>No policy of this name.</Nothing>}
        {data && data.policies.length > 0 && (
          <div class="scroll">
            <table class="list">
              <thead>
                <tr>
                  <th scope="col">policy</th>
                  <th scope="col">domain</th>
                  <th scope="col">kind</th>
                  <th scope="col">digest</th>
                </tr>
              </thead>
              <tbody>
                {data.policies.map((policy) => (
                  <tr key={policy.digest + policy.domain}>
                    <td>
                      <a class="row" href={`#/policies/${policy.digest}`}>
                        {policy.name}
                      </a>
                    </td>
                    <td>{policy.domain}</td>
                    <td>{policy.native ? "baseline" : "program"}</td>
                    <td>
                      <code>{short(policy.digest)}</code>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {data?.more && <p class="note">There are more: type to narrow them down.</p>}
      </Section>
    </>
  );
}

interface PolicyDetail extends PolicyLine {
  doc: string;
  metrics: Metric[];
  evaluations: {
    scenario: string;
    label: string;
    status: string;
    failure: string;
    metrics: (number | null)[];
    recorded: string;
    details: Record<string, number>;
  }[];
  verdicts: { run: number; judge: string; claim: string; holds: boolean }[];
  runs: number[];
}

export function PolicyPage({ digest }: { digest: string }) {
  const { data: policy, error } = useData<PolicyDetail>(`policies/${digest}`);
  const [all, setAll] = useState(false);
  const rows = useMemo(
    () => [...(policy?.evaluations ?? [])].sort((a, b) => a.label.localeCompare(b.label, "en", { numeric: true })),
    [policy],
  );
  if (!policy) return error ? <Problem text={error} /> : <Waiting />;
  const shown = all ? policy.metrics : policy.metrics.slice(0, 4);
  return (
    <>
      <div class="title">
        <h1>{policy.name}</h1>
        <span class="chip">{policy.native ? "baseline" : "program"}</span>
        <span class="chip">{policy.domain}</span>
        <div class="push tools">
          <a class="button" href={`#/compare?domain=${policy.domain}&a=${policy.digest}`}>
            Compare
          </a>
        </div>
      </div>
      <p class="lead">
        {policy.size !== null && `${plural(policy.size, "operation")} · `}
        <code>{policy.digest}</code>
        {policy.runs.length > 0 && (
          <>
            {" "}
            · of{" "}
            {policy.runs.map((run, i) => (
              <>
                {i > 0 && ", "}
                <a href={`#/runs/${run}`}>run {run}</a>
              </>
            ))}
          </>
        )}
      </p>
      <Section title="Program">
        {policy.source ? (
          <Source text={policy.source} label={`Program of ${policy.name}`} />
        ) : (
          <p>{policy.doc || "Built into the program, as code of its own."}</p>
        )}
      </Section>
      <Section
        title="What it did"
        note={`${plural(rows.length, "scenario")}; where the code changed since, the latest result.`}
        tools={
          policy.metrics.length > 4 && (
            <button type="button" aria-pressed={all} onClick={() => setAll(!all)}>
              {all ? "fewer metrics" : "all metrics"}
            </button>
          )
        }
      >
        {rows.length === 0 ? (
          <Nothing>It was never run to the end.</Nothing>
        ) : (
          <div class="scroll">
            <table class="list">
              <thead>
                <tr>
                  <th scope="col">scenario</th>
                  {shown.map((metric) => (
                    <th scope="col" class="r" title={metric.doc}>
                      {readable(metric.name)}
                    </th>
                  ))}
                  <th scope="col">recorded</th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.scenario}>
                    <td class="wide">
                      <a class="row" href={`#/front?domain=${policy.domain}&scenario=${row.scenario}`}>
                        {row.label}
                      </a>
                    </td>
                    {row.status === "ok" ? (
                      shown.map((metric, i) => <td class="r">{quantity(row.metrics[i], metric.dimension)}</td>)
                    ) : (
                      <td class="worse wide" colSpan={shown.length}>
                        {row.status}: {row.failure}
                      </td>
                    )}
                    <td class="nowrap">{when(row.recorded)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Section>
      {policy.verdicts.length > 0 && (
        <Section title="What judges said">
          <ul>
            {policy.verdicts.map((verdict) => (
              <li>
                <strong>{verdict.judge}</strong>: {verdict.claim}{" "}
                <span class={verdict.holds ? "better" : "worse"}>{verdict.holds ? "holds" : "does not hold"}</span>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}
export { PolicyLink };
