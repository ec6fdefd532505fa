#include "app/report_style.h"

namespace syswright::app {

std::string_view report_style() {
  return R"css(
:root {
  color-scheme: light dark;
  --page: #f6f6f3; --card: #ffffff; --ink: #1f2328; --soft: #656d76; --rule: #dcdfe3; --grid: #eceef0;
  --own: #0a62c4; --own-band: #e6f0fb; --other: #8a939d; --bound: #b45309; --good: #1a7f4b; --bad: #b42318;
  --level: #8a5a00; --code: #f6f7f8; --kw: #8250df; --num: #0a62c4; --com: #6a737d; --add: #14663a; --del: #a1260d;
  --add-band: #e5f5eb; --del-band: #fcebe8;
  --hue0: #0a62c4; --hue1: #b45309; --hue2: #1a7f4b; --hue3: #8250df; --hue4: #b42360; --hue5: #0e7f8c; --hue6: #7a6a00;
  --hue7: #4b5563;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --card: #1c2026; --ink: #e4e7eb; --soft: #9aa4af; --rule: #343a42; --grid: #2a2f36;
    --own: #6cb2ff; --own-band: #1b2f47; --other: #7f8994; --bound: #f0a04b; --good: #58c98b; --bad: #ff8a7a;
    --level: #e0b050; --code: #15181c; --kw: #c79bff; --num: #7cc0ff; --com: #8b949e; --add: #7ee0a8; --del: #ff9c8f;
    --add-band: #16301f; --del-band: #3a1d1a;
    --hue0: #6cb2ff; --hue1: #f0a04b; --hue2: #58c98b; --hue3: #c79bff; --hue4: #ff8fb8; --hue5: #5fd3df;
    --hue6: #d9c94a; --hue7: #a9b2bd;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.55 system-ui, "Segoe UI", Roboto,
  "Helvetica Neue", "DejaVu Sans", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 36px 24px 48px; }
header p.kind { margin: 0; color: var(--soft); letter-spacing: .06em; text-transform: uppercase; font-size: 12px; }
h1 { font-size: 30px; line-height: 1.2; margin: 4px 0 14px; letter-spacing: -.01em; }
h2 { font-size: 18px; margin: 0 0 4px; }
h3 { font-size: 14.5px; margin: 18px 0 4px; }
p { margin: 6px 0; }
p.note { color: var(--soft); font-size: 13.5px; margin: 0 0 12px; }
section { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 20px 24px;
  margin: 18px 0; }
.verdict { border-left: 5px solid var(--level); }
.verdict.better { border-left-color: var(--good); }
.verdict.worse { border-left-color: var(--bad); }
.verdict .headline { font-size: 18px; font-weight: 600; margin: 0 0 6px; }
.verdict ul { margin: 0; padding-left: 20px; }
.chip { display: inline-block; border-radius: 99px; padding: 0 9px; font-size: 12.5px; font-weight: 600;
  border: 1px solid currentColor; color: var(--soft); }
.chip.level { color: var(--level); }
.chip.better { color: var(--good); }
.chip.worse { color: var(--bad); }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 8px 28px; }
.plots h3 { margin-top: 6px; }
.plots > div { max-width: 640px; }
svg { width: 100%; height: auto; display: block; font: 12px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
svg .grid { stroke: var(--grid); stroke-width: 1; }
svg .tick { fill: var(--soft); font-size: 11px; }
svg .axis { fill: var(--soft); font-size: 12px; }
svg .curve { fill: none; stroke: var(--own); stroke-width: 2; stroke-linejoin: round; }
svg .leader { stroke: var(--rule); stroke-width: 1; }
svg path.hue0, svg text.hue0 { --hue: var(--hue0); }
svg path.hue1, svg text.hue1 { --hue: var(--hue1); }
svg path.hue2, svg text.hue2 { --hue: var(--hue2); }
svg path.hue3, svg text.hue3 { --hue: var(--hue3); }
svg path.hue4, svg text.hue4 { --hue: var(--hue4); }
svg path.hue5, svg text.hue5 { --hue: var(--hue5); }
svg path.hue6, svg text.hue6 { --hue: var(--hue6); }
svg path.hue7, svg text.hue7 { --hue: var(--hue7); }
svg path[class*="hue"] { stroke: var(--hue); }
svg text[class*="hue"] { fill: var(--hue); }
svg .dashed { stroke-dasharray: 6 3; }
svg .dotted { stroke-dasharray: 2 3; }
svg .range { stroke-width: 3; stroke-linecap: round; opacity: .5; }
svg .range.own { stroke: var(--own); }
svg .range.other { stroke: var(--other); }
svg .dot.own { fill: var(--own); }
svg .dot.other { fill: var(--other); }
svg .name, svg .number { fill: var(--ink); }
svg .name.own, svg .number.own { font-weight: 700; fill: var(--own); }
svg .number { font-variant-numeric: tabular-nums; }
svg .band { fill: var(--own-band); }
svg .bound { stroke: var(--bound); stroke-width: 1.5; stroke-dasharray: 5 3; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; color: var(--soft); border-bottom: 1px solid var(--rule); padding: 5px 10px; }
td { border-bottom: 1px solid var(--grid); padding: 4px 10px; white-space: nowrap; }
th.r, td.r { text-align: right; }
tr.own td { background: var(--own-band); font-weight: 600; }
tr.bound td { color: var(--bound); }
td.better { color: var(--good); }
td.worse { color: var(--bad); }
td.level { color: var(--level); }
td.wide { white-space: normal; }
p.better { color: var(--good); }
p.worse { color: var(--bad); }
pre { background: var(--code); border: 1px solid var(--grid); border-radius: 8px; padding: 12px 16px; margin: 8px 0;
  overflow-x: auto; font: 13.5px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  tab-size: 2; }
pre.command { white-space: pre-wrap; word-break: break-word; }
.kw { color: var(--kw); font-weight: 600; }
.num { color: var(--num); }
.com { color: var(--com); font-style: italic; }
.add { color: var(--add); background: var(--add-band); display: inline-block; min-width: 100%; }
.del { color: var(--del); background: var(--del-band); display: inline-block; min-width: 100%; }
ol.steps { list-style: none; margin: 0; padding: 0 0 0 18px; border-left: 2px solid var(--rule); }
ol.steps li { position: relative; margin: 0 0 12px; }
ol.steps li::before { content: ""; position: absolute; left: -24px; top: 7px; width: 10px; height: 10px;
  border-radius: 50%; background: var(--card); border: 2px solid var(--own); }
ol.steps li:last-child::before { background: var(--own); }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 2px 18px; margin: 0; font-size: 14px; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
footer { color: var(--soft); font-size: 12.5px; }
code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .92em; }
@media (max-width: 560px) { .plots { grid-template-columns: 1fr; } main { padding: 20px 12px; } section { padding: 14px; } }
@media print {
  :root { color-scheme: light; }
  body { background: #fff; font-size: 11pt; }
  main { max-width: none; padding: 0; }
  section { break-inside: avoid-page; border-color: #bbb; padding: 10px 14px; margin: 10px 0; }
  section.long { break-inside: auto; }
  li, tr, svg { break-inside: avoid; }
  pre { white-space: pre-wrap; }
}
)css";
}

}  // namespace syswright::app
