// What components share: data that follows the ledger, places in the page, and the theme.
import { createContext } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { ask, type State } from "./api";

export interface Shared {
  state: State;
  changes: number; ///< grows with every change that the server told of
}
export const Everything = createContext<Shared>({ state: {} as State, changes: 0 });
export const useShared = (): Shared => useContext(Everything);

export interface Loaded<T> {
  data: T | null;
  error: string;
}

/// The answer to `path`, asked again when the ledger changes if `follow` says so. What was there stays while it is asked
/// again; it goes when the path changes. An empty path asks nothing. After an answer that took long, five times as long
/// passes before it is asked again: a page must not slow the search down that it watches.
export function useData<T>(path: string, follow = true): Loaded<T> {
  const { changes } = useShared();
  const [loaded, set] = useState<Loaded<T> & { path: string }>({ data: null, error: "", path: "" });
  const load = useRef(() => {});
  const told = useRef(changes);
  useEffect(() => {
    let over = false;
    let busy = false;
    let again = false;
    load.current = () => {
      if (over || !path) return;
      again = busy;
      if (busy) return;
      busy = true;
      const began = performance.now();
      ask<T>(path)
        .then((data) => over || set({ data, error: "", path }))
        .catch(
          (why: Error) =>
            over || set((old) => ({ data: old.path === path ? old.data : null, error: why.message, path })),
        )
        .finally(() =>
          setTimeout(
            () => {
              busy = false;
              if (again) load.current();
            },
            5 * (performance.now() - began),
          ),
        );
    };
    load.current();
    return () => {
      over = true;
    };
  }, [path]);
  useEffect(() => {
    if (told.current === changes) return;
    told.current = changes;
    if (follow) load.current();
  }, [changes]);
  return loaded.path === path ? loaded : { data: null, error: "" };
}

export interface Place {
  path: string[];
  query: URLSearchParams;
}
export function here(): Place {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { path: path.split("/").filter(Boolean).map(decodeURIComponent), query: new URLSearchParams(query) };
}
export function usePlace(): Place {
  const [place, set] = useState(here);
  useEffect(() => {
    const follow = () => set(here());
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return place;
}
export const go = (path: string): void => {
  location.hash = "#/" + path;
};
/// Changes the query of this place, without a step in the history.
export function setQuery(changes: Record<string, string | null>): void {
  const { path, query } = here();
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") query.delete(name);
    else query.set(name, value);
  }
  const text = query.toString();
  history.replaceState(null, "", `#/${path.map(encodeURIComponent).join("/")}${text ? "?" + text : ""}`);
  dispatchEvent(new Event("hashchange"));
}

export type Theme = "system" | "light" | "dark";
const themeKey = "syswright-theme";
export const storedTheme = (): Theme => (localStorage.getItem(themeKey) as Theme | null) ?? "system";
const system = matchMedia("(prefers-color-scheme: dark)");
export function applyTheme(theme: Theme): void {
  localStorage.setItem(themeKey, theme);
  document.documentElement.dataset.theme = theme === "system" ? (system.matches ? "dark" : "light") : theme;
  dispatchEvent(new Event("themechange"));
}
system.addEventListener("change", () => applyTheme(storedTheme()));
/// Grows when the colours change: for what is drawn on a canvas.
export function useThemeChanges(): number {
  const [changes, set] = useState(0);
  useEffect(() => {
    const changed = () => set((n) => n + 1);
    addEventListener("themechange", changed);
    return () => removeEventListener("themechange", changed);
  }, []);
  return changes;
}
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export function useWidth<T extends HTMLElement>(): [{ current: T | null }, number] {
  const ref = useRef<T>(null);
  const [width, set] = useState(0);
  useEffect(() => {
    if (!ref.current) return;
    const watch = new ResizeObserver(([entry]) => set(Math.floor(entry.contentRect.width)));
    watch.observe(ref.current);
    return () => watch.disconnect();
  }, []);
  return [ref, width];
}
