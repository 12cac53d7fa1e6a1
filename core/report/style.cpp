// The page's looks: one spacing of 8 px, few colours, light and dark by the reader's own setting.

#include "core/report/content.h"

namespace quant::report {

// Series are Okabe–Ito's: the four that have a contrast of 3 against white, and the four that have it against dark
// grey.
std::string style_sheet() {
  return R"(
:root { color-scheme: light dark; --page: #f6f7f9; --card: #ffffff; --text: #1b1d21; --quiet: #5d626b; --line: #dfe2e7;
  --grid: #eceef1; --s1: #0072b2; --s2: #d55e00; --s3: #007a5a; --s4: #a8527f; --tag: #e7eef7; }
@media (prefers-color-scheme: dark) {
  :root { --page: #17181b; --card: #1e1f22; --text: #e6e6e6; --quiet: #a0a4ab; --line: #34373d;
    --grid: #2a2c31; --s1: #56b4e9; --s2: #e69f00; --s3: #2fb892; --s4: #d68fb5; --tag: #263445; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); line-height: 1.5;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 18px; margin: 0 0 4px; }
p { margin: 0 0 16px; max-width: 76ch; }
.quiet { color: var(--quiet); }
.path { color: var(--quiet); overflow-wrap: anywhere; margin-bottom: 24px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(168px, 1fr)); gap: 16px; margin-bottom: 24px; }
.card, section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.card { padding: 16px; }
.card b { display: block; font-size: 22px; font-weight: 600; line-height: 1.3; font-variant-numeric: tabular-nums; }
.card span { color: var(--quiet); font-size: 13px; }
section { padding: 24px; margin-bottom: 24px; }
.row { display: flex; flex-wrap: wrap; gap: 24px 32px; align-items: flex-start; }
.note { border-left: 3px solid var(--s2); padding-left: 12px; }
.wide { overflow-x: auto; }
svg { max-width: 100%; height: auto; display: block; font-size: 12px; font-variant-numeric: tabular-nums; }
.wide svg { max-width: none; }
svg text { fill: var(--text); }
.tick, .label { font-size: 12px; }
svg .tick { fill: var(--quiet); }
svg .label { fill: var(--quiet); }
.strong { font-weight: 600; }
.axis { stroke: var(--quiet); stroke-width: 1; }
.grid { stroke: var(--grid); stroke-width: 1; }
.curve { fill: none; stroke-width: 2; }
.dot { opacity: .35; }
.quartile { stroke-width: 7; opacity: .55; }
.median { stroke-width: 2.5; }
.ring { fill: var(--card); stroke-width: 2; }
.spot { stroke: var(--card); stroke-width: 2; }
line.s1, polyline.s1, .ring.s1 { stroke: var(--s1); }  line.s2, polyline.s2, .ring.s2 { stroke: var(--s2); }
line.s3, polyline.s3, .ring.s3 { stroke: var(--s3); }  line.s4, polyline.s4, .ring.s4 { stroke: var(--s4); }
.dot.s1, .spot.s1, .bar.s1, svg .direct.s1 { fill: var(--s1); }  .dot.s2, .spot.s2, .bar.s2, svg .direct.s2 { fill: var(--s2); }
.dot.s3, .spot.s3, .bar.s3, svg .direct.s3 { fill: var(--s3); }  .dot.s4, .spot.s4, .bar.s4, svg .direct.s4 { fill: var(--s4); }
.direct { font-weight: 600; paint-order: stroke; stroke: var(--card); stroke-width: 3px; stroke-linejoin: round; }
svg .on-light { fill: #1b1d21; font-size: 11px; }
svg .on-dark { fill: #ffffff; font-size: 11px; }
.empty { fill: none; stroke: var(--line); stroke-dasharray: 3 3; }
.swatch { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin: 0 4px 0 12px; }
.swatch.s1 { background: var(--s1); margin-left: 0; } .swatch.s2 { background: var(--s2); }
.scroll { overflow: auto; max-height: 78vh; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; width: 100%; font-size: 13px; font-variant-numeric: tabular-nums; }
th { position: sticky; top: 0; background: var(--card); text-align: left; font-weight: 600; box-shadow: 0 1px 0 var(--line); }
th, td { padding: 5px 10px; white-space: nowrap; }
tbody tr:nth-child(even) { background: var(--grid); }
.n { text-align: right; }
.name { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 12px; }
.chosen { font-weight: 700; color: var(--s1); }
.tag { background: var(--tag); border-radius: 4px; padding: 1px 6px; font-size: 11px; }
footer { color: var(--quiet); font-size: 13px; }
@media print { .scroll { max-height: none; overflow: visible; } section { break-inside: avoid; } }
)";
}

}  // namespace quant::report
