// Where a run's best policy came from: every candidate that mattered, and the line that leads to the best.
import { useMemo } from "preact/hooks";
import type { Metric, Run } from "./api";
import { better, digits, plural, quantity, readable, short, telling } from "./format";
import { front } from "./pareto";
import { Scatter, type Dot } from "./scatter";

export interface Node {
  policy: string;
  origin: string;
  parents: string[];
  train: number;
  spent: number;
  seconds: number | null;
}

/// The proposals of a run that ended; before that, each best as it was reported.
export function nodesOf(run: Run): Node[] {
  const kept = new Map<string, Node>();
  if (run.proposals.length > 0) {
    for (const one of run.proposals) {
      if (one.train === null || one.spent === null) continue;
      kept.set(one.policy, {
        policy: one.policy,
        origin: one.origin,
        parents: one.parents,
        train: one.train,
        spent: one.spent,
        seconds: null,
      });
    }
    return [...kept.values()];
  }
  for (const step of run.trail) {
    if (!step.policy || step.best === null || kept.has(step.policy)) continue;
    kept.set(step.policy, {
      policy: step.policy,
      origin: step.note,
      parents: [],
      train: step.best,
      spent: step.spent,
      seconds: step.seconds,
    });
  }
  return [...kept.values()];
}

export function bestOf(nodes: Node[], metric: Metric | undefined): Node | undefined {
  return nodes.reduce<Node | undefined>(
    (best, node) => (!best || better(metric, node.train, best.train) ? node : best),
    undefined,
  );
}

/// From the first ancestor to `last`, along first parents that are on record.
export function lineOf(nodes: Node[], last: string | undefined): Node[] {
  const byDigest = new Map(nodes.map((node) => [node.policy, node]));
  const line: Node[] = [];
  for (let at = last === undefined ? undefined : byDigest.get(last); at && !line.includes(at); ) {
    line.unshift(at);
    const parent: string | undefined = at.parents.find((digest) => digest !== at!.policy && byDigest.has(digest));
    at = parent === undefined ? undefined : byDigest.get(parent);
  }
  return line;
}

/// "mutate constant" and "mutate operator" are of one kind.
const kindOf = (origin: string): string => origin.split(/[\s:,(]/)[0] || "found";

export function Lineage({
  run,
  metric,
  best,
  axis,
  onPick,
}: {
  run: Run;
  metric: Metric | undefined;
  best: string | undefined;
  axis: string;
  onPick: (digest: string) => void;
}) {
  const view = useMemo(() => {
    const nodes = nodesOf(run);
    const kinds = [...new Set(nodes.map((node) => kindOf(node.origin)))];
    const line = new Set(lineOf(nodes, best).map((node) => node.policy));
    const bySize = axis === "size";
    const dots = new Map<string, Dot>();
    for (const node of nodes) {
      const size = run.policies[node.policy]?.size ?? null;
      if (bySize && size === null) continue;
      dots.set(node.policy, {
        id: node.policy,
        x: bySize ? size! : node.spent,
        y: node.train,
        label: `${run.policies[node.policy]?.name ?? "policy"} ${short(node.policy)}, ${node.origin}`,
        hue: kinds.indexOf(kindOf(node.origin)) % 8,
        strong: line.has(node.policy),
      });
    }
    const lines: [Dot, Dot, boolean][] = [];
    for (const node of nodes) {
      const to = dots.get(node.policy);
      for (const parent of new Set(node.parents)) {
        const from = dots.get(parent);
        if (from && to && from !== to) lines.push([from, to, line.has(parent) && line.has(node.policy)]);
      }
    }
    return { kinds, dots: [...dots.values()], lines: bySize ? [] : lines.sort((a, b) => Number(a[2]) - Number(b[2])) };
  }, [run, best, axis]);
  const lower = metric?.lower_is_better ?? true;
  const format = (value: number) => quantity(value, metric?.dimension);
  return (
    <>
      <Scatter
        dots={view.dots}
        lines={view.lines}
        path={axis === "size" ? front(view.dots, true, lower) : undefined}
        xLabel={axis === "size" ? "size of the program (operations)" : "evaluations spent"}
        limits={telling(
          view.dots.map((dot) => dot.y),
          lower,
        )}
        yLabel={`${readable(metric?.name ?? "objective")} in training`}
        formatX={digits}
        formatY={format}
        onPick={onPick}
        summary={`${plural(view.dots.length, "candidate")} that mattered${axis === "size" ? ", by size and score" : ", in the order found"}.`}
      />
      <ul class="keys">
        {view.kinds.slice(0, 8).map((kind, i) => (
          <li>
            <i class={`hue${i}`} /> {kind}
          </li>
        ))}
        {axis !== "size" && view.lines.some(([, , strong]) => strong) && (
          <li>
            <i class="line" /> leads to the best
          </li>
        )}
        {axis === "size" && (
          <li>
            <i class="line stairs" /> no other is smaller and better
          </li>
        )}
      </ul>
    </>
  );
}
