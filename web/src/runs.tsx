// The list of runs.
import { useMemo, useState } from "preact/hooks";
import type { RunLine } from "./api";
import { count, duration, plural, quantity, when } from "./format";
import { useData, useShared } from "./hooks";
import { Bar, Nothing, Problem, Section, Status, Waiting } from "./parts";

const lasted = (run: RunLine): string => {
  if (!run.ended) return run.progress ? duration(run.progress.seconds) : "";
  return duration((Date.parse(run.ended) - Date.parse(run.started)) / 1000);
};

function Live({ run }: { run: RunLine }) {
  const { state } = useShared();
  const metric = state.domains.find((domain) => domain.name === run.domain)?.metrics[0];
  const now = run.progress;
  return (
    <li class="live-run">
      <a href={`#/runs/${run.id}`} class="row-link">
        <div class="live-head">
          <strong>{run.command}</strong>
          <span class="id">run {run.id}</span>
          <Status status={run.status} />
          <span class="push best-now">{now?.best != null ? quantity(now.best, metric?.dimension) : "–"}</span>
        </div>
        <Bar fraction={now?.fraction ?? 0} label={`run ${run.id}: part of the budget that is spent`} />
        <div class="live-foot">
          <span>{[run.designer, run.workload, `budget ${run.budget}`].filter(Boolean).join(" · ")}</span>
          <span class="push">
            {now
              ? `${count(Math.round(now.spent))} evaluations in ${duration(now.seconds)}${now.note ? " · " + now.note : ""}`
              : "reading the workload"}
          </span>
        </div>
      </a>
    </li>
  );
}

export function Runs() {
  const { data, error } = useData<{ runs: RunLine[]; total: number }>("runs");
  const [text, setText] = useState("");
  const running = data?.runs.filter((run) => run.status === "running") ?? [];
  const rest = useMemo(() => {
    const wanted = text.trim().toLowerCase();
    return (data?.runs ?? []).filter(
      (run) =>
        run.status !== "running" &&
        (!wanted ||
          `${run.id} ${run.command} ${run.designer} ${run.workload} ${run.verdict} ${run.status}`
            .toLowerCase()
            .includes(wanted)),
    );
  }, [data, text]);
  return (
    <>
      <div class="title">
        <h1>Runs</h1>
        <a class="button primary" href="#/new">
          New design run
        </a>
      </div>
      <Problem text={error} />
      {!data && !error && <Waiting />}
      {running.length > 0 && (
        <Section title={running.length === 1 ? "Searching now" : `Searching now: ${running.length}`}>
          <ul class="plain">
            {running.map((run) => (
              <Live key={run.id} run={run} />
            ))}
          </ul>
        </Section>
      )}
      {data && (
        <Section
          title="Earlier"
          note={`${plural(data.total, "run")} in this ledger${data.total > data.runs.length ? `; the latest ${data.runs.length} are shown` : ""}.`}
          tools={
            <input
              id="search"
              type="search"
              placeholder="filter  /"
              aria-label="Filter runs"
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          }
        >
          {data.runs.length === 0 ? (
            <Nothing>
              Nothing has been run with this ledger yet. <a href="#/new">Start a design run</a>, or run{" "}
              <code>syswright design cache --budget 60s</code> in a shell: it shows up here while it searches.
            </Nothing>
          ) : (
            <div class="scroll">
              <table class="list">
                <thead>
                  <tr>
                    <th scope="col" class="r">
                      run
                    </th>
                    <th scope="col">what</th>
                    <th scope="col">designer</th>
                    <th scope="col">workload</th>
                    <th scope="col">started</th>
                    <th scope="col" class="r">
                      took
                    </th>
                    <th scope="col">result</th>
                  </tr>
                </thead>
                <tbody>
                  {rest.map((run) => (
                    <tr key={run.id}>
                      <td class="r id">{run.id}</td>
                      <td>
                        <a class="row" href={`#/runs/${run.id}`}>
                          {run.command}
                        </a>
                      </td>
                      <td>{run.designer ? `${run.designer}, ${run.budget}` : ""}</td>
                      <td class="clip" title={run.workload}>
                        {run.workload}
                      </td>
                      <td class="nowrap">{when(run.started)}</td>
                      <td class="r nowrap">{lasted(run)}</td>
                      <td class="wide">
                        {run.status === "stopped" ? (
                          <Status status="stopped" />
                        ) : (
                          run.verdict || <Status status={run.status} />
                        )}
                      </td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </Section>
      )}
    </>
  );
}
