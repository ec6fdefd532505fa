// Miss-ratio curves, and their like in other domains: results over one setting.
import { useMemo, useState } from "preact/hooks";
import { tell, type DomainInfo, type JobLine, type PolicyLine } from "./api";
import { Chart } from "./chart";
import { duration, plural, quantity, readable, short } from "./format";
import { setQuery, useData, usePlace, useShared } from "./hooks";
import { ScenarioFields, scenarioOf } from "./jobs";
import { Nothing, PolicyPicker, Problem, Section, Waiting } from "./parts";

interface CurveOutput {
  domain: string;
  workload: { name: string };
  axis: { name: string; unit: string; places: number[] };
  curves: { policy: string; method: string; metrics: Record<string, (number | null)[]> }[];
  notes: string[];
}

function Form({ domains }: { domains: DomainInfo[] }) {
  const [name, setName] = useState(domains[0].name);
  const domain = domains.find((one) => one.name === name)!;
  const usual = (one: DomainInfo) => one.baselines.slice(0, 4).map((baseline) => baseline.name);
  const [chosen, setChosen] = useState<string[]>(usual(domain));
  const [programs, setPrograms] = useState<PolicyLine[]>([]);
  const [points, setPoints] = useState("16");
  const [values, setValues] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState("");
  const flip = (policy: string) =>
    setChosen(chosen.includes(policy) ? chosen.filter((one) => one !== policy) : [...chosen, policy]);
  const start = async (event: Event) => {
    event.preventDefault();
    setProblem("");
    try {
      const policies = [...chosen, ...programs.map((one) => one.digest)];
      const { id } = await tell<{ id: number }>("jobs", {
        kind: "curves",
        domain: name,
        policies,
        points,
        ...scenarioOf(values),
      });
      setQuery({ job: String(id) });
    } catch (why) {
      setProblem((why as Error).message);
    }
  };
  return (
    <form onSubmit={(event) => void start(event)}>
      <Section title="Draw" note={domain.curves ?? ""}>
        <div class="form">
          {domains.length > 1 && (
            <label class="field">
              Domain
              <select
                value={name}
                onChange={(event) => {
                  setName(event.currentTarget.value);
                  setChosen(usual(domains.find((one) => one.name === event.currentTarget.value)!));
                  setPrograms([]);
                  setValues({});
                }}
              >
                {domains.map((one) => (
                  <option>{one.name}</option>
                ))}
              </select>
            </label>
          )}
          <label class="field">
            Points
            <input
              inputMode="numeric"
              pattern="[0-9]+"
              value={points}
              onInput={(event) => setPoints(event.currentTarget.value)}
            />
          </label>
          <PolicyPicker
            label="Add a program"
            domain={name}
            value=""
            name=""
            onPick={(policy) =>
              !programs.some((one) => one.digest === policy.digest) && setPrograms([...programs, policy])
            }
          />
        </div>
        <fieldset class="choices">
          <legend>Policies</legend>
          {domain.baselines.map((baseline) => (
            <label title={baseline.doc}>
              <input type="checkbox" checked={chosen.includes(baseline.name)} onChange={() => flip(baseline.name)} />{" "}
              {baseline.name}
            </label>
          ))}
          {programs.map((policy) => (
            <label>
              <input type="checkbox" checked onChange={() => setPrograms(programs.filter((one) => one !== policy))} />{" "}
              {policy.name} <code>{short(policy.digest)}</code>
            </label>
          ))}
        </fieldset>
        <details>
          <summary>Workload and options</summary>
          <div class="form">
            <ScenarioFields domain={domain} values={values} onChange={setValues} />
          </div>
        </details>
        <Problem text={problem} />
        <button type="submit" class="primary" id="draw">
          Draw
        </button>
      </Section>
    </form>
  );
}

function Curves({ id }: { id: string }) {
  const { state } = useShared();
  const { data: job, error } = useData<JobLine & { output: string }>(`jobs/${id}`);
  const [metric, setMetric] = useState("");
  const [log, setLog] = useState(true);
  const output = useMemo((): CurveOutput | null => {
    try {
      return job?.output ? (JSON.parse(job.output) as CurveOutput) : null;
    } catch {
      return null;
    }
  }, [job?.output]);
  const metrics = state.domains.find((domain) => domain.name === output?.domain)?.metrics ?? [];
  const shown = metrics.find((one) => one.name === metric) ?? metrics[0];
  const series = useMemo(
    () => (output?.curves ?? []).map((curve) => ({ name: curve.policy, values: curve.metrics[shown?.name] ?? [] })),
    [output, shown],
  );
  if (!job) return error ? <Problem text={error} /> : <Waiting />;
  if (job.running)
    return (
      <Section title={job.title}>
        <p class="note" role="status">
          Drawing for {duration(job.seconds)}…
        </p>
      </Section>
    );
  if (!output)
    return (
      <Section title={job.title}>
        <Problem text={job.errors || "It ended without curves."} />
      </Section>
    );
  return (
    <Section
      title={`${readable(shown?.name ?? "")} over ${output.axis.name}`}
      note={output.workload.name}
      tools={
        <>
          <label class="field">
            Metric
            <select value={shown?.name} onChange={(event) => setMetric(event.currentTarget.value)}>
              {metrics.map((one) => (
                <option value={one.name}>{readable(one.name)}</option>
              ))}
            </select>
          </label>
          <button type="button" aria-pressed={log} onClick={() => setLog(!log)}>
            log scale
          </button>
        </>
      }
    >
      <Chart
        x={output.axis.places}
        series={series}
        logX={log}
        xDimension={output.axis.unit === "bytes" ? "bytes" : undefined}
        height={380}
        xLabel={`${output.axis.name} (${output.axis.unit})`}
        yLabel={readable(shown?.name ?? "")}
        dimension={shown?.dimension}
        summary={`${plural(series.length, "curve")} over ${plural(output.axis.places.length, "size")}; at the largest: ${series.map((one) => `${one.name} ${quantity(one.values.at(-1), shown?.dimension)}`).join(", ")}.`}
      />
      {output.notes.map((note) => (
        <p class="note">{note}</p>
      ))}
    </Section>
  );
}

export function CurvesPage() {
  const { state } = useShared();
  const { query } = usePlace();
  const jobs = useData<{ jobs: JobLine[] }>("jobs");
  const domains = state.domains.filter((domain) => domain.curves);
  const earlier = jobs.data?.jobs.filter((job) => job.kind === "curves") ?? [];
  const id = query.get("job") ?? (earlier[0] ? String(earlier[0].id) : "");
  return (
    <>
      <div class="title">
        <h1>Curves</h1>
        {earlier.length > 1 && (
          <label class="field push">
            Drawn
            <select value={id} onChange={(event) => setQuery({ job: event.currentTarget.value })}>
              {earlier.map((job) => (
                <option value={String(job.id)}>job {job.id}</option>
              ))}
            </select>
          </label>
        )}
      </div>
      {id && <Curves id={id} />}
      {domains.length > 0 ? <Form domains={domains} /> : <Nothing>No domain has curves.</Nothing>}
    </>
  );
}
