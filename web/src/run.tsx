// One run: how far it is, how it got there, what came of it.
import { useMemo, useState } from "preact/hooks";
import { tell, type Metric, type Outcome, type Run, type ScenarioResult } from "./api";
import { Chart } from "./chart";
import { better, count, duration, percent, plural, quantity, readable, short, telling, when } from "./format";
import { go, useData, useShared } from "./hooks";
import { bestOf, Lineage, lineOf, nodesOf } from "./lineage";
import { Bar, Copy, Nothing, PolicyLink, Problem, Section, Status, Waiting } from "./parts";
import { Source } from "./source";

const tone = (verdict: string): string =>
  /cannot be told/.test(verdict)
    ? "level"
    : /loses|A baseline beats|worse/.test(verdict)
      ? "worse"
      : /beats/.test(verdict)
        ? "better"
        : "";

function Facts({ run, outcome, metric }: { run: Run; outcome: Outcome | null; metric: Metric | undefined }) {
  const now = run.progress;
  const facts: [string, string][] = [];
  if (now?.best != null) facts.push(["best in training", quantity(now.best, metric?.dimension)]);
  if (now) {
    facts.push(["evaluations", count(Math.round(now.spent))]);
    facts.push(["time", duration(now.seconds)]);
    if (now.seconds > 0) facts.push(["evaluations a second", count(Math.round(now.spent / now.seconds))]);
  }
  const search = outcome?.search;
  if (!now && search) {
    const best = search.convergence.at(-1);
    if (best) facts.push(["best in training", quantity(best[1], metric?.dimension)]);
    facts.push(["evaluations", count(Math.round(search.evaluations))], ["time", duration(search.seconds)]);
  }
  if (search) facts.push(["candidates", count(search.candidates)]);
  if (run.designer) facts.push(["designer", run.designer]);
  if (run.budget) facts.push(["budget", run.budget]);
  facts.push(["seed", run.seed], ["started", when(run.started)]);
  return (
    <dl class="tiles">
      {facts.map(([name, value]) => (
        <div>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/// Values with their intervals on one axis: best first.
function Standings({ scenario, metric }: { scenario: ScenarioResult; metric: Metric | undefined }) {
  const rows = scenario.policies
    .filter((one) => one.status === "ok")
    .sort(
      (a, b) =>
        ((metric?.lower_is_better ?? true) ? 1 : -1) * (a.metrics[scenario.objective] - b.metrics[scenario.objective]),
    );
  const bound = scenario.bounds.find((one) => one.metric === scenario.objective && one.provable);
  const values = rows
    .flatMap((row) => [row.interval?.low, row.interval?.high, row.metrics[scenario.objective]])
    .filter((v): v is number => v != null);
  if (bound) values.push(bound.value);
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const x = (value: number) => `${4 + (92 * (value - low)) / span}%`;
  return (
    <div class="scroll">
      <table class="standings">
        <caption>{scenario.setting}</caption>
        <thead>
          <tr>
            <th scope="col">policy</th>
            <th scope="col" class="r">
              {readable(scenario.objective)}
            </th>
            <th scope="col">95 % interval</th>
            <th scope="col" class="r">
              to bound
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr class={row.kind === "program" ? "own" : ""}>
              <td>
                <PolicyLink digest={row.digest} name={row.name} />
              </td>
              <td class="r">{quantity(row.metrics[scenario.objective], metric?.dimension)}</td>
              <td class="range">
                <svg height="18" width="100%" aria-hidden="true">
                  {bound && <line class="bound" x1={x(bound.value)} x2={x(bound.value)} y1="0" y2="18" />}
                  {row.interval?.low != null && row.interval.high != null && (
                    <line class="whisker" x1={x(row.interval.low)} x2={x(row.interval.high)} y1="9" y2="9" />
                  )}
                  <circle cx={x(row.metrics[scenario.objective])} cy="9" r="4.5" />
                </svg>
                <span class="unseen">
                  {quantity(row.interval?.low, metric?.dimension)} to {quantity(row.interval?.high, metric?.dimension)}
                </span>
              </td>
              <td class="r">{row.gap === null ? "" : percent(row.gap)}</td>
            </tr>
          ))}
          {bound && (
            <tr class="bound">
              <td>{bound.name} (bound)</td>
              <td class="r">{quantity(bound.value, metric?.dimension)}</td>
              <td class="wide">{bound.doc}</td>
              <td />
            </tr>
          )}
        </tbody>
      </table>
    </div>
  );
}

/// The best at each moment, of a search that goes on: reports come twice a second, candidates tell what lies between.
function soFar(run: Run, metric: Metric | undefined): [number, number][] {
  const told = run.trail.filter((step) => step.best !== null).map((step): [number, number] => [step.spent, step.best!]);
  const found = nodesOf(run).map((node): [number, number] => [node.spent, node.train]);
  const curve: [number, number][] = [];
  for (const [spent, value] of [...found, ...told].sort((a, b) => a[0] - b[0])) {
    const last = curve.at(-1);
    if (!last || better(metric, value, last[1])) curve.push([spent, value]);
  }
  return curve;
}

function Convergence({ run, outcome, metric }: { run: Run; outcome: Outcome | null; metric: Metric | undefined }) {
  const curve = useMemo(() => {
    const points: [number, number][] = outcome?.search?.convergence?.length
      ? outcome.search.convergence.slice()
      : soFar(run, metric);
    const end = run.trail.at(-1);
    if (points.length > 0 && end && end.spent > points[points.length - 1][0])
      points.push([end.spent, points[points.length - 1][1]]);
    return { x: points.map(([x]) => x), y: points.map(([, y]) => y) };
  }, [run.trail, outcome]);
  const series = useMemo(
    () => [{ name: `best ${readable(metric?.name ?? "objective")}`, values: curve.y }],
    [curve, metric],
  );
  if (curve.x.length < 1) return <Nothing>The first candidates are being tried.</Nothing>;
  return (
    <Chart
      x={curve.x}
      series={series}
      steps
      limits={telling(curve.y, metric?.lower_is_better ?? true)}
      xLabel="evaluations spent"
      yLabel={`${readable(metric?.name ?? "objective")} in training`}
      dimension={metric?.dimension}
      summary={`The best in training went from ${quantity(curve.y[0], metric?.dimension)} to ${quantity(curve.y.at(-1), metric?.dimension)} in ${count(Math.round(curve.x.at(-1)!))} evaluations.`}
    />
  );
}

function Tools({ run }: { run: Run }) {
  const [said, setSaid] = useState("");
  if (run.status !== "running" || run.job === null) return null;
  const stop = async () => {
    try {
      await tell(`jobs/${run.job}/stop`);
      setSaid("Stopping: the judges still look at the best so far.");
    } catch (problem) {
      setSaid((problem as Error).message);
    }
  };
  return (
    <>
      <span role="status" class="note">
        {said}
      </span>
      <button type="button" id="stop" onClick={() => void stop()}>
        Stop
      </button>
    </>
  );
}

function Resume({ run }: { run: Run }) {
  const [said, setSaid] = useState("");
  const start = () =>
    tell("jobs", { kind: "resume", run: run.id })
      .then(() => setSaid("Reading the workload…"))
      .catch((why: Error) => setSaid(why.message));
  return (
    <p>
      <button type="button" class="primary" id="resume" onClick={() => void start()}>
        Go on
      </button>{" "}
      <span role="status" class="note">
        {said}
      </span>
    </p>
  );
}

/// As one word of a shell.
const word = (text: string): string => (/^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);

export function RunPage({ id }: { id: string }) {
  const { state } = useShared();
  const { data: run, error } = useData<Run>(`runs/${id}`);
  const { data: outcome } = useData<Outcome>(run?.status === "ended" ? `runs/${id}/outcome` : "", false);
  const [axis, setAxis] = useState("spent");
  const metric = run?.metrics[0];
  const nodes = useMemo(() => (run ? nodesOf(run) : []), [run]);
  if (!run) return error ? <Problem text={error} /> : <Waiting />;
  const best =
    run.policy && nodes.some((node) => node.policy === run.policy) ? run.policy : bestOf(nodes, metric)?.policy;
  const shown = run.policy ?? best ?? run.progress?.policy ?? null;
  const source = outcome?.policy?.source ?? (shown ? run.policies[shown]?.source : undefined);
  const line = lineOf(nodes, best);
  const command = (() => {
    try {
      return (JSON.parse(run.options) as { command?: string }).command ?? "";
    } catch {
      return "";
    }
  })();
  return (
    <>
      <div class="title">
        <h1>
          {run.command} <span class="id">run {run.id}</span>
        </h1>
        <Status status={run.status} />
        <div class="push tools">
          <Tools run={run} />
        </div>
      </div>
      {run.workload && <p class="lead">{run.workload}</p>}
      {run.status === "running" && (
        <div class="now">
          <Bar fraction={run.progress?.fraction ?? 0} label="part of the budget that is spent" />
          <p class="note">{run.progress?.note || "reading the workload"}</p>
        </div>
      )}
      {run.status === "stopped" && (
        <Section
          title="Cut off"
          note="Nobody works on this run any more, and it has no result. What was paid for is in the ledger: it goes on where it was."
        >
          {run.resumable ? (
            <>
              <Resume run={run} />
              <Copy text={`syswright resume ${run.id} --ledger ${word(state.ledger)}`} />
            </>
          ) : (
            command && <Copy text={command} />
          )}
        </Section>
      )}
      <Facts run={run} outcome={outcome} metric={metric} />
      {outcome?.verdict && (
        <section class={`verdict ${tone(outcome.verdict)}`}>
          <p class="headline">{outcome.verdict}</p>
          <ul>
            {outcome.verdicts?.map((text) => (
              <li>{text}</li>
            ))}
          </ul>
          {outcome.overall && <p>{outcome.overall}</p>}
        </section>
      )}
      {run.designer && (
        <div class="columns">
          <Section title="Best so far" note="In training, against what was spent.">
            <Convergence run={run} outcome={outcome} metric={metric} />
          </Section>
          <Section
            title={axis === "size" ? "Size and score" : "Lineage"}
            note={
              run.status === "running"
                ? "What has mattered so far."
                : `${plural(nodes.length, "candidate")} that mattered, ${line.length} in the line of the best.`
            }
            tools={
              <div class="switch" role="group" aria-label="Axis">
                <button type="button" aria-pressed={axis === "spent"} onClick={() => setAxis("spent")}>
                  lineage
                </button>
                <button type="button" aria-pressed={axis === "size"} onClick={() => setAxis("size")}>
                  size
                </button>
              </div>
            }
          >
            {nodes.length === 0 ? (
              <Nothing>Nothing yet.</Nothing>
            ) : (
              <Lineage
                run={run}
                metric={metric}
                best={best}
                axis={axis}
                onPick={(digest) => go(`policies/${digest}`)}
              />
            )}
          </Section>
        </div>
      )}
      {source && (
        <Section
          title={run.status === "ended" ? "The designed policy" : "The best so far"}
          tools={
            shown && (
              <a class="button" href={`#/policies/${shown}`}>
                Open
              </a>
            )
          }
        >
          <Source text={source} label="Program of the best policy" />
        </Section>
      )}
      {line.length > 1 && (
        <Section title="How it came about" note="Oldest first.">
          <ol class="steps">
            {line.map((node) => (
              <li>
                <details>
                  <summary>
                    <code>{short(node.policy)}</code> <span class="soft">{node.origin}</span>
                    <span class="push num">{quantity(node.train, metric?.dimension)}</span>
                    <span class="soft small">after {count(Math.round(node.spent))} evaluations</span>
                  </summary>
                  <Source text={run.policies[node.policy]?.source ?? ""} label={`Program ${short(node.policy)}`} />
                  <PolicyLink digest={node.policy} name="What it did" />
                </details>
              </li>
            ))}
          </ol>
        </Section>
      )}
      {outcome?.test && outcome.test.length > 0 && (
        <Section title="Held out" note={`On the part that the search never saw: ${metric?.doc ?? ""}`}>
          {outcome.test.map((scenario) => (
            <Standings scenario={scenario} metric={metric} />
          ))}
        </Section>
      )}
      {outcome && !run.designer && (
        <Section title="Outcome">
          <pre tabIndex={0} aria-label="Outcome">
            {JSON.stringify(outcome, null, 2)}
          </pre>
        </Section>
      )}
      {command && (
        <Section title="Again">
          <Copy text={command} />
        </Section>
      )}
    </>
  );
}
