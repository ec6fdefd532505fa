// Small parts that several pages are made of.
import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask, type PolicyLine } from "./api";
import { short } from "./format";

export function Section(props: {
  title: string;
  note?: string;
  children: ComponentChildren;
  tools?: ComponentChildren;
}) {
  return (
    <section>
      <div class="head">
        <h2>{props.title}</h2>
        {props.tools && <div class="tools">{props.tools}</div>}
      </div>
      {props.note && <p class="note">{props.note}</p>}
      {props.children}
    </section>
  );
}

export const Problem = ({ text }: { text: string }) =>
  text ? (
    <p class="problem" role="alert">
      {text}
    </p>
  ) : null;
export const Waiting = () => (
  <p class="note" role="status">
    Reading…
  </p>
);
export const Nothing = ({ children }: { children: ComponentChildren }) => <p class="nothing">{children}</p>;

const words = { ended: "ended", running: "running", stopped: "stopped" };
export const Status = ({ status }: { status: keyof typeof words }) => (
  <span class={`chip ${status}`}>{words[status]}</span>
);

export function Bar({ fraction, label }: { fraction: number; label: string }) {
  const share = Math.round(100 * Math.min(1, Math.max(0, fraction)));
  return (
    <div class="bar" role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={share}>
      <div style={{ width: `${share}%` }} />
    </div>
  );
}

export const PolicyLink = ({ digest, name }: { digest: string; name?: string }) => (
  <a href={`#/policies/${digest}`}>{name || short(digest)}</a>
);

export function Copy({ text }: { text: string }) {
  const [done, set] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    set(true);
    setTimeout(() => set(false), 1500);
  };
  return (
    <div class="command">
      <code>{text}</code>
      <button type="button" class="small" onClick={() => void copy()}>
        {done ? "copied" : "copy"}
      </button>
    </div>
  );
}

/// A policy chosen by name or digest: a combobox over what the ledger has.
export function PolicyPicker(props: {
  label: string;
  domain: string;
  value: string;
  name: string;
  onPick: (policy: PolicyLine) => void;
}) {
  const [text, setText] = useState("");
  const [open, setOpen] = useState(false);
  const [found, setFound] = useState<PolicyLine[]>([]);
  const [at, setAt] = useState(0);
  const id = useRef(`picker-${Math.random().toString(36).slice(2)}`).current;
  useEffect(() => {
    if (!open) return;
    const end = new AbortController();
    const query = new URLSearchParams({ domain: props.domain, text: text.trim() });
    ask<{ policies: PolicyLine[] }>(`policies?${query}`, end.signal)
      .then((answer) => {
        setFound(answer.policies.slice(0, 30));
        setAt(0);
      })
      .catch(() => {});
    return () => end.abort();
  }, [text, open, props.domain]);
  const pick = (policy: PolicyLine | undefined) => {
    if (!policy) return;
    setOpen(false);
    setText("");
    props.onPick(policy);
  };
  const keys = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      setOpen(true);
      setAt((old) => Math.min(found.length - 1, Math.max(0, old + (event.key === "ArrowDown" ? 1 : -1))));
      event.preventDefault();
    } else if (event.key === "Enter" && open) {
      pick(found[at]);
      event.preventDefault();
    } else if (event.key === "Escape") {
      setOpen(false);
      event.stopPropagation();
    }
  };
  return (
    <div class="picker">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        role="combobox"
        aria-expanded={open}
        aria-controls={`${id}-list`}
        aria-activedescendant={open && found[at] ? `${id}-${at}` : undefined}
        autocomplete="off"
        spellcheck={false}
        placeholder={props.value ? `${props.name || "policy"} (${short(props.value)})` : "name or digest"}
        class={props.value ? "chosen" : ""}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setOpen(true);
        }}
        onFocus={() => setOpen(true)}
        onBlur={() => setTimeout(() => setOpen(false), 150)}
        onKeyDown={keys}
      />
      {open && (
        <ul id={`${id}-list`} role="listbox" aria-label={props.label}>
          {found.length === 0 && <li class="none">no policy of this name</li>}
          {found.map((policy, i) => (
            <li
              id={`${id}-${i}`}
              role="option"
              aria-selected={i === at}
              class={i === at ? "at" : ""}
              onMouseDown={() => pick(policy)}
            >
              <span>{policy.name}</span> <code>{short(policy.digest)}</code>
              {policy.native && <em> baseline</em>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
