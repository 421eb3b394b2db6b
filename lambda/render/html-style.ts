/**
 * The report's style sheet. Colours are custom properties, each with a light and a dark value; paper is always light. Text has a
 * contrast of at least 4.5 to what it stands on, marks and borders that mean something at least 3. Nothing moves.
 */
export const STYLE = `
:root {
  color-scheme: light;
  --page: #ffffff; --panel: #f5f6f7; --ink: #1a1d21; --muted: #586069; --line: #d8dbdf;
  --accent: #0b5394; --mark: #8a929c; --late: #b3261e; --soon: #f6e3bf;
  --critical: #8c1d18; --on-critical: #ffffff; --high: #a3211a; --medium: #7a4a00; --low: #4a535d;
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    color-scheme: dark;
    --page: #121417; --panel: #1b1e22; --ink: #e6e8eb; --muted: #a2a9b2; --line: #353a41;
    --accent: #86b9f3; --mark: #7b848f; --late: #e5695f; --soon: #4a3a17;
    --critical: #ffb4ab; --on-critical: #4a0604; --high: #ff9c92; --medium: #e9bb6d; --low: #b4bbc4;
  }
}
*, *::before, *::after { box-sizing: border-box; }
@media screen { [hidden] { display: none !important; } }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 0.9375rem/1.5 -apple-system, 'Segoe UI', Roboto, Ubuntu, Cantarell, 'Noto Sans', 'Helvetica Neue', Arial, sans-serif; }
.page { max-width: 80rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 2.5rem); }
h1, h2, h3, h4, p, ul, ol, dl, dd, figure, table, pre { margin: 0; }
h1 { max-width: 32em; font-size: clamp(1.5rem, 1.2rem + 1.2vw, 2rem); font-weight: 650; line-height: 1.2; letter-spacing: -0.015em; text-wrap: pretty; }
h2 { font-size: 1.25rem; font-weight: 650; line-height: 1.3; letter-spacing: -0.01em; }
h3 { font-size: 1rem; font-weight: 650; line-height: 1.35; overflow-wrap: anywhere; }
h4, th, dt, caption, .label { color: var(--muted); font-size: 0.8125rem; font-weight: 600; line-height: 1.4; }
p, li { max-width: 44rem; overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: 0.15em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 2px; }
code, pre, .mono { font-family: var(--mono); font-size: 0.875em; overflow-wrap: anywhere; }
.muted { color: var(--muted); }
.small { font-size: 0.93em; }
.skip { position: absolute; left: 1rem; top: -4rem; z-index: 1; padding: 0.5rem 1rem; background: var(--page); }
.skip:focus { top: 1rem; }
header.top { padding-top: 2rem; padding-bottom: 0.875rem; }
header.top > * + * { margin-top: 0.5rem; }
header.top p { max-width: none; }
.counts { display: flex; flex-wrap: wrap; gap: 0.5rem 2.25rem; padding: 0.5rem 0 0; list-style: none; }
.counts b { display: block; font-size: 1.5rem; font-weight: 600; line-height: 1.2; font-variant-numeric: tabular-nums; }
.counts .none b { color: var(--muted); font-weight: 400; }
.counts .bad b { color: var(--late); }
nav ul { display: flex; flex-wrap: wrap; gap: 0 1.5rem; padding: 0.25rem 0; border-top: 1px solid var(--line); list-style: none; }
nav a { display: inline-block; padding: 0.25rem 0; }
section { padding: 1.5rem 0 2rem; border-top: 1px solid var(--line); }
section > * + * { margin-top: 0.75rem; }
.overview { display: grid; grid-template-columns: minmax(0, 1.5fr) minmax(0, 1fr); gap: 0 3.5rem; border-top: 1px solid var(--line); }
.overview > section { border-top: 0; }
.overview > :only-child { grid-column: 1 / -1; }
.problems { padding: 0.75rem 1rem; border-left: 4px solid var(--late); background: var(--panel); }
.problems ul { padding: 0; list-style: none; }
.problems h3 + ul, .problems li + li { margin-top: 0.375rem; }
.problems li { max-width: 60rem; }
.note { padding-left: 1rem; border-left: 4px solid var(--line); }
.scroll { overflow: auto; }
@media screen {
  .overview .scroll { max-height: 24rem; }
  .overview .scroll thead th { position: sticky; top: 0; background: var(--page); }
}
table { width: 100%; border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
caption { padding-bottom: 0.375rem; text-align: left; font-weight: 400; }
th, td { padding: 0.375rem 1.25rem 0.375rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: baseline; }
thead th { white-space: nowrap; vertical-align: bottom; border-bottom-color: var(--mark); }
tbody th { color: var(--ink); font-size: inherit; font-weight: 600; }
tbody th .small { font-weight: 400; }
tr > :last-child { padding-right: 0; }
tbody tr:last-child > * { border-bottom: 0; }
caption span { display: inline-block; max-width: min(44rem, calc(100vw - 2rem)); }
tbody tr:target, article:target { background: var(--panel); }
.number { text-align: right; white-space: nowrap; }
td { overflow-wrap: break-word; }
.overview td { white-space: nowrap; }
td.wrap, th.wrap { min-width: 8.5rem; overflow-wrap: anywhere; }
.next { min-width: 13rem; }
.keep { white-space: nowrap; }
th button { margin: -0.25rem -0.375rem; padding: 0.25rem 0.375rem; border: 0; background: none; color: inherit; font: inherit; cursor: pointer; }
th button:hover { color: var(--ink); text-decoration: underline; }
th button::after, .number button::before { display: inline-block; width: 1.25em; text-align: center; font-weight: 400; content: '↕' / ''; }
.number button::after { display: none; }
[aria-sort='ascending'] button::after, [aria-sort='ascending'] button::before { content: '↑' / ''; }
[aria-sort='descending'] button::after, [aria-sort='descending'] button::before { content: '↓' / ''; }
[aria-sort] button { color: var(--ink); }
.chip { display: inline-block; padding: 0 0.5em; border: 1.5px solid currentColor; border-radius: 3px; font-size: 0.8125rem; font-weight: 650; line-height: 1.5; white-space: nowrap; }
.critical { border-color: var(--critical); background: var(--critical); color: var(--on-critical); }
.high { color: var(--high); }
.medium { color: var(--medium); border-style: dashed; }
.low { color: var(--low); border-style: dotted; }
.plain { color: var(--muted); border-color: var(--line); font-weight: 500; }
svg { display: block; width: 100%; max-width: 28rem; height: auto; }
.ages th, .ages td { padding-top: 0.25rem; padding-bottom: 0.25rem; }
svg text { fill: var(--muted); font-size: 12px; font-variant-numeric: tabular-nums; }
svg .count { fill: var(--ink); font-weight: 600; }
svg .bar { fill: var(--mark); }
svg .late { fill: var(--late); }
svg .soon { fill: var(--soon); }
svg .axis, svg .limit { stroke: var(--mark); stroke-width: 1; }
svg .limit { stroke: var(--ink); stroke-dasharray: 3 3; }
.controls { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: end; }
.controls label { display: block; color: var(--muted); font-size: 0.8125rem; font-weight: 600; }
.controls input, .controls select { display: block; min-height: 2.5rem; margin-top: 0.25rem; padding: 0.375rem 0.625rem; border: 1px solid var(--mark); border-radius: 4px; background: var(--page); color: var(--ink); font: inherit; font-size: 1rem; font-weight: 400; }
.controls input { width: min(22rem, 100%); }
.controls > :first-child { flex: 0 1 22rem; }
article { padding: 1.25rem 0; border-top: 1px solid var(--line); }
article header { display: flex; flex-wrap: wrap; gap: 0.375rem 0.75rem; align-items: baseline; }
article header .position { color: var(--muted); font-variant-numeric: tabular-nums; }
.body { display: grid; grid-template-columns: minmax(0, 20rem) minmax(0, 1fr); gap: 1.25rem 3rem; margin-top: 0.75rem; }
.body > div > * + * { margin-top: 0.75rem; }
.facts > div + div { margin-top: 0.375rem; }
.facts dd, .policy dd { overflow-wrap: anywhere; }
h4.stage { color: var(--ink); font-size: 0.9375rem; }
h4 + ul, h4 + p { margin-top: 0.125rem; }
.body ul { padding-left: 1.1em; }
.command { position: relative; }
.command + .command { margin-top: 0.5rem; }
pre { padding: 0.75rem 1rem; border: 1px solid var(--line); border-radius: 4px; background: var(--panel); white-space: pre-wrap; line-height: 1.55; }
.command button + pre { padding-right: 5.5rem; }
.command button { position: absolute; top: 0.375rem; right: 0.375rem; min-width: 4.25rem; min-height: 1.75rem; border: 1px solid var(--mark); border-radius: 4px; background: var(--page); color: var(--ink); font: inherit; font-size: 0.8125rem; cursor: pointer; }
.body .links { display: flex; flex-wrap: wrap; gap: 0.25rem 1.5rem; padding: 0; list-style: none; }
.policy { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 0.75rem 2rem; }
footer { color: var(--muted); font-size: 0.8125rem; }
footer p { max-width: none; padding: 1.25rem 0 2.5rem; border-top: 1px solid var(--line); }
@media screen and (max-width: 64rem) {
  .overview { grid-template-columns: minmax(0, 1fr); }
}
@media screen and (max-width: 52rem) {
  .body { grid-template-columns: minmax(0, 1fr); }
  header.top { padding-top: 1.5rem; }
  .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); gap: 0.625rem 1.25rem; }
  .facts > div + div { margin-top: 0; }
  .facts .whole { grid-column: 1 / -1; }
}
@media (forced-colors: active) {
  .chip { forced-color-adjust: none; }
  svg .bar, svg .count, svg text { fill: CanvasText; }
  svg .soon { fill: none; stroke: CanvasText; }
}
@media print {
  @page { margin: 12mm; }
  html { font-size: 12px; }
  .page { max-width: none; padding: 0; }
  .skip, nav, .controls, .command button { display: none !important; }
  .command button + pre { padding-right: 1rem; }
  th button { display: contents; }
  th button::before, th button::after { content: none !important; }
  header.top { padding-top: 0; }
  section { padding: 1rem 0; }
  .overview { grid-template-columns: minmax(0, 1.5fr) minmax(0, 1fr); gap: 0 1.5rem; }
  article[hidden] { display: block; }
  tr[hidden] { display: table-row; }
  .scroll { overflow: visible; }
  table { font-size: 0.8125rem; }
  th, td { padding-right: 0.625rem; }
  td.wrap, th.wrap { min-width: 6.25rem; }
  .next { min-width: 8.5rem; }
  thead { break-inside: avoid; }
  .body { grid-template-columns: 15rem minmax(0, 1fr); gap: 1rem 2rem; }
  h2, h3, h4, article header { break-after: avoid; }
  article, tr, figure, .command, .problems, dl > div { break-inside: avoid; }
  .links a::after { content: attr(href); display: block; color: var(--muted); overflow-wrap: anywhere; }
  .body .links { display: block; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;

/** Of the bytes of `STYLE`, for the content security policy; a test computes it anew. */
export const STYLE_HASH = 'sha256-Npds08g7/XoPlxNOM3ujwjLISIXT3UsGvYU6EVTDQHI=';
