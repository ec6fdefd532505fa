// A timeline on a canvas: rows of spans, marks and curves, moved and zoomed by mouse and keyboard.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { digits, plural, quantity } from "./format";
import { colour, useThemeChanges, useWidth } from "./hooks";
import { ticks } from "./scatter";
import type { Row, Span, Trace } from "./trace";

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

/// "412: decode" and "413: decode" are of one kind.
const kindOf = (name: string): string => name.slice(name.lastIndexOf(": ") + 1);

/// Kinds get their colours in the order in which they come.
function coloursOf(trace: Trace): Map<string, number> {
  const hues = new Map<string, number>();
  for (const row of trace.rows) {
    for (const span of row.spans) if (!hues.has(kindOf(span.name))) hues.set(kindOf(span.name), hues.size % 8);
  }
  return hues;
}
export const moment = (micros: number): string => quantity(micros / 1e6, "time");

/// A tick's time: "5:35 min", "2:30 h", "3 d 12:00".
function clock(micros: number): string {
  const seconds = Math.round(micros / 1e6);
  const two = (value: number) => String(value).padStart(2, "0");
  if (seconds < 60 || Math.abs(micros / 1e6 - seconds) > 1e-6) return moment(micros);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)} min`;
  const minutes = Math.floor(seconds / 60) % 60;
  if (seconds < 86400)
    return `${Math.floor(seconds / 3600)}:${two(minutes)}${seconds % 60 ? ":" + two(seconds % 60) : ""} h`;
  return `${Math.floor(seconds / 86400)} d ${two(Math.floor(seconds / 3600) % 24)}:${two(minutes)}`;
}

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
    else drawSpans(pen, row, x, window, top, (name) => hues[picture.hueOf.get(kindOf(name)) ?? 0], at, card, ink);
    pen.restore();
  }
  // The times stay while the rows move.
  pen.fillStyle = card;
  pen.fillRect(0, 0, width, head - 4);
  pen.fillStyle = soft;
  pen.textAlign = "center";
  for (const tick of times) {
    if (x(tick) > left + 20 && x(tick) < width - 20) pen.fillText(clock(tick), x(tick), 10);
  }
}

function drawSpans(
  pen: CanvasRenderingContext2D,
  row: Row,
  x: (time: number) => number,
  window: Window,
  top: number,
  hueOf: (name: string) => string,
  at: Span | null,
  card: string,
  ink: string,
): void {
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

function drawLevels(
  pen: CanvasRenderingContext2D,
  row: Row,
  x: (time: number) => number,
  window: Window,
  top: number,
  height: number,
  hue: string,
): void {
  const most = row.levels.reduce((high, level) => Math.max(high, level.value), 1e-12);
  pen.fillStyle = hue;
  pen.globalAlpha = 0.65;
  row.levels.forEach((level, i) => {
    const next = row.levels[i + 1]?.at ?? window.to;
    if (next < window.from || level.at > window.to) return;
    const h = (height - 2) * (level.value / most);
    const from = Math.round(x(level.at));
    pen.fillRect(from, top + height - h, Math.max(1, Math.round(x(next)) - from), h);
  });
  pen.globalAlpha = 1;
}

export function Canvas({ trace }: { trace: Trace }) {
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
    const frame = requestAnimationFrame(() =>
      draw(canvas.current!, { rows: laid.rows, hueOf, window, width, height, scroll, at: at?.span ?? null }),
    );
    return () => cancelAnimationFrame(frame);
  }, [laid, window, width, scroll, at, theme]);
  const timeAt = (x: number) => window.from + ((x - left) / (width - left)) * (window.to - window.from);
  const zoom = (factor: number, centre: number) =>
    setWindow((old) => {
      const span = Math.min(
        trace.end - trace.start,
        Math.max((trace.end - trace.start) / 1e6, (old.to - old.from) * factor),
      );
      const share = (centre - old.from) / (old.to - old.from);
      return inside({ from: centre - share * span, to: centre + (1 - share) * span });
    });
  const inside = (wanted: Window): Window => {
    const shift = Math.max(0, trace.start - wanted.from) - Math.max(0, wanted.to - trace.end);
    return { from: wanted.from + shift, to: wanted.to + shift };
  };
  const pan = (share: number) =>
    setWindow((old) =>
      inside({ from: old.from + share * (old.to - old.from), to: old.to + share * (old.to - old.from) }),
    );
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
    const hit = place.row.spans
      .filter((span) => span.start - slack <= time && time <= span.end + slack && Math.min(3, span.depth) === depth)
      .at(-1);
    setAt(hit ? { span: hit, row: place.row } : null);
  };
  const flat = useMemo(() => trace.rows.flatMap((row) => row.spans.map((span) => ({ span, row }))), [trace]);
  const step = (by: number) => {
    const now = at ? flat.findIndex((one) => one.span === at.span) : by > 0 ? -1 : 0;
    const next = flat[Math.min(flat.length - 1, Math.max(0, now + by))];
    if (!next) return;
    setAt(next);
    const place = laid.rows.find((one) => one.row === next.row)!;
    if (place.top < scroll + head || place.top + place.height > scroll + height)
      box.current?.querySelector(".rows")?.scrollTo(0, place.top - height / 2);
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
        <button type="button" class="small" onClick={() => zoom(0.5, (window.from + window.to) / 2)}>
          zoom in
        </button>
        <button type="button" class="small" onClick={() => zoom(2, (window.from + window.to) / 2)}>
          zoom out
        </button>
        <button type="button" class="small" onClick={() => setWindow({ from: trace.start, to: trace.end })}>
          all
        </button>
        <span class="note">drag to move · Ctrl and wheel, + and − to zoom · , and . from span to span · 0 for all</span>
      </div>
      <div
        class="rows"
        style={{ height: `${height}px` }}
        onScroll={(event) => setScroll(event.currentTarget.scrollTop)}
      >
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
            {Object.entries(at.span.args ?? {}).map(
              ([name, value]) => ` · ${name} ${typeof value === "number" ? digits(value) : String(value)}`,
            )}
          </>
        ) : (
          " "
        )}
      </div>
    </div>
  );
}
