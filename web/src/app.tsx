// The page: navigation, keyboard, theme, and which part is shown.
import { render } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import "./app.css";
import { ask, hasToken, listen, takeToken, type Link, type State } from "./api";
import { Compare } from "./compare";
import { CurvesPage } from "./curves";
import { count } from "./format";
import { Front } from "./front";
import { applyTheme, Everything, go, storedTheme, usePlace, type Place, type Theme } from "./hooks";
import { Jobs, NewRun } from "./jobs";
import { Policies, PolicyPage } from "./policies";
import { RunPage } from "./run";
import { Runs } from "./runs";
import { TimelinePage, Timelines } from "./timelines";

const parts: [string, string, string][] = [
  ["runs", "Runs", "r"],
  ["policies", "Policies", "p"],
  ["compare", "Compare", "c"],
  ["front", "Fronts", "f"],
  ["curves", "Curves", "m"],
  ["timelines", "Timelines", "t"],
  ["jobs", "Jobs", "j"],
];
const shortcuts: [string, string][] = [
  ...parts.map(([, name, letter]): [string, string] => [`g ${letter}`, name]),
  ["n", "new design run"],
  ["↓ ↑, or j k", "next and previous line of a list; Enter opens it"],
  ["/", "filter or find"],
  ["s", "stop the run that is shown, if it was started here"],
  ["d", "dark, light, as the system"],
  ["← → Home End Enter", "in a plot: from point to point, open one"],
  ["← → + − 0 , .", "in a timeline: move, zoom, all, from span to span"],
  ["?", "this list"],
  ["Esc", "close, or leave a field"],
];

function Page({ place }: { place: Place }) {
  const [part = "runs", which] = place.path;
  switch (part) {
    case "runs":
      return which ? <RunPage key={which} id={which} /> : <Runs />;
    case "policies":
      return which ? <PolicyPage key={which} digest={which} /> : <Policies />;
    case "front":
      return <Front />;
    case "compare":
      return <Compare />;
    case "curves":
      return <CurvesPage />;
    case "timelines":
      return which ? <TimelinePage key={which} name={which} /> : <Timelines />;
    case "jobs":
      return <Jobs />;
    case "new":
      return <NewRun />;
    default:
      return (
        <p class="problem">
          There is no such page. <a href="#/runs">Runs</a>
        </p>
      );
  }
}

function Help({ onClose }: { onClose: () => void }) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => box.current?.showModal(), []);
  return (
    <dialog
      ref={box}
      aria-labelledby="help-title"
      onClose={onClose}
      onClick={(event) => event.target === box.current && box.current?.close()}
    >
      <h2 id="help-title">Keyboard</h2>
      <dl class="shortcuts">
        {shortcuts.map(([keys, what]) => (
          <div>
            <dt>
              {keys
                .split(" ")
                .map((key) =>
                  /^(or|,)$/.test(key) && keys.includes("or") ? (
                    ` ${key} `
                  ) : (
                    <kbd>{key.replace(/,$/, keys.includes("or") ? "" : ",")}</kbd>
                  ),
                )}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button class="primary">Close</button>
      </form>
    </dialog>
  );
}

/// The rows of lists can be gone through without a mouse.
function moveRow(by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>("main a.row, main a.row-link")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by))]?.focus();
}

function useKeys(help: () => void, turn: () => void): void {
  const latest = useRef({ help, turn });
  latest.current = { help, turn };
  useEffect(() => {
    let leader = 0; // when 'g' was pressed
    const keys = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      const typing =
        /^(INPUT|SELECT|TEXTAREA)$/.test(target.tagName) && (target as HTMLInputElement).type !== "checkbox";
      if (event.key === "Escape" && typing) return target.blur();
      if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
      const led = Date.now() - leader < 1200;
      leader = 0;
      const part = led && parts.find(([, , letter]) => letter === event.key);
      const actions: Record<string, () => void> = {
        g: () => (leader = Date.now()),
        n: () => go("new"),
        s: () => document.getElementById("stop")?.click(),
        d: () => latest.current.turn(),
        "?": () => latest.current.help(),
        "/": () => document.getElementById("search")?.focus(),
        j: () => moveRow(1),
        k: () => moveRow(-1),
        ArrowDown: () => moveRow(1),
        ArrowUp: () => moveRow(-1),
      };
      const arrows = event.key.startsWith("Arrow");
      // Arrows scroll a page that has no list, and whatever has the focus.
      if (
        arrows &&
        (!document.querySelector("main a.row, main a.row-link") || target.closest("pre, .scroll, svg, canvas"))
      )
        return;
      const action = part ? () => go(part[0]) : actions[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    addEventListener("keydown", keys);
    return () => removeEventListener("keydown", keys);
  }, []);
}

const next: Record<Theme, Theme> = { system: "dark", dark: "light", light: "system" };
const themeNames: Record<Theme, string> = { system: "as the system", dark: "dark", light: "light" };

function Shell() {
  const place = usePlace();
  const [state, setState] = useState<State | null>(null);
  const [changes, setChanges] = useState(0);
  const [link, setLink] = useState<Link>("live");
  const [theme, setTheme] = useState<Theme>(storedTheme);
  const [help, setHelp] = useState(false);
  const turn = () => setTheme((old) => next[old]);
  useKeys(() => setHelp(true), turn);
  useEffect(() => applyTheme(theme), [theme]);
  useEffect(() => {
    // Several changes a second are one for the eye.
    let waiting = 0;
    const changed = () => {
      waiting ||= window.setTimeout(() => {
        waiting = 0;
        setChanges((n) => n + 1);
      }, 300);
    };
    return listen(changed, setLink);
  }, []);
  useEffect(() => {
    ask<State>("state")
      .then(setState)
      .catch(() => {});
  }, [changes]);
  const part = place.path[0] ?? "runs";
  useEffect(() => {
    document.title = `${parts.find(([path]) => path === part)?.[1] ?? "New run"}${place.path[1] ? " " + place.path[1].slice(0, 8) : ""} – Syswright`;
    document.getElementById("main")?.scrollTo(0, 0);
    scrollTo(0, 0);
  }, [part, place.path[1]]);
  if (!hasToken() || link === "refused") {
    return (
      <main class="alone">
        <h1>Syswright</h1>
        <p>
          This page needs the address that <code>syswright serve</code> printed: it carries a token that is new with
          every start. Open that address.
        </p>
      </main>
    );
  }
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("main")?.focus();
        }}
      >
        To the content
      </a>
      <header class="side">
        <a class="brand" href="#/runs">
          <img src="/icon.svg" alt="" width="28" height="28" /> Syswright
        </a>
        <nav aria-label="Parts">
          {parts.map(([path, name, letter]) => (
            <a
              href={`#/${path}`}
              aria-current={part === path || (path === "jobs" && part === "new") ? "page" : undefined}
            >
              {name} <kbd>g {letter}</kbd>
            </a>
          ))}
        </nav>
        <div class="foot">
          <p class={`link ${link}`} role="status">
            {link === "live" ? "live" : "the server does not answer"}
          </p>
          {state && (
            <p title={state.ledger}>
              {count(state.evaluations)} evaluations
              <br />
              {count(state.policies)} policies
              <br />
              version {state.version}
            </p>
          )}
          <button type="button" class="small" onClick={turn} aria-label={`Colours: ${themeNames[theme]}. Change.`}>
            Colours: {themeNames[theme]}
          </button>
          <button type="button" class="small" onClick={() => setHelp(true)}>
            Keyboard <kbd>?</kbd>
          </button>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {state ? (
          <Everything.Provider value={{ state, changes }}>
            <Page place={place} />
          </Everything.Provider>
        ) : (
          <p class="note" role="status">
            {link === "live" ? "Reading…" : "The server does not answer."}
          </p>
        )}
      </main>
      {help && <Help onClose={() => setHelp(false)} />}
    </>
  );
}

takeToken();
applyTheme(storedTheme());
if (!location.hash) history.replaceState(null, "", "#/runs");
render(<Shell />, document.getElementById("app")!);
