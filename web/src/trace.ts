// A timeline in the trace event format, as rows of spans.

export interface Span {
  name: string;
  start: number; ///< microseconds
  end: number;
  depth: number;
  args?: Record<string, unknown>;
}
export interface Row {
  group: string;
  name: string;
  spans: Span[]; ///< by start; marks have start == end
  levels: { at: number; value: number }[]; ///< of a counter
  depth: number; ///< spans lie within each other so deep
}
export interface Trace {
  rows: Row[];
  start: number;
  end: number;
  spans: number;
}

interface Event {
  ph: string;
  pid: number;
  tid?: number;
  ts?: number;
  dur?: number;
  name?: string;
  args?: Record<string, unknown>;
}

const rounding = 0.002;

/// Throws an Error that says what is wrong with the text.
export function readTrace(text: string): Trace {
  const json = JSON.parse(text) as { traceEvents?: Event[] } | Event[];
  const events = Array.isArray(json) ? json : json.traceEvents;
  if (!Array.isArray(events)) throw new Error("this is not a timeline: it has no traceEvents");
  const groups = new Map<number, string>();
  const names = new Map<string, string>();
  const rows = new Map<string, Row & { pid: number; tid: number }>();
  const rowOf = (event: Event, tid: number, name: string) => {
    const key = `${event.pid}/${tid}/${name}`;
    let row = rows.get(key);
    if (!row) rows.set(key, (row = { pid: event.pid, tid, group: "", name, spans: [], levels: [], depth: 1 }));
    return row;
  };
  for (const event of events) {
    const tid = event.tid ?? 0;
    if (event.ph === "M") {
      const name = String(event.args?.name ?? "");
      if (event.name === "process_name") groups.set(event.pid, name);
      if (event.name === "thread_name") names.set(`${event.pid}/${tid}`, name);
    } else if (event.ph === "X" && event.ts !== undefined) {
      rowOf(event, tid, "").spans.push({
        name: event.name ?? "",
        start: event.ts,
        end: event.ts + (event.dur ?? 0),
        depth: 0,
        args: event.args,
      });
    } else if ((event.ph === "i" || event.ph === "I") && event.ts !== undefined) {
      rowOf(event, tid, "").spans.push({
        name: event.name ?? "",
        start: event.ts,
        end: event.ts,
        depth: 0,
        args: event.args,
      });
    } else if (event.ph === "C" && event.ts !== undefined) {
      rowOf(event, tid, event.name ?? "").levels.push({
        at: event.ts,
        value: Number(Object.values(event.args ?? {})[0] ?? 0),
      });
    }
  }
  const sorted = [...rows.values()].sort((a, b) => a.pid - b.pid || a.tid - b.tid);
  let start = Infinity;
  let end = -Infinity;
  let spans = 0;
  for (const row of sorted) {
    row.group = groups.get(row.pid) ?? `process ${row.pid}`;
    row.name = row.name || (names.get(`${row.pid}/${row.tid}`) ?? `row ${row.tid}`);
    row.spans.sort((a, b) => a.start - b.start || b.end - a.end);
    row.levels.sort((a, b) => a.at - b.at);
    const open: number[] = [];
    for (const span of row.spans) {
      // Times are rounded to the nanosecond, each by itself: what ends there where the next begins may reach beyond it.
      while (open.length > 0 && open[open.length - 1] <= span.start + rounding) open.pop();
      if (span.end > span.start) {
        span.depth = open.length;
        open.push(span.end);
        row.depth = Math.max(row.depth, Math.min(4, open.length));
      }
      start = Math.min(start, span.start);
      end = Math.max(end, span.end);
    }
    spans += row.spans.length;
    for (const level of row.levels) {
      start = Math.min(start, level.at);
      end = Math.max(end, level.at);
    }
  }
  if (sorted.length === 0) return { rows: [], start: 0, end: 1, spans: 0 };
  return { rows: sorted, start, end: end > start ? end : start + 1, spans };
}
