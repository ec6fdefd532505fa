// Programs of the policy language, with colours.
import type { ComponentChildren } from "preact";
import { sideBySide } from "./diff";

const word =
  /(#[^\n]*)|\b(policy|for|stat|rank|decide|value|let|return|if|else|require|ensure|in|and|or|not|true|false|sum|mean|min|max|at)\b|(\$?\b\d[\d_]*(?:\.\d+)?(?:e[+-]?\d+)?(?:[a-zA-Z%]+)?)/g;

function coloured(text: string): ComponentChildren[] {
  const parts: ComponentChildren[] = [];
  let at = 0;
  for (const match of text.matchAll(word)) {
    parts.push(text.slice(at, match.index));
    const kind = match[1] ? "com" : match[2] ? "kw" : "num";
    parts.push(<span class={kind}>{match[0]}</span>);
    at = match.index + match[0].length;
  }
  parts.push(text.slice(at));
  return parts;
}

export function Source({ text, label }: { text: string; label: string }) {
  return (
    <pre class="source" tabIndex={0} aria-label={label}>
      {coloured(text.replace(/\n$/, ""))}
    </pre>
  );
}

export function Difference({ left, right, names }: { left: string; right: string; names: [string, string] }) {
  const rows = sideBySide(left, right);
  return (
    <div class="scroll" tabIndex={0} aria-label="Both programs, line by line">
      <table class="difference">
        <thead>
          <tr>
            <th scope="col">{names[0]}</th>
            <th scope="col">{names[1]}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr>
              <td class={row.same ? "" : row.left === null ? "none" : "del"}>{coloured(row.left ?? "")}</td>
              <td class={row.same ? "" : row.right === null ? "none" : "add"}>{coloured(row.right ?? "")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
