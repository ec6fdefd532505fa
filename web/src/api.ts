// Asking the server: the token, JSON, and a stream that says when something changed.

export interface Metric {
  name: string;
  dimension: string;
  lower_is_better: boolean;
  doc: string;
}
export interface DomainInfo {
  name: string;
  summary: string;
  metrics: Metric[];
  options: { name: string; default: string; doc: string }[];
  baselines: { name: string; doc: string; source: string; digest: string }[];
  curves: string | null;
  timelines: boolean;
}
export interface State {
  version: string;
  ledger: string;
  evaluations: number;
  policies: number;
  scenarios: number;
  runs: number;
  timelines: string | null;
  domains: DomainInfo[];
  designers: { name: string; summary: string; needs_chat: boolean }[];
}
export interface Progress {
  seconds: number;
  spent: number;
  fraction: number;
  best: number | null;
  policy: string | null;
  note: string;
}
export interface RunLine {
  id: number;
  command: string;
  domain: string | null;
  seed: string;
  started: string;
  ended: string | null;
  status: "ended" | "running" | "stopped";
  job: number | null;
  resumable: boolean;
  designer: string;
  budget: string;
  workload: string;
  verdict: string;
  policy: string | null;
  policy_name: string;
  progress: Progress | null;
}
export interface PolicyLine {
  digest: string;
  domain: string;
  name: string;
  native: boolean;
  size: number | null;
  source: string;
}
export interface Proposal {
  policy: string;
  origin: string;
  parents: string[];
  train: number | null;
  spent: number | null;
}
export interface Run extends RunLine {
  options: string;
  metrics: Metric[];
  trail: Progress[];
  proposals: Proposal[];
  policies: Record<string, PolicyLine>;
}
export interface Interval {
  estimate: number | null;
  low: number | null;
  high: number | null;
}
export interface Standing {
  name: string;
  kind: string;
  digest: string;
  status: string;
  metrics: Record<string, number>;
  interval: Interval | null;
  gap: number | null;
  best: boolean;
}
export interface Bound {
  name: string;
  metric: string;
  value: number;
  provable: boolean;
  doc: string;
}
export interface ScenarioResult {
  label: string;
  setting: string;
  objective: string;
  bounds: Bound[];
  policies: Standing[];
  pairings?: Pairing[];
}
export interface Pairing {
  policy: string;
  verdict: string;
  paired: boolean;
  effect: Interval;
  difference: Interval | null;
  p_value: number;
  corrected_p: number;
  sign_test: { negative: number; positive: number; zero: number };
  blocks: number;
}
export interface Outcome {
  verdict?: string;
  verdicts?: string[];
  overall?: string;
  policy?: { name: string; digest: string; operations: number; source: string };
  search?: {
    convergence: [number, number][];
    evaluations: number;
    candidates: number;
    seconds: number;
    notes: string[];
    stopped: boolean;
  };
  test?: ScenarioResult[];
  command?: string;
}
export interface JobLine {
  id: number;
  kind: "design" | "resume" | "curves" | "timeline";
  title: string;
  command: string;
  running: boolean;
  stopped: boolean;
  code: number | null;
  seconds: number;
  errors: string;
}

const key = "syswright-token";

/// The address that the server printed carries the token behind '#', where no request and no log ever shows it.
export function takeToken(): void {
  const found = /^#token=([0-9a-f]+)$/.exec(location.hash);
  if (!found) return;
  sessionStorage.setItem(key, found[1]);
  history.replaceState(null, "", "#/runs");
}
export const hasToken = (): boolean => sessionStorage.getItem(key) !== null;
const authorization = (): Record<string, string> => ({ Authorization: `Bearer ${sessionStorage.getItem(key) ?? ""}` });

export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

async function checked(response: Response): Promise<Response> {
  if (response.ok) return response;
  const said = await response.json().catch(() => ({ error: response.statusText }));
  throw new Refusal(response.status, said.error ?? response.statusText);
}

export async function ask<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = await checked(await fetch(`/api/${path}`, { headers: authorization(), signal }));
  return response.json() as Promise<T>;
}
export async function askBytes(path: string, signal?: AbortSignal): Promise<Blob> {
  return (await checked(await fetch(`/api/${path}`, { headers: authorization(), signal }))).blob();
}
export async function tell<T>(path: string, body?: unknown): Promise<T> {
  const headers = { ...authorization(), "Content-Type": "application/json" };
  const text = body === undefined ? undefined : JSON.stringify(body);
  return (await checked(await fetch(`/api/${path}`, { method: "POST", headers, body: text }))).json() as Promise<T>;
}

export type Link = "live" | "lost" | "refused";

/// Calls `changed` when the ledger or a job changed, and `link` when the server comes and goes. EventSource cannot send
/// the token, hence a stream read by hand.
export function listen(changed: () => void, link: (state: Link) => void): () => void {
  const end = new AbortController();
  const run = async () => {
    while (!end.signal.aborted) {
      try {
        const response = await fetch("/api/events", { headers: authorization(), signal: end.signal });
        if (response.status === 401) return link("refused");
        const reader = (await checked(response)).body!.pipeThrough(new TextDecoderStream()).getReader();
        link("live");
        for (let text = ""; ; ) {
          const { done, value } = await reader.read();
          if (done) break;
          text += value;
          const end_of_last = text.lastIndexOf("\n\n");
          if (end_of_last < 0) continue;
          if (text.slice(0, end_of_last).includes("event: change")) changed();
          text = text.slice(end_of_last + 2);
        }
      } catch {
        if (end.signal.aborted) return;
      }
      link("lost");
      await new Promise((go) => setTimeout(go, 1500));
    }
  };
  void run();
  return () => end.abort();
}
