// Timelines that 'run --timeline' wrote: the list, and one drawn on a canvas.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { askBytes, tell } from "./api";
import { digits, plural, quantity, size } from "./format";
import { colour, useData, useShared, useThemeChanges, useWidth } from "./hooks";
import { Copy, Nothing, Problem, Section, Waiting } from "./parts";
import { ticks } from "./scatter";
import { readTrace, type Row, type Span, type Trace } from "./trace";

interface Files {
  folder: string | null;
  timelines: { name: string; bytes: number; modified: number; too_large: boolean }[];
}

function NewTimeline() {
  const { state } = useShared();
  const domains = state.domains.filter((domain) => domain.timelines);
  const [name, setName] = useState(domains[0]?.name ?? "");
  const [file, setFile] = useState("");
  const [policy, setPolicy] = useState("");
  const [said, setSaid] = useState("");
  const domain = domains.find((one) => one.name === name);
  if (!domain) return null;
  const start = (event: Event) => {
    event.preventDefault();
    tell("jobs", { kind: "timeline", domain: name, name: file, policies: [policy || domain.baselines[0].name] })
      .then(() => setSaid("Drawing: it appears in the list when it is done."))
      .catch((why: Error) => setSaid(why.message));
  };
  return (
    <form onSubmit={start}>
      <Section title="Draw one" note="Of a baseline on the bundled workload; 'syswright run DOMAIN --timeline FILE' draws any run.">
        <div class="form">
          <label class="field">
            Domain
            <select value={name} onChange={(event) => setName(event.currentTarget.value)}>
              {domains.map((one) => (
                <option>{one.name}</option>
              ))}
            </select>
          </label>
          <label class="field">
            Policy
            <select value={policy} onChange={(event) => setPolicy(event.currentTarget.value)}>
              {domain.baselines.map((one) => (
                <option>{one.name}</option>
              ))}
            </select>
          </label>
          <label class="field">
            Name
            <input required pattern="[A-Za-z0-9_\-]+" value={file} onInput={(event) => setFile(event.currentTarget.value)} />
          </label>
          <button type="submit" class="primary">Draw</button>
        </div>
        <p role="status" class="note">{said}</p>
      </Section>
    </form>
  );
}

export function Timelines() {
  const { data, error } = useData<Files>("timelines");
  return (
    <>
      <div class="title">
        <h1>Timelines</h1>
      </div>
      <Problem text={error} />
      {!data && !error && <Waiting />}
      {data && !data.folder && (
        <Section title="No folder">
          <p>Timelines are files that a run draws. Start the page with the folder that they lie in:</p>
          <Copy text="syswright run llm_serving --timeline timelines/serving.json" />
          <Copy text="syswright serve --timelines timelines" />
        </Section>
      )}
      {data?.folder && (
        <>
          <Section title={data.folder} note={plural(data.timelines.length, "timeline")}>
            {data.timelines.length === 0 ? (
              <Nothing>There is none yet.</Nothing>
            ) : (
              <table class="list">
                <thead>
                  <tr>
                    <th scope="col">file</th>
                    <th scope="col" class="r">size</th>
                    <th scope="col">written</th>
                  </tr>
                </thead>
                <tbody>
                  {data.timelines.map((file) => (
                    <tr key={file.name}>
                      <td>{file.too_large ? file.name : <a class="row" href={`#/timelines/${encodeURIComponent(file.name)}`}>{file.name}</a>}</td>
                      <td class="r">{size(file.bytes)}</td>
                      <td>{new Date(file.modified * 1000).toLocaleString("en-GB")}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </Section>
          <NewTimeline />
        </>
      )}
    </>
  );
}

const bar = 18; ///< height of a span
const gap = 6;
const left = 180;
const head = 26;
const heading = 24;
const most_seen = 620; ///< higher ones are scrolled

interface Laid {
  row: Row;
  top: number;
  height: number;
  heading: boolean; ///< its group's name stands above it
}
function layOut(trace: Trace): { rows: Laid[]; height: number } {
  let top = head;
  let group = "";
  const rows = trace.rows.map((row) => {
    const starts = row.group !== group;
    group = row.group;
    if (starts) top += heading;
    const height = (row.levels.length > 0 ? 34 : row.depth * bar) + gap;
    const laid = { row, top, height, heading: starts };
    top += height;
    return laid;
  });
  return { rows, height: top + 8 };
}

/// Names get their colours in the order in which they come.
function coloursOf(trace: Trace): Map<string, number> {
  const hues = new Map<string, number>();
  for (const row of trace.rows) {
    for (const span of row.spans) if (!hues.has(span.name)) hues.set(span.name, hues.size % 8);
  }
  return hues;
}
const moment = (micros: number): string => quantity(micros / 1e6, "time");

/// Steps of a clock, in seconds; shorter ones are decimal.
const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
function clockTicks(window: Window, most: number): number[] {
  const rough = (window.to - window.from) / 1e6 / most;
  const step = rough < 1 ? undefined : steps.find((one) => one >= rough);
  const unit = rough < 1 ? 1 : 86400e6;
  if (step === undefined) return ticks(window.from / unit, window.to / unit, most).map((tick) => tick * unit);
  const found: number[] = [];
  for (let i = Math.ceil(window.from / step / 1e6); i * step * 1e6 <= window.to; ++i) found.push(i * step * 1e6);
  return found;
}

interface Window {
  from: number;
  to: number;
}

interface Picture {
  rows: Laid[];
  hueOf: Map<string, number>;
  window: Window;
  width: number;
  height: number; ///< of what is seen
  scroll: number; ///< of the rows, above what is seen
  at: Span | null;
}

function draw(canvas: HTMLCanvasElement, picture: Picture): void {
  const { window, width, height: seen, scroll, at } = picture;
  const scale = devicePixelRatio || 1;
  canvas.width = width * scale;
  canvas.height = seen * scale;
  const pen = canvas.getContext("2d")!;
  pen.scale(scale, scale);
  const ink = colour("--ink");
  const soft = colour("--soft");
  const grid = colour("--grid");
  const hues = Array.from({ length: 8 }, (_, i) => colour(`--hue${i}`));
  const card = colour("--card");
  const x = (time: number) => left + ((time - window.from) / (window.to - window.from)) * (width - left);
  pen.fillStyle = card;
  pen.fillRect(0, 0, width, seen);
  pen.font = "11px system-ui, sans-serif";
  pen.textBaseline = "middle";
  const times = clockTicks(window, (width - left) / 110);
  pen.fillStyle = grid;
  for (const tick of times) pen.fillRect(Math.round(x(tick)), head - 6, 1, seen);
  for (const { row, top: place, height, heading: starts } of picture.rows) {
    const top = place - scroll;
    if (top + height < 0 || top - heading > seen) continue;
    pen.textAlign = "left";
    if (starts) {
      pen.fillStyle = ink;
      pen.font = "600 12px system-ui, sans-serif";
      pen.fillText(row.group, 4, top - heading / 2 + 2, width - 8);
      pen.font = "11px system-ui, sans-serif";
    }
    pen.fillStyle = soft;
    pen.fillText(row.name, 14, top + Math.min(height - gap, bar) / 2, left - 22);
    pen.save();
    pen.beginPath();
    pen.rect(left, top, width - left, height);
    pen.clip();
    if (row.levels.length > 0) drawLevels(pen, row, x, window, top, height - gap, hues[2]);
    else drawSpans(pen, row, x, window, top, (name) => hues[picture.hueOf.get(name) ?? 0], at, card, ink);
    pen.restore();
  }
  // The times stay while the rows move.
  pen.fillStyle = card;
  pen.fillRect(0, 0, width, head - 4);
  pen.fillStyle = soft;
  pen.textAlign = "center";
  for (const tick of times) {
    if (x(tick) > left + 20 && x(tick) < width - 20) pen.fillText(moment(tick), x(tick), 10);
  }
}

function drawSpans(pen: CanvasRenderingContext2D, row: Row, x: (time: number) => number, window: Window, top: number, hueOf: (name: string) => string, at: Span | null, card: string, ink: string): void {
  // What is narrower than a pixel is drawn once a pixel.
  const filled = new Map<number, number>();
  for (const span of row.spans) {
    if (span.start > window.to) break;
    if (span.end < window.from) continue;
    const from = Math.max(left - 2, x(span.start));
    const to = Math.min(1e5, x(span.end));
    const place = top + Math.min(3, span.depth) * bar;
    if (span.end === span.start) {
      pen.fillStyle = ink;
      pen.beginPath();
      pen.moveTo(from, place + 2);
      pen.lineTo(from + 4, place + bar / 2);
      pen.lineTo(from, place + bar - 2);
      pen.lineTo(from - 4, place + bar / 2);
      pen.fill();
      continue;
    }
    if (to - from < 1) {
      if ((filled.get(span.depth) ?? -1) >= Math.floor(from)) continue;
      filled.set(span.depth, Math.floor(from));
    }
    pen.fillStyle = hueOf(span.name);
    pen.globalAlpha = at === span ? 1 : 0.82;
    pen.fillRect(from, place, Math.max(1, to - from - (to - from > 3 ? 1 : 0)), bar - 2);
    pen.globalAlpha = 1;
    if (at === span) {
      pen.strokeStyle = ink;
      pen.lineWidth = 2;
      pen.strokeRect(from + 1, place + 1, Math.max(1, to - from - 2), bar - 4);
    }
    const room = to - Math.max(left, from) - 8;
    if (room > 24) {
      pen.fillStyle = card;
      const text = span.name.length * 6 > room ? span.name.slice(0, Math.floor(room / 6.4)) + "…" : span.name;
      pen.fillText(text, Math.max(left, from) + 4, place + bar / 2 - 1);
    }
  }
}

function drawLevels(pen: CanvasRenderingContext2D, row: Row, x: (time: number) => number, window: Window, top: number, height: number, hue: string): void {
  const most = row.levels.reduce((high, level) => Math.max(high, level.value), 1e-12);
  pen.fillStyle = hue;
  pen.globalAlpha = 0.65;
  row.levels.forEach((level, i) => {
    const next = row.levels[i + 1]?.at ?? window.to;
    if (next < window.from || level.at > window.to) return;
    const h = (height - 2) * (level.value / most);
    pen.fillRect(x(level.at), top + height - h, Math.max(1, x(next) - x(level.at)), h);
  });
  pen.globalAlpha = 1;
}

function Canvas({ trace }: { trace: Trace }) {
  const [box, width] = useWidth<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const laid = useMemo(() => layOut(trace), [trace]);
  const hueOf = useMemo(() => coloursOf(trace), [trace]);
  const [scroll, setScroll] = useState(0);
  const height = Math.min(laid.height, most_seen);
  const [window, setWindow] = useState<Window>({ from: trace.start, to: trace.end });
  const [at, setAt] = useState<{ span: Span; row: Row } | null>(null);
  const grip = useRef<{ x: number; window: Window } | null>(null);
  const theme = useThemeChanges();
  useEffect(() => {
    if (!canvas.current || width < 200) return;
    const frame = requestAnimationFrame(() => draw(canvas.current!, { rows: laid.rows, hueOf, window, width, height, scroll, at: at?.span ?? null }));
    return () => cancelAnimationFrame(frame);
  }, [laid, window, width, scroll, at, theme]);
  const timeAt = (x: number) => window.from + ((x - left) / (width - left)) * (window.to - window.from);
  const zoom = (factor: number, centre: number) =>
    setWindow((old) => {
      const span = Math.min(trace.end - trace.start, Math.max((trace.end - trace.start) / 1e6, (old.to - old.from) * factor));
      const share = (centre - old.from) / (old.to - old.from);
      return inside({ from: centre - share * span, to: centre + (1 - share) * span });
    });
  const inside = (wanted: Window): Window => {
    const shift = Math.max(0, trace.start - wanted.from) - Math.max(0, wanted.to - trace.end);
    return { from: wanted.from + shift, to: wanted.to + shift };
  };
  const pan = (share: number) => setWindow((old) => inside({ from: old.from + share * (old.to - old.from), to: old.to + share * (old.to - old.from) }));
  useEffect(() => {
    const wheel = (event: WheelEvent) => {
      if (event.ctrlKey || event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
        event.preventDefault();
        if (event.ctrlKey) zoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(event.offsetX));
        else pan((event.deltaX || event.deltaY) / 800);
      }
    };
    const element = canvas.current;
    element?.addEventListener("wheel", wheel, { passive: false });
    return () => element?.removeEventListener("wheel", wheel);
  });
  const find = (event: MouseEvent) => {
    const y = event.offsetY + scroll;
    const place = laid.rows.find((one) => y >= one.top && y < one.top + one.height);
    if (!place || event.offsetX < left || event.offsetY < head) return setAt(null);
    const time = timeAt(event.offsetX);
    const slack = (3 / (width - left)) * (window.to - window.from);
    const depth = Math.floor((y - place.top) / bar);
    const hit = place.row.spans.filter((span) => span.start - slack <= time && time <= span.end + slack && Math.min(3, span.depth) === depth).at(-1);
    setAt(hit ? { span: hit, row: place.row } : null);
  };
  const flat = useMemo(() => trace.rows.flatMap((row) => row.spans.map((span) => ({ span, row }))), [trace]);
  const step = (by: number) => {
    const now = at ? flat.findIndex((one) => one.span === at.span) : by > 0 ? -1 : 0;
    const next = flat[Math.min(flat.length - 1, Math.max(0, now + by))];
    if (!next) return;
    setAt(next);
    const place = laid.rows.find((one) => one.row === next.row)!;
    if (place.top < scroll + head || place.top + place.height > scroll + height) box.current?.querySelector(".rows")?.scrollTo(0, place.top - height / 2);
    if (next.span.start < window.from || next.span.start > window.to) {
      const half = (window.to - window.from) / 2;
      setWindow(inside({ from: next.span.start - half, to: next.span.start + half }));
    }
  };
  const keys = (event: KeyboardEvent) => {
    const middle = at ? at.span.start : (window.from + window.to) / 2;
    const actions: Record<string, () => void> = {
      ArrowRight: () => pan(0.15),
      ArrowLeft: () => pan(-0.15),
      "+": () => zoom(0.7, middle),
      "=": () => zoom(0.7, middle),
      "-": () => zoom(1.4, middle),
      "0": () => setWindow({ from: trace.start, to: trace.end }),
      ".": () => step(1),
      ",": () => step(-1),
    };
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : actions[event.key];
    if (!action) return;
    action();
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div ref={box} class="timeline">
      <div class="tools">
        <button type="button" class="small" onClick={() => zoom(0.5, (window.from + window.to) / 2)}>zoom in</button>
        <button type="button" class="small" onClick={() => zoom(2, (window.from + window.to) / 2)}>zoom out</button>
        <button type="button" class="small" onClick={() => setWindow({ from: trace.start, to: trace.end })}>all</button>
        <span class="note">drag to move · Ctrl and wheel, + and − to zoom · , and . from span to span · 0 for all</span>
      </div>
      <div class="rows" style={{ height: `${height}px` }} onScroll={(event) => setScroll(event.currentTarget.scrollTop)}>
        <div style={{ height: `${laid.height}px` }}>
          <canvas
            ref={canvas}
            tabIndex={0}
            role="application"
            aria-label={`Timeline of ${plural(trace.spans, "span")} in ${plural(trace.rows.length, "row")}. Comma and dot go from span to span.`}
            style={{ width: `${width}px`, height: `${height}px` }}
            onKeyDown={keys}
            onMouseDown={(event) => (grip.current = { x: event.offsetX, window })}
            onMouseUp={() => (grip.current = null)}
            onMouseLeave={() => (grip.current = null)}
            onMouseMove={(event) => {
              if (!grip.current) return find(event);
              const moved = ((grip.current.x - event.offsetX) / (width - left)) * (window.to - window.from);
              setWindow(inside({ from: grip.current.window.from + moved, to: grip.current.window.to + moved }));
            }}
          />
        </div>
      </div>
      <div class="told" role="status" id="span">
        {at ? (
          <>
            <strong>{at.span.name}</strong> · {at.row.group}, {at.row.name} · from {moment(at.span.start)}
            {at.span.end > at.span.start && `, for ${moment(at.span.end - at.span.start)}`}
            {Object.entries(at.span.args ?? {}).map(([name, value]) => ` · ${name} ${typeof value === "number" ? digits(value) : String(value)}`)}
          </>
        ) : (
          " "
        )}
      </div>
    </div>
  );
}

export function TimelinePage({ name }: { name: string }) {
  const [trace, setTrace] = useState<Trace | null>(null);
  const [file, setFile] = useState<Blob | null>(null);
  const [error, setError] = useState("");
  useEffect(() => {
    const end = new AbortController();
    askBytes(`timelines/${encodeURIComponent(name)}`, end.signal)
      .then(async (bytes) => {
        setFile(bytes);
        setTrace(readTrace(await bytes.text()));
      })
      .catch((why: Error) => end.signal.aborted || setError(why.message));
    return () => end.abort();
  }, [name]);
  const save = () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file!);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  return (
    <>
      <div class="title">
        <h1>{name}</h1>
        <div class="push tools">
          <button type="button" disabled={!file} onClick={save}>Save the file</button>
        </div>
      </div>
      <Problem text={error} />
      {!trace && !error && <Waiting />}
      {trace && trace.rows.length === 0 && <Nothing>Nothing is drawn in this file.</Nothing>}
      {trace && trace.rows.length > 0 && (
        <Section
          title={`${plural(trace.spans, "span")} in ${plural(trace.rows.length, "row")}, ${moment(trace.end - trace.start)}`}
          note="The saved file opens in Perfetto (ui.perfetto.dev) and chrome://tracing too."
        >
          <Canvas trace={trace} />
        </Section>
      )}
    </>
  );
}
