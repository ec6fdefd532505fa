// Two policies side by side: what each says, and how they differ over the same blocks.
import type { Interval, Metric, PolicyLine, ScenarioResult, Pairing } from "./api";
import { count, hundredths, percent, plural, quantity, readable, short } from "./format";
import { setQuery, useData, usePlace, useShared } from "./hooks";
import { Nothing, PolicyLink, PolicyPicker, Problem, Section, Waiting } from "./parts";
import { DomainSelect } from "./policies";
import { Difference, Source } from "./source";

interface PairData {
  domain: string;
  metrics: Metric[];
  a: PolicyLine;
  b: PolicyLine;
  common: number;
  whole: number; ///< without those that are parts of others
  verdict: string | null;
  pairs: { confidence: number; overall: Pairing[]; scenarios: ScenarioResult[] } | null;
}

const name = (policy: PolicyLine, other: PolicyLine) =>
  policy.name === other.name ? `${policy.name} (${short(policy.digest)})` : policy.name;
const ends = (one: Interval): [number, number] | null =>
  one.low === null || one.high === null ? null : [one.low, one.high];

/// Relative differences with their intervals around zero: left of it, the second policy's objective is lower.
function Forest({ data }: { data: PairData }) {
  const metric = data.metrics[0];
  const rows = data.pairs!.scenarios.map((scenario) => ({
    label: scenario.label,
    pairing: scenario.pairings![0],
    scenario,
  }));
  const all = [...rows.map((row) => row.pairing), ...(rows.length > 1 ? data.pairs!.overall : [])].filter(
    (one) => one.paired,
  );
  const reach = Math.max(1e-9, ...all.flatMap((one) => (ends(one.effect) ?? [one.effect.estimate ?? 0]).map(Math.abs)));
  const x = (value: number) => `${50 + (46 * Math.max(-reach, Math.min(reach, value))) / reach}%`;
  const line = (label: string, pairing: Pairing, values: [string, string] | null, strong: boolean) => {
    const interval = ends(pairing.effect);
    const tone = pairing.verdict === "better" ? "better" : pairing.verdict === "worse" ? "worse" : "level";
    return (
      <tr class={strong ? "own" : ""}>
        <td class="wide">{label}</td>
        <td class="r">{values?.[0] ?? ""}</td>
        <td class="r">{values?.[1] ?? ""}</td>
        <td class={`range ${tone}`}>
          {pairing.paired && (
            <svg height="18" width="100%" aria-hidden="true">
              <line class="zero" x1="50%" x2="50%" y1="0" y2="18" />
              {interval && <line class="whisker" x1={x(interval[0])} x2={x(interval[1])} y1="9" y2="9" />}
              <circle cx={x(pairing.effect.estimate ?? 0)} cy="9" r="4.5" />
            </svg>
          )}
        </td>
        <td class="r nowrap">
          {pairing.paired
            ? `${percent(pairing.effect.estimate)}${interval ? ` (${hundredths(interval[0])} to ${hundredths(interval[1])})` : ""}`
            : "not paired"}
        </td>
        <td class="r">
          {pairing.paired ? (pairing.corrected_p < 0.001 ? "<0.001" : pairing.corrected_p.toFixed(3)) : ""}
        </td>
        <td class={tone}>{pairing.verdict}</td>
      </tr>
    );
  };
  return (
    <div class="scroll">
      <table class="standings forest">
        <thead>
          <tr>
            <th scope="col">scenario</th>
            <th scope="col" class="r">
              {name(data.a, data.b)}
            </th>
            <th scope="col" class="r">
              {name(data.b, data.a)}
            </th>
            <th scope="col" class="c">
              lower ← → higher
            </th>
            <th scope="col" class="r">
              difference (95 %)
            </th>
            <th scope="col" class="r">
              p
            </th>
            <th scope="col">second is</th>
          </tr>
        </thead>
        <tbody>
          {rows.length > 1 && data.pairs!.overall.map((one) => line(`over all ${rows.length}`, one, null, true))}
          {rows.map((row) => {
            const [a, b] = row.scenario.policies;
            const value = (policy: typeof a) =>
              policy.status === "ok" ? quantity(policy.metrics[metric.name], metric.dimension) : policy.status;
            return line(row.label, row.pairing, [value(a), value(b)], false);
          })}
        </tbody>
      </table>
    </div>
  );
}

/// The other metrics: means over the scenarios say little, so the first (largest) scenario is shown.
function OtherMetrics({ data }: { data: PairData }) {
  const first = data.pairs!.scenarios[0];
  const [a, b] = first.policies;
  if (a.status !== "ok" || b.status !== "ok" || data.metrics.length < 2) return null;
  return (
    <Section title="Every metric" note={first.label}>
      <div class="scroll">
        <table class="list">
          <thead>
            <tr>
              <th scope="col">metric</th>
              <th scope="col" class="r">
                {name(data.a, data.b)}
              </th>
              <th scope="col" class="r">
                {name(data.b, data.a)}
              </th>
              <th scope="col" class="r">
                difference
              </th>
            </tr>
          </thead>
          <tbody>
            {data.metrics.map((metric) => {
              const [x, y] = [a.metrics[metric.name], b.metrics[metric.name]];
              const good = x === y ? "" : y < x === metric.lower_is_better ? "better" : "worse";
              return (
                <tr>
                  <td title={metric.doc}>{readable(metric.name)}</td>
                  <td class="r">{quantity(x, metric.dimension)}</td>
                  <td class="r">{quantity(y, metric.dimension)}</td>
                  <td class={`r ${good}`}>{x ? percent((y - x) / Math.abs(x)) : ""}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

export function Compare() {
  const { state } = useShared();
  const { query } = usePlace();
  const a = query.get("a") ?? "";
  const b = query.get("b") ?? "";
  const first = useData<PolicyLine>(a ? `policies/${a}` : "", false);
  const second = useData<PolicyLine>(b ? `policies/${b}` : "", false);
  const domain = query.get("domain") || first.data?.domain || second.data?.domain || state.domains[0]?.name || "";
  const { data, error } = useData<PairData>(a && b ? `compare?${new URLSearchParams({ a, b })}` : "", false);
  return (
    <>
      <div class="title">
        <h1>Compare</h1>
      </div>
      <Section title="Two policies" note="From what the ledger holds of both: nothing is run.">
        <div class="form">
          <DomainSelect value={domain} all={false} onPick={(value) => setQuery({ domain: value, a: null, b: null })} />
          <PolicyPicker
            label="First"
            domain={domain}
            value={a}
            name={first.data?.name ?? ""}
            onPick={(policy) => setQuery({ domain, a: policy.digest })}
          />
          <PolicyPicker
            label="Second"
            domain={domain}
            value={b}
            name={second.data?.name ?? ""}
            onPick={(policy) => setQuery({ domain, b: policy.digest })}
          />
          <button type="button" disabled={!a || !b} onClick={() => setQuery({ a: b, b: a })}>
            Swap
          </button>
        </div>
        <Problem text={error || first.error || second.error} />
        {(!a || !b) && <Nothing>Choose two policies of one domain.</Nothing>}
        {a && b && !data && !error && <Waiting />}
      </Section>
      {data && (
        <>
          {data.pairs ? (
            <>
              <section class={`verdict ${data.pairs.overall[0]?.verdict === "cannot tell" ? "level" : "decided"}`}>
                <p class="headline">{data.verdict}</p>
                <p class="note">
                  {readable(data.metrics[0].name)}, {data.metrics[0].lower_is_better ? "lower" : "higher"} is better;{" "}
                  {plural(data.whole, "scenario")} in common
                  {data.common > data.whole
                    ? `, and ${data.common - data.whole} much smaller, such as parts of these on which searches race: left out`
                    : ""}
                  {data.whole > data.pairs.scenarios.length
                    ? `; the ${count(data.pairs.scenarios.length)} largest are compared`
                    : ""}
                  . Intervals by bootstrap over pairs of blocks, p by randomisation within blocks, corrected over the
                  scenarios. Scenarios in which a policy was trained are among them, and favour it.
                </p>
              </section>
              <Section
                title="Paired differences"
                note={`Of ${name(data.b, data.a)} against ${name(data.a, data.b)}, relative.`}
              >
                <Forest data={data} />
              </Section>
              <OtherMetrics data={data} />
            </>
          ) : (
            <Section title="They never met">
              <p>
                The ledger holds no scenario in which both ran under one version of the code. Running both once brings
                them together:
              </p>
              <code>
                syswright run {data.domain} --policy {data.a.native ? data.a.name : "FIRST.pol"},
                {data.b.native ? data.b.name : "SECOND.pol"}
              </code>
            </Section>
          )}
          <Section
            title="What they say"
            tools={
              <>
                <PolicyLink digest={data.a.digest} name={`Open ${name(data.a, data.b)}`} />{" "}
                <PolicyLink digest={data.b.digest} name={`Open ${name(data.b, data.a)}`} />
              </>
            }
          >
            {data.a.source && data.b.source ? (
              <Difference
                left={data.a.source}
                right={data.b.source}
                names={[name(data.a, data.b), name(data.b, data.a)]}
              />
            ) : data.a.source || data.b.source ? (
              <>
                <p class="note">The other one is built in, and has no program.</p>
                <Source text={data.a.source || data.b.source} label="Program" />
              </>
            ) : (
              <p class="note">Both are built in: there is no program to show.</p>
            )}
          </Section>
        </>
      )}
    </>
  );
}
