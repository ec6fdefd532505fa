// Curves, drawn by uPlot.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { quantity } from "./format";
import { colour, useThemeChanges, useWidth } from "./hooks";

export interface Series {
  name: string;
  values: (number | null)[];
}
interface Props {
  x: number[];
  xLabel: string;
  yLabel: string;
  dimension?: string;
  xDimension?: string;
  series: Series[];
  steps?: boolean;
  logX?: boolean;
  limits?: [number, number]; ///< of y
  height?: number;
  /// For people who do not see the curves: what they show, in a sentence.
  summary: string;
}

const dashes: number[][] = [[], [6, 3], [2, 3], [10, 3, 2, 3]];

/// A little more than what is drawn; something where all values are equal.
function spread(low: number, high: number): [number, number] {
  const pad = (high - low) * 0.07 || Math.abs(high) * 0.05 || 1;
  return [low >= 0 && low - pad < 0 ? 0 : low - pad, high + pad];
}

function options(props: Props, width: number, limits: { current?: [number, number] }): uPlot.Options {
  const axis = {
    stroke: colour("--soft"),
    grid: { stroke: colour("--grid"), width: 1 },
    ticks: { stroke: colour("--grid"), width: 1 },
    font: "11px system-ui, sans-serif",
    labelFont: "12px system-ui, sans-serif",
    labelSize: 22,
  };
  return {
    width,
    height: props.height ?? 260,
    scales: {
      x: {
        time: false,
        distr: props.logX ? 3 : 1,
        range: (_, low, high) => (low < high ? [low, high] : [low * 0.9, high * 1.1 || 1]),
      },
      y: { range: (_, low, high) => (limits.current ? spread(...limits.current) : spread(low, high)) },
    },
    legend: { show: true, live: true },
    cursor: { drag: { x: true, y: false }, points: { size: 7 } },
    axes: [
      {
        ...axis,
        label: props.xLabel,
        size: 36,
        values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : quantity(tick, props.xDimension))),
      },
      {
        ...axis,
        label: props.yLabel,
        size: 66,
        values: (_, ticks) => ticks.map((tick) => (tick === null ? "" : quantity(tick, props.dimension))),
      },
    ],
    series: [
      { label: props.xLabel, value: (_, value) => (value === null ? "–" : quantity(value, props.xDimension)) },
      ...props.series.map((one, i) => ({
        label: one.name,
        stroke: colour(`--hue${i % 8}`),
        width: 2,
        dash: dashes[Math.floor(i / 8) % 4],
        points: { show: one.values.length < 40 },
        paths: props.steps ? uPlot.paths.stepped!({ align: 1 }) : undefined,
        value: (_: uPlot, value: number | null) => (value === null ? "–" : quantity(value, props.dimension)),
      })),
    ],
  };
}

export function Chart(props: Props) {
  const [box, width] = useWidth<HTMLDivElement>();
  const plot = useRef<uPlot | null>(null);
  const limits = useRef(props.limits);
  limits.current = props.limits;
  const theme = useThemeChanges();
  const shape = props.series.map((one) => one.name).join("\n") + props.logX + props.xLabel + props.yLabel;
  const data = () => [props.x, ...props.series.map((one) => one.values)] as uPlot.AlignedData;
  useEffect(() => {
    if (!box.current || width < 80) return;
    plot.current = new uPlot(options(props, width, limits), data(), box.current);
    return () => {
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shape, theme, width > 80]);
  useEffect(() => plot.current?.setData(data()), [props.x, props.series]);
  useEffect(() => {
    if (width > 80) plot.current?.setSize({ width, height: props.height ?? 260 });
  }, [width]);
  return <div class="chart" ref={box} role="img" aria-label={props.summary} />;
}
