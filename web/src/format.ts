// Numbers, times and names for people.
import type { Metric } from "./api";

const time: [string, number][] = [
  ["d", 86400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
  ["ms", 1e-3],
  ["µs", 1e-6],
  ["ns", 1e-9],
];
const bytes: [string, number][] = [
  ["TiB", 2 ** 40],
  ["GiB", 2 ** 30],
  ["MiB", 2 ** 20],
  ["KiB", 1024],
  ["B", 1],
];

/// Four digits that say something.
export function digits(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e15 || size < 1e-6) return value.toExponential(2);
  if (size >= 10000) return Math.round(value).toLocaleString("en");
  return String(Number(value.toPrecision(4)));
}

export function quantity(value: number | null | undefined, dimension = "number"): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (dimension === "money") return (value < 0 ? "-$" : "$") + digits(Math.abs(value));
  const units = dimension === "time" ? time : dimension === "bytes" ? bytes : null;
  if (!units || value === 0) return digits(value);
  const [unit, scale] = units.find(([, one]) => Math.abs(value) >= one) ?? units[units.length - 1];
  return `${digits(value / scale)} ${unit}`;
}

export const readable = (name: string): string => name.replaceAll("_", " ");
/// "+12.3": a share as signed percent, without the sign of percent.
export function hundredths(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return "–";
  const text = String(Number((Math.abs(value) * 100).toPrecision(3)));
  return (value > 0 ? "+" : value < 0 ? "−" : "") + text;
}
export const percent = (value: number | null): string => (value === null ? "–" : `${hundredths(value)} %`);

export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "–";
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds % 60 < 1 && seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, "0")} s`;
  return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")} min`;
}

export function when(utc: string): string {
  const date = new Date(utc);
  if (Number.isNaN(date.getTime())) return utc;
  const today = new Date().toDateString() === date.toDateString();
  const clock = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return today ? clock : `${date.toLocaleDateString("en-GB", { day: "numeric", month: "short" })} ${clock}`;
}

export const count = (value: number): string => value.toLocaleString("en");
export const short = (digest: string): string => digest.slice(0, 8);
export const size = (value: number): string => quantity(value, "bytes");
export const plural = (n: number, one: string, many = one + "s"): string => `${count(n)} ${n === 1 ? one : many}`;

/// Values with those cut off that are far worse than three quarters of all: the first tries of a search would leave no
/// room for the others. lower: whether less is better.
export function telling(values: number[], lower: boolean): [number, number] {
  const sorted = values.filter(Number.isFinite).sort((a, b) => (lower ? a - b : b - a));
  if (sorted.length === 0) return [0, 1];
  const best = sorted[0];
  const worst = sorted[sorted.length - 1];
  const most = sorted[Math.floor((sorted.length - 1) * 0.75)];
  const limit = Math.abs(worst - best) > 4 * Math.abs(most - best) && most !== best ? best + 2 * (most - best) : worst;
  return [Math.min(best, limit), Math.max(best, limit)];
}

/// Whether `a` is better than `b`.
export const better = (metric: Metric | undefined, a: number, b: number): boolean =>
  (metric?.lower_is_better ?? true) ? a < b : a > b;
