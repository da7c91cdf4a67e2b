/** Light, and dark where the reader has it so. */
export const colors = `
:root{color-scheme:light dark;--page:#fff;--card:#f5f7f9;--text:#1b2430;--soft:#56616f;--line:#d9dfe6;--link:#0b5cad;
--original:#6a7a94;--result:#0a7d5a;--front:#a05a00;--pass:#0a6b45;--fail:#b3261e;--doubt:#7a5200;--track:#e4e9ee}
@media (prefers-color-scheme:dark){:root{--page:#12171d;--card:#1b222b;--text:#e6ebf1;--soft:#a3afbd;--line:#323c48;--link:#7db8f5;
--original:#93a5c4;--result:#41cf9d;--front:#f0b35c;--pass:#54d39f;--fail:#ff8a80;--doubt:#f0c067;--track:#2a333d}}
`.trim();

/** What the marks of a chart look like. */
export const chartStyle = `
.grid{stroke:var(--line);stroke-width:1}.tick,.axis,.label{fill:var(--soft);font-size:12px}.axis{font-size:12.5px}
.label{fill:var(--text);paint-order:stroke;stroke:var(--card);stroke-width:3px}
.mark.original,.area.original{fill:var(--original)}.mark.other{fill:var(--front)}.mark.result,.area.result{fill:var(--result)}
.mark{stroke:var(--card);stroke-width:1}.area{fill-opacity:.4;stroke-width:1.3}
.area.original,.whisker.original,.median.original{stroke:var(--original)}
.area.result,.whisker.result,.median.result{stroke:var(--result)}
.whisker{stroke-width:1.6;fill:none}.median{stroke-width:1.5;stroke-dasharray:4 3;fill:none}
.curve{fill:none;stroke-width:2}.curve.original{stroke:var(--original)}.curve.result{stroke:var(--result)}.curve.other{stroke:var(--front)}.dashed{stroke-dasharray:4 3;stroke-width:1.4}
.front{fill:none;stroke:var(--front);stroke-width:1.4;stroke-dasharray:5 4}
`.trim();

/** The page's style: system fonts, light and dark by the reader's setting, one column on a phone. */
export const style = `
${colors}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main,header,footer{max-width:68rem;margin:0 auto;padding:0 1rem}
header{padding-top:1.5rem}footer{padding:2rem 1rem;color:var(--soft);font-size:.85rem}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 .3rem;overflow-wrap:anywhere}h2{font-size:1.25rem;margin:2.2rem 0 .6rem}
h3{font-size:1.05rem;margin:1.4rem 0 .4rem}p{margin:.4rem 0}a{color:var(--link)}
.lead,.note{color:var(--soft)}.note{font-size:.9rem;max-width:46rem}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:.5rem;background:var(--page);padding:.3rem .6rem}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;padding:0;margin:.8rem 0 0}
.cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.7rem,1fr));gap:.7rem;margin:1.2rem 0 0}
.cards div{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .8rem}
.cards dt{color:var(--soft);font-size:.85rem}.cards dd{margin:0;overflow-wrap:anywhere}
.cards .big{font-size:1.35rem;font-weight:600;line-height:1.3}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(22rem,100%),1fr));gap:.8rem}
figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.6rem .7rem;min-width:0}
figcaption{font-weight:600;font-size:.95rem}
svg.chart{display:block;width:100%;max-width:36rem;height:auto;margin:0 auto}
${chartStyle}
.legend{font-size:.85rem;color:var(--soft);display:flex;gap:1rem;margin:.1rem 0}.legend svg{width:.9rem;height:.9rem;vertical-align:-.1rem}
.scroll{overflow-x:auto;margin:.6rem 0}
table{border-collapse:collapse;width:100%;font-size:.92rem}caption{text-align:left;color:var(--soft);font-size:.85rem;padding-bottom:.3rem}
th,td{text-align:left;vertical-align:top;padding:.35rem .7rem .35rem 0;border-bottom:1px solid var(--line)}
thead th{color:var(--soft);font-weight:600;white-space:nowrap}tbody th{font-weight:500}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;padding-right:0;padding-left:.9rem}
.number+:not(.number){padding-left:1.2rem}
td small,th small{color:var(--soft)}th small{white-space:nowrap}td .range{display:block;color:var(--soft);font-size:.82rem}
td ul{margin:0;padding-left:1.1rem}
.bar{display:block;width:100%;min-width:5rem;height:.4rem;margin-top:.25rem}.bar .track{fill:var(--track)}
.bar .original{fill:var(--original)}.bar .result{fill:var(--result)}
.unbroken{white-space:nowrap}
.narrow table{width:auto}.narrow tbody th{padding-right:1.5rem}
.matrix table{width:auto;font-size:.85rem}.matrix :is(th,td){padding:0;border:0}.matrix th{padding-right:.6rem;vertical-align:middle}
.scroll:is(.matrix,.sticky) tbody th{position:sticky;left:0;background:var(--page)}
.matrix thead th{padding:0 .3rem .2rem}.heat{display:block;min-width:2.2rem;padding:.2rem .35rem;margin:1px;border-radius:.2rem}
.heat.right{background:color-mix(in srgb,var(--result) var(--share),transparent)}
.heat.wrong{background:color-mix(in srgb,var(--fail) var(--share),transparent)}
.badge{display:inline-block;white-space:nowrap;font-weight:600;border:1px solid currentColor;border-radius:.3rem;padding:0 .4rem;font-size:.88rem}
.pass{color:var(--pass)}.fail{color:var(--fail)}.cannot-tell{color:var(--doubt)}.skipped{color:var(--soft)}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.4rem 0}.facts dt{color:var(--soft)}
.facts dd{margin:0;overflow-wrap:anywhere}
code,pre{font:.9em/1.45 ui-monospace,"SF Mono",Consolas,monospace}code{overflow-wrap:anywhere}.option{display:block;max-width:22rem;white-space:normal}
pre{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.7rem;overflow-x:auto}
summary{cursor:pointer}details{margin:.6rem 0}
details.run{border:1px solid var(--line);border-radius:.5rem;padding:.6rem .9rem}details.run>summary{font-weight:600}
@media (max-width:34rem){.facts{grid-template-columns:1fr}.facts dd{margin-bottom:.35rem}th,td{padding-right:.4rem}
.number{padding-left:.4rem}.range{white-space:normal}tbody th{overflow-wrap:anywhere;min-width:6.2rem}
.named :is(table,caption,thead,tbody){display:block}.named tr{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));column-gap:.6rem;
border-bottom:1px solid var(--line);padding:.35rem 0}.named-2 tr{grid-template-columns:repeat(2,minmax(0,1fr))}
.named :is(th,td){border:0;padding:0}.named tbody th{grid-column:1/-1}.named-3 tbody th{grid-column:1/3}
.named thead th:first-child,.named thead th:nth-child(5){display:none}
.named td:nth-child(5){grid-area:1/3;text-align:right;font-weight:600}
.stacked :is(table,caption,tbody,tr,th,td){display:block;text-align:left;padding:0}.stacked thead{position:absolute;left:-99rem}
.stacked :is(th,td){border:0}.stacked tr{border-bottom:1px solid var(--line);padding:.5rem 0}}
@media print{:root{font-size:14px}body{font-size:.9rem}.skip,nav{display:none}figure,tr,.cards{break-inside:avoid}h2,h3,caption,summary{break-after:avoid}
.scroll{overflow:visible}details::details-content{content-visibility:visible;block-size:auto}pre{white-space:pre-wrap}main,header,footer{max-width:none;padding:0}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`.trim();
