// How the page looks: one column, with the contents beside it where there is
// room and above it, in a strip that scrolls, where there is none. Charts stay
// on white in the dark.
#include "bench/report/html.h"

namespace smsweb::bench {

const char* const kPageStyle = R"css(
:root {
  color-scheme: light dark;
  --paper: #fdfdfc; --ink: #1f2328; --soft: #5b6470; --line: #dfe1e4;
  --raised: #f3f4f5; --link: #0a5ea8; --accent: #0072b2;
  --good: #e7f4ec; --good-line: #2e8555; --warning: #fdf1dd;
  --warning-line: #b26b00; --marked: #e6f1f9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --ink: #e4e6e8; --soft: #9aa4ae; --line: #30363c;
    --raised: #1d2125; --link: #7cbcf0; --accent: #56b4e9;
    --good: #142a1e; --good-line: #4fb37c; --warning: #32260f;
    --warning-line: #e0a030; --marked: #16303f;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 3.5rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans",
    "Helvetica Neue", Arial, sans-serif;
}
header, main { max-width: 66rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2rem; }
main { padding-bottom: 5rem; }
h1 { font-size: clamp(1.6rem, 4.5vw, 2.3rem); line-height: 1.2; margin: 0 0 .5rem;
  letter-spacing: -.015em; text-wrap: balance; }
h2 { font-size: 1.5rem; line-height: 1.3; margin: 3.5rem 0 1rem;
  padding-top: 1.25rem; border-top: 1px solid var(--line);
  letter-spacing: -.01em; }
h3 { font-size: 1.2rem; line-height: 1.35; margin: 2.5rem 0 .75rem; }
h4 { font-size: 1.02rem; margin: 2rem 0 .5rem; }
p, ul { max-width: 46rem; margin: 0 0 1rem; overflow-wrap: anywhere; }
ul { padding-left: 1.3rem; }
li { margin: .25rem 0; }
a { color: var(--link); text-underline-offset: .15em; }
code, pre { font-family: ui-monospace, "SF Mono", SFMono-Regular, Menlo,
  Consolas, "DejaVu Sans Mono", monospace; font-size: .86em; }
code { background: var(--raised); padding: .1em .3em; border-radius: 4px; }
td code { overflow-wrap: normal; }
pre { background: var(--raised); border: 1px solid var(--line);
  border-radius: 8px; padding: .8rem 1rem; overflow-x: auto; line-height: 1.5;
  margin: 0 0 1rem; }
pre code { background: none; padding: 0; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1rem; top: 1rem; background: var(--paper); z-index: 3; }
nav { position: sticky; top: 0; z-index: 2; background: var(--paper);
  border-bottom: 1px solid var(--line); margin: 1rem 0 1.5rem;
  overflow-x: auto; scrollbar-width: none; }
nav ol { display: flex; gap: .25rem; margin: 0; padding: .5rem 1rem;
  list-style: none; width: max-content; }
nav li { margin: 0; }
nav a { display: block; padding: .3rem .6rem; border-radius: 6px;
  color: var(--soft); text-decoration: none; font-size: .88rem;
  white-space: nowrap; }
nav a:hover, nav a:focus { background: var(--raised); color: var(--ink); }
.note { border-left: 4px solid; border-radius: 0 8px 8px 0;
  padding: .75rem 1rem; max-width: none; }
.good { background: var(--good); border-color: var(--good-line); }
.warning { background: var(--warning); border-color: var(--warning-line); }
.answers { display: grid; gap: 1rem; margin: 1.5rem 0;
  grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); }
.answers div { background: var(--raised); border: 1px solid var(--line);
  border-radius: 10px; padding: 1rem 1.2rem; }
dt { font-weight: 650; color: var(--accent); margin-bottom: .35rem; }
dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; margin: 0 0 1.25rem; border: 1px solid var(--line);
  border-radius: 8px; width: fit-content; max-width: 100%; }
table { border-collapse: collapse; font-size: .86rem;
  line-height: 1.4; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .42rem .5rem; vertical-align: top;
  border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; font-size: .8rem;
  background: var(--raised); vertical-align: bottom; }
tbody tr:last-child td { border-bottom: 0; }
.figure { text-align: right; }
td.figure { white-space: nowrap; }
td:not(.figure) { min-width: 5.8rem; }
td:first-child { min-width: 12.2rem; }
td.figure:first-child { min-width: 0; }
.muted td { color: var(--soft); font-style: italic; }
.marked td { background: var(--marked); font-weight: 600; }
figure { margin: 0 0 1.5rem; min-width: 0; }
.chart { background: #fff; border: 1px solid var(--line); border-radius: 8px;
  padding: .5rem; overflow-x: auto; }
.chart svg { display: block; width: 100%; height: auto; margin: 0 auto; }
main > figure .chart svg, details > figure .chart svg { min-width: 42rem; }
.chart text { font-family: system-ui, -apple-system, "Segoe UI", Roboto,
  "Noto Sans", "Helvetica Neue", Arial, sans-serif; }
figcaption { color: var(--soft); font-size: .88rem; margin-top: .4rem;
  max-width: 46rem; }
.gallery { display: grid; gap: 1rem; margin: 0 0 1.5rem;
  grid-template-columns: repeat(auto-fill, minmax(min(24rem, 100%), 1fr)); }
.gallery figure { margin: 0; }
details { border: 1px solid var(--line); border-radius: 8px; margin: 0 0 .75rem;
  padding: 0 1rem; }
summary { cursor: pointer; margin: 0 -1rem; padding: .6rem 1rem;
  font-weight: 600; border-radius: 8px; }
summary:hover { background: var(--raised); }
details[open] > summary { margin-bottom: .75rem; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
@media (min-width: 80rem) {
  body { display: grid; column-gap: 2.5rem;
    grid-template-columns: minmax(15rem, 1fr) minmax(0, 64rem) minmax(0, 1fr); }
  header, main { grid-column: 2; margin: 0; padding-left: 0; padding-right: 0;
    width: 100%; max-width: none; }
  nav { grid-column: 1; grid-row: 1 / span 2; border: 0; margin: 2rem 0 0;
    align-self: start; max-height: 100vh; overflow-y: auto; top: 1.5rem;
    justify-self: end; }
  nav ol { flex-direction: column; width: 14rem; }
  nav a { white-space: normal; }
  html { scroll-padding-top: 1rem; }
}
@media print {
  :root { --paper: #fff; --ink: #000; --soft: #444; --raised: #f5f5f5;
    --line: #ccc; --link: #000; }
  body { display: block; font-size: 9.5pt; }
  nav, .skip { display: none; }
  header, main { max-width: none; padding: 0; }
  .scroll, pre, .chart { overflow: visible; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  table { font-size: 7.5pt; }
  th, td { padding: .25rem .4rem; }
  tr, figure, .answers div, .note { break-inside: avoid; }
  h2, h3, h4, summary { break-after: avoid; }
  thead { display: table-header-group; }
  .gallery { grid-template-columns: 1fr 1fr; }
  .chart svg, main > figure .chart svg { min-width: 0; }
  details::details-content { content-visibility: visible; height: auto; }
}
)css";

}  // namespace smsweb::bench
