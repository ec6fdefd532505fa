// Points in a plane, with their front or with lines between them: drawn as SVG, reached by mouse and keyboard.
import { useMemo, useState } from "preact/hooks";
import { digits } from "./format";
import { useWidth } from "./hooks";

export interface Dot {
  id: string;
  x: number;
  y: number;
  label: string; ///< what is told of it
  hue: number; ///< 0 to 7
  strong?: boolean;
}
interface Props {
  dots: Dot[];
  lines?: [Dot, Dot, boolean][]; ///< from, to, strong
  path?: Dot[]; ///< a staircase through these
  xLabel: string;
  yLabel: string;
  formatX?: (value: number) => string;
  formatY?: (value: number) => string;
  height?: number;
  limits?: [number, number]; ///< of y; what lies beyond is drawn at the edge
  onPick?: (id: string) => void;
  summary: string;
}

/// About `most` round numbers across a range.
export function ticks(low: number, high: number, most: number): number[] {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? rough;
  const found: number[] = [];
  for (let i = Math.ceil(low / step); i * step <= high + step * 1e-9; ++i)
    found.push(Number((i * step).toPrecision(12)));
  return found;
}

function range(values: number[]): [number, number] {
  if (values.length === 0) return [0, 1];
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const pad = (high - low || Math.abs(high) || 1) * 0.06;
  return [low >= 0 && low - pad < 0 ? 0 : low - pad, high + pad];
}

export function Scatter(props: Props) {
  const [box, width] = useWidth<HTMLDivElement>();
  const [at, setAt] = useState(-1);
  const height = props.height ?? 320;
  const dots = useMemo(
    () =>
      props.dots
        .filter((dot) => Number.isFinite(dot.x) && Number.isFinite(dot.y))
        .sort((a, b) => a.x - b.x || a.y - b.y),
    [props.dots],
  );
  const margin = { left: 70, right: 14, top: 10, bottom: 42 };
  const [x0, x1] = range(dots.map((dot) => dot.x));
  const [y0, y1] = range(props.limits ?? dots.map((dot) => dot.y));
  const beyond = dots.filter((dot) => dot.y < y0 || dot.y > y1).length;
  const inner = {
    width: Math.max(10, width - margin.left - margin.right),
    height: height - margin.top - margin.bottom,
  };
  const px = (x: number) => margin.left + ((x - x0) / (x1 - x0)) * inner.width;
  const py = (y: number) => margin.top + Math.min(1, Math.max(0, 1 - (y - y0) / (y1 - y0))) * inner.height;
  const formatX = props.formatX ?? digits;
  const formatY = props.formatY ?? digits;
  const keys = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -dots.length, End: dots.length }[event.key];
    if (step !== undefined && dots.length > 0) {
      setAt(Math.min(dots.length - 1, Math.max(0, (at < 0 && step > 0 ? -1 : at) + step)));
      event.preventDefault();
    } else if (event.key === "Enter" && at >= 0) {
      props.onPick?.(dots[at].id);
    } else if (event.key === "Escape") {
      setAt(-1);
    }
  };
  const picked = at >= 0 && at < dots.length ? dots[at] : null;
  const stairs =
    props.path && props.path.length > 0
      ? "M" +
        props.path.map((dot, i) => (i === 0 ? `${px(dot.x)},${py(dot.y)}` : `H${px(dot.x)}V${py(dot.y)}`)).join("")
      : "";
  return (
    <div class="scatter" ref={box}>
      {width > 0 && (
        <svg
          width={width}
          height={height}
          tabIndex={0}
          role="application"
          aria-label={`${props.summary} Arrow keys go from point to point, Enter opens one.`}
          onKeyDown={keys}
          onBlur={() => setAt(-1)}
        >
          {ticks(x0, x1, Math.max(2, inner.width / 110)).map((tick) => (
            <g>
              <line class="grid" x1={px(tick)} x2={px(tick)} y1={margin.top} y2={margin.top + inner.height} />
              <text class="tick" x={px(tick)} y={height - 24} text-anchor="middle">
                {formatX(tick)}
              </text>
            </g>
          ))}
          {ticks(y0, y1, Math.max(2, inner.height / 46)).map((tick) => (
            <g>
              <line class="grid" x1={margin.left} x2={width - margin.right} y1={py(tick)} y2={py(tick)} />
              <text class="tick" x={margin.left - 8} y={py(tick) + 4} text-anchor="end">
                {formatY(tick)}
              </text>
            </g>
          ))}
          <text class="axis" x={margin.left + inner.width / 2} y={height - 5} text-anchor="middle">
            {props.xLabel}
          </text>
          <text
            class="axis"
            transform={`translate(12 ${margin.top + inner.height / 2}) rotate(-90)`}
            text-anchor="middle"
          >
            {props.yLabel}
          </text>
          {stairs && <path class="stairs" d={stairs} />}
          {props.lines?.map(([from, to, strong]) => (
            <line class={strong ? "edge strong" : "edge"} x1={px(from.x)} y1={py(from.y)} x2={px(to.x)} y2={py(to.y)} />
          ))}
          {dots.map((dot, i) => (
            <circle
              class={`dot hue${dot.hue}${dot.strong ? " strong" : ""}${i === at ? " at" : ""}`}
              cx={px(dot.x)}
              cy={py(dot.y)}
              r={i === at ? 7 : dot.strong ? 4.5 : 3.5}
              onMouseEnter={() => setAt(i)}
              onMouseLeave={() => setAt(-1)}
              onClick={() => props.onPick?.(dot.id)}
            />
          ))}
        </svg>
      )}
      <p class="told" role="status">
        {picked
          ? `${picked.label}: ${formatX(picked.x)}, ${formatY(picked.y)}`
          : beyond > 0
            ? `${beyond} at the edge ${beyond === 1 ? "lies" : "lie"} beyond it`
            : " "}
      </p>
    </div>
  );
}
