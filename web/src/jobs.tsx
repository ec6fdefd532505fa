// Work that was started from here, and the form that starts a search.
import { useState } from "preact/hooks";
import { tell, type DomainInfo, type JobLine } from "./api";
import { duration } from "./format";
import { go, useData, useShared } from "./hooks";
import { Copy, Nothing, Problem, Section, Waiting } from "./parts";

const outcome = (job: JobLine): [string, string] => {
  if (job.running) return [job.stopped ? "stopping" : "running", "running"];
  if (job.code === 0) return ["done", "better"];
  if (job.code === 130 || job.stopped) return ["stopped", "level"];
  // Design runs end with 1 where a baseline is better or a check fails: there is a result all the same.
  return job.code === 1 && (job.kind === "design" || job.kind === "resume")
    ? ["done, see the verdict", "level"]
    : [`failed (exit code ${job.code})`, "worse"];
};

export function Jobs() {
  const { data, error } = useData<{ jobs: JobLine[] }>("jobs");
  const [problem, setProblem] = useState("");
  const stop = (id: number) => tell(`jobs/${id}/stop`).catch((why: Error) => setProblem(why.message));
  return (
    <>
      <div class="title">
        <h1>Jobs</h1>
        <a class="button primary" href="#/new">
          New design run
        </a>
      </div>
      <Problem text={error || problem} />
      {!data && !error && <Waiting />}
      {data && (
        <Section title="Started from here" note="They end with this server; what they paid for stays in the ledger.">
          {data.jobs.length === 0 ? (
            <Nothing>Nothing was started from this page.</Nothing>
          ) : (
            <ul class="plain jobs">
              {data.jobs.map((job) => (
                <li key={job.id}>
                  <div class="live-head">
                    <strong>
                      {job.kind === "curves" && !job.running && job.code === 0 ? (
                        <a href={`#/curves?job=${job.id}`}>{job.title}</a>
                      ) : (
                        job.title
                      )}
                    </strong>
                    <span class="id">job {job.id}</span>
                    <span class={`chip ${outcome(job)[1]}`}>{outcome(job)[0]}</span>
                    <span class="push soft">{duration(job.seconds)}</span>
                    {job.running && (
                      <button type="button" class="small" onClick={() => void stop(job.id)}>
                        Stop
                      </button>
                    )}
                  </div>
                  <Copy text={job.command} />
                  {!job.running && job.errors && <pre class="errors">{job.errors}</pre>}
                </li>
              ))}
            </ul>
          )}
        </Section>
      )}
    </>
  );
}

/// Fields for a domain's workload and options; empty ones take the default.
export function ScenarioFields({
  domain,
  values,
  onChange,
}: {
  domain: DomainInfo;
  values: Record<string, string>;
  onChange: (values: Record<string, string>) => void;
}) {
  const set = (name: string, value: string) => onChange({ ...values, [name]: value });
  return (
    <>
      <label class="field wide">
        Trace
        <input
          value={values["trace"] ?? ""}
          placeholder="the bundled workload"
          spellcheck={false}
          onInput={(event) => set("trace", event.currentTarget.value)}
        />
      </label>
      {domain.options.map((option) => (
        <label class="field" title={option.doc}>
          {option.name}
          <input
            value={values[option.name] ?? ""}
            placeholder={option.default || "default"}
            spellcheck={false}
            onInput={(event) => set(option.name, event.currentTarget.value)}
          />
          <small>{option.doc}</small>
        </label>
      ))}
    </>
  );
}

/// What a form sends: "trace" apart from the domain's options.
export function scenarioOf(values: Record<string, string>): { trace?: string; options: Record<string, string> } {
  const { trace, ...options } = Object.fromEntries(Object.entries(values).filter(([, value]) => value.trim() !== ""));
  return { trace, options };
}

export function NewRun() {
  const { state } = useShared();
  const [name, setName] = useState(
    state.domains.find((domain) => domain.name === "cache")?.name ?? state.domains[0]?.name ?? "",
  );
  const [designer, setDesigner] = useState("evolve");
  const [budget, setBudget] = useState("60s");
  const [seed, setSeed] = useState("1");
  const [values, setValues] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const domain = state.domains.find((one) => one.name === name);
  const chosen = state.designers.find((one) => one.name === designer);
  const start = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      await tell("jobs", { kind: "design", domain: name, designer, budget, seed, ...scenarioOf(values) });
      go("runs");
    } catch (why) {
      setProblem((why as Error).message);
      setBusy(false);
    }
  };
  return (
    <>
      <div class="title">
        <h1>New design run</h1>
      </div>
      <form onSubmit={(event) => void start(event)}>
        <Section title="What to design" note={domain?.summary}>
          <div class="form">
            <label class="field">
              Domain
              <select
                id="domain"
                value={name}
                onChange={(event) => {
                  setName(event.currentTarget.value);
                  setValues({});
                }}
              >
                {state.domains.map((one) => (
                  <option value={one.name}>{one.name}</option>
                ))}
              </select>
            </label>
            {domain && <ScenarioFields domain={domain} values={values} onChange={setValues} />}
          </div>
        </Section>
        <Section title="How to search" note={chosen?.summary}>
          <div class="form">
            <label class="field">
              Designer
              <select value={designer} onChange={(event) => setDesigner(event.currentTarget.value)}>
                {state.designers
                  .filter((one) => !one.needs_chat)
                  .map((one) => (
                    <option value={one.name}>{one.name}</option>
                  ))}
              </select>
            </label>
            <label class="field">
              Budget
              <input id="budget" required value={budget} onInput={(event) => setBudget(event.currentTarget.value)} />
              <small>60s, 5min, 2000evals, or both with a comma</small>
            </label>
            <label class="field">
              Seed
              <input
                required
                inputMode="numeric"
                pattern="[0-9]+"
                value={seed}
                onInput={(event) => setSeed(event.currentTarget.value)}
              />
              <small>the same seed and evaluations give the same policy</small>
            </label>
          </div>
          <Problem text={problem} />
          <button type="submit" class="primary" id="start" disabled={busy}>
            Start
          </button>
        </Section>
      </form>
    </>
  );
}
