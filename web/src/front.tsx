// What policies did in one scenario, and which of them no other beats in both directions.
import { useMemo } from "preact/hooks";
import type { Metric } from "./api";
import { count, digits, plural, quantity, readable } from "./format";
import { go, setQuery, useData, usePlace, useShared } from "./hooks";
import { front } from "./pareto";
import { Nothing, PolicyLink, Problem, Section, Waiting } from "./parts";
import { DomainSelect } from "./policies";
import { Scatter, type Dot } from "./scatter";

interface Scenario {
  digest: string;
  domain: string;
  label: string;
  evaluations: number;
}
interface FrontData {
  label: string;
  domain: string;
  metrics: Metric[];
  points: {
    policy: string;
    name: string;
    native: boolean;
    size: number | null;
    status: string;
    metrics: (number | null)[];
  }[];
  more: boolean;
}
interface Axis {
  name: string;
  dimension: string;
  lower: boolean;
  value: (point: FrontData["points"][number]) => number | null;
}

const sizeAxis: Axis = {
  name: "program size (operations)",
  dimension: "number",
  lower: true,
  value: (point) => point.size,
};
const axesOf = (metrics: Metric[]): Axis[] => [
  ...metrics.map(
    (metric, i): Axis => ({
      name: readable(metric.name),
      dimension: metric.dimension,
      lower: metric.lower_is_better,
      value: (point) => point.metrics[i],
    }),
  ),
  sizeAxis,
];

function AxisSelect({
  label,
  axes,
  value,
  onPick,
}: {
  label: string;
  axes: Axis[];
  value: number;
  onPick: (axis: string) => void;
}) {
  return (
    <label class="field">
      {label}
      <select value={String(value)} onChange={(event) => onPick(event.currentTarget.value)}>
        {axes.map((axis, i) => (
          <option value={String(i)}>{axis.name}</option>
        ))}
      </select>
    </label>
  );
}

export function Front() {
  const { state } = useShared();
  const { query } = usePlace();
  const list = useData<{ scenarios: Scenario[] }>("scenarios");
  const everywhere = list.data?.scenarios ?? [];
  const domain = query.get("domain") || everywhere[0]?.domain || state.domains[0]?.name || "";
  const scenarios = useMemo(() => everywhere.filter((one) => one.domain === domain), [everywhere, domain]);
  const scenario =
    query.get("scenario") && scenarios.some((one) => one.digest === query.get("scenario"))
      ? query.get("scenario")!
      : (scenarios[0]?.digest ?? "");
  const { data, error } = useData<FrontData>(scenario ? `scenarios/${scenario}` : "");
  const axes = useMemo(() => axesOf(data?.metrics ?? []), [data]);
  const x = Math.min(Number(query.get("x") ?? axes.length - 1), axes.length - 1);
  const y = Math.min(Number(query.get("y") ?? 0), axes.length - 1);
  const view = useMemo(() => {
    const dots: Dot[] = [];
    let without = 0;
    for (const point of data?.points ?? []) {
      const across = axes[x].value(point);
      const up = axes[y].value(point);
      if (point.status !== "ok" || across === null || up === null) ++without;
      else
        dots.push({
          id: point.policy,
          x: across,
          y: up,
          label: point.native ? point.name : `${point.name} ${point.policy.slice(0, 8)}`,
          hue: point.native ? 1 : 0,
        });
    }
    const best = front(dots, axes[x]?.lower ?? true, axes[y]?.lower ?? true);
    const strong = new Set(best);
    return { dots: dots.map((dot) => ({ ...dot, strong: strong.has(dot) })), best, without };
  }, [data, x, y]);
  const points = data?.points ?? [];
  return (
    <>
      <div class="title">
        <h1>Fronts</h1>
      </div>
      <Section
        title="Scenario"
        note="Where more than one quantity counts, there is seldom one best policy: those on the line are beaten by no other in both directions."
      >
        <div class="form">
          <DomainSelect
            value={domain}
            all={false}
            onPick={(value) => setQuery({ domain: value, scenario: null, x: null, y: null })}
          />
          <label class="field wide">
            Scenario
            <select value={scenario} onChange={(event) => setQuery({ domain, scenario: event.currentTarget.value })}>
              {scenarios.map((one) => (
                <option value={one.digest}>
                  {one.label} ({count(one.evaluations)})
                </option>
              ))}
            </select>
          </label>
          <AxisSelect label="Across" axes={axes} value={x} onPick={(value) => setQuery({ x: value })} />
          <AxisSelect label="Up" axes={axes} value={y} onPick={(value) => setQuery({ y: value })} />
        </div>
        <Problem text={list.error || error} />
        {list.data && scenarios.length === 0 && (
          <Nothing>No policy of {domain} has been run with this ledger yet.</Nothing>
        )}
        {scenario && !data && !error && <Waiting />}
        {data && (
          <>
            <Scatter
              dots={view.dots}
              path={view.best}
              height={420}
              xLabel={axes[x].name}
              yLabel={axes[y].name}
              formatX={(value) =>
                axes[x] === sizeAxis || axes[x].dimension === "number"
                  ? digits(value)
                  : quantity(value, axes[x].dimension)
              }
              formatY={(value) => quantity(value, axes[y].dimension)}
              onPick={(digest) => go(`policies/${digest}`)}
              summary={`${plural(view.dots.length, "policy", "policies")}, ${view.best.length} of them on the front.`}
            />
            <ul class="keys">
              <li>
                <i class="hue0" /> programs
              </li>
              <li>
                <i class="hue1" /> baselines
              </li>
              <li>
                <i class="line stairs" /> front
              </li>
            </ul>
            <p class="note">
              {data.more ? `The best ${count(points.length)} by the objective are shown. ` : ""}
              {view.without > 0
                ? `${plural(view.without, "policy has", "policies have")} no such number: failed, or of no size, as baselines are.`
                : ""}
            </p>
          </>
        )}
      </Section>
      {data && view.best.length > 0 && (
        <Section title="On the front">
          <div class="scroll">
            <table class="list">
              <thead>
                <tr>
                  <th scope="col">policy</th>
                  <th scope="col" class="r">
                    {axes[x].name}
                  </th>
                  <th scope="col" class="r">
                    {axes[y].name}
                  </th>
                </tr>
              </thead>
              <tbody>
                {view.best.slice(0, 60).map((dot) => (
                  <tr key={dot.id}>
                    <td>
                      <a class="row" href={`#/policies/${dot.id}`}>
                        {dot.label}
                      </a>
                    </td>
                    <td class="r">{quantity(dot.x, axes[x].dimension)}</td>
                    <td class="r">{quantity(dot.y, axes[y].dimension)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </Section>
      )}
    </>
  );
}
export { PolicyLink };
