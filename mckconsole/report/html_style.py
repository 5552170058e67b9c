"""The style sheet of the HTML report: light, dark and paper, nothing loaded from anywhere."""

from __future__ import annotations

CSS = """
:root{color-scheme:light dark;
--page:#f6f7f9;--sheet:#fff;--ink:#16202c;--soft:#566375;--line:#d9dfe7;--faint:#eef1f5;
--critical:#a8071a;--high:#c2410c;--medium:#8a5a00;--low:#1d4f91;--info:#4a5668;
--ok:#1a6b3c;--unknown:#6b3fa0;--waived:#5c6b7a}
@media (prefers-color-scheme:dark){:root{
--page:#0e1319;--sheet:#161d26;--ink:#e4eaf1;--soft:#9aa8b8;--line:#2b3644;--faint:#1d2631;
--critical:#ff8080;--high:#ffa366;--medium:#e8c15a;--low:#86b7ff;--info:#a9b7c7;
--ok:#7bd8a0;--unknown:#cda6ff;--waived:#9fb0c0}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0;background:var(--page);color:var(--ink);
font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
header.cover,main,footer{max-width:78rem;margin:0 auto;padding:0 1.5rem}
header.cover{padding-top:3rem;padding-bottom:1rem}
.eyebrow{margin:0;color:var(--soft);font-size:.8rem;letter-spacing:.09em;text-transform:uppercase}
h1{margin:.2rem 0 .6rem;font-size:2.3rem;line-height:1.15;letter-spacing:-.02em}
h2{margin:3rem 0 .8rem;padding-top:.4rem;font-size:1.45rem;letter-spacing:-.01em;
border-top:3px solid var(--ink)}
h3{margin:1.8rem 0 .5rem;font-size:1.1rem}
h4{margin:0;font-size:1rem}
p{margin:.4rem 0}
a{color:inherit}
.verdict{font-size:1.1rem;font-weight:600}
.demo{display:inline-block;margin:.6rem 0 0;padding:.2rem .7rem;border:1px dashed var(--medium);
border-radius:.3rem;color:var(--medium);font-weight:600}
.tiles{display:flex;flex-wrap:wrap;gap:.7rem;margin:1.4rem 0;padding:0;list-style:none}
.tiles li{flex:1 1 7rem;padding:.7rem .9rem;background:var(--sheet);border:1px solid var(--line);
border-top:4px solid var(--tone,var(--line));border-radius:.4rem}
.tiles b{display:block;font-size:1.7rem;line-height:1.1;font-variant-numeric:tabular-nums}
.tiles .none b{color:var(--soft);font-weight:400}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.4rem;margin:1rem 0}
.facts dt{color:var(--soft)}
.facts dd{margin:0;overflow-wrap:anywhere}
nav ol{display:flex;flex-wrap:wrap;gap:.3rem 1.3rem;margin:1.2rem 0 0;padding:.7rem 0;
border-block:1px solid var(--line);list-style:none}
.table{overflow-x:auto;margin:.7rem 0 1.2rem}
table{width:100%;border-collapse:collapse;background:var(--sheet);font-size:.88rem}
caption{padding:.2rem 0 .4rem;color:var(--soft);text-align:left}
th,td{padding:.42rem .65rem;border:1px solid var(--line);text-align:left;vertical-align:top;
overflow-wrap:anywhere}
thead th{background:var(--faint);font-weight:600;white-space:nowrap}
tbody th{min-width:7rem;font-weight:600;overflow-wrap:break-word}
time,.word{white-space:nowrap}
time{font-variant-numeric:tabular-nums}
.numbers td{font-variant-numeric:tabular-nums}
.zero{color:var(--soft)}
code,pre,.path{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
font-size:.86em;overflow-wrap:anywhere}
pre{margin:.4rem 0 0;padding:.7rem .9rem;background:var(--faint);border-radius:.3rem;
white-space:pre-wrap}
article{margin:1rem 0;padding:1rem 1.2rem;background:var(--sheet);border:1px solid var(--line);
border-left:5px solid var(--tone,var(--line));border-radius:.4rem}
article.is-waived{border-left-style:double;border-left-width:6px}
article header{display:flex;flex-wrap:wrap;align-items:baseline;gap:.3rem .8rem}
article .place{color:var(--soft)}
article .rule{font-weight:600}
article .lead{margin:.35rem 0;font-weight:600}
.badge{padding:.05rem .55rem;border:1px solid currentColor;border-radius:1rem;color:var(--tone);
font-size:.78rem;font-weight:700;white-space:nowrap}
.waiver{margin:.5rem 0;padding:.5rem .8rem;border:1px dashed var(--waived);border-radius:.3rem;
color:var(--waived)}
.critical{--tone:var(--critical)}.high{--tone:var(--high)}.medium{--tone:var(--medium)}
.low{--tone:var(--low)}.info{--tone:var(--info)}.ok{--tone:var(--ok)}
.unknown{--tone:var(--unknown)}.waived{--tone:var(--waived)}
.tone{color:var(--tone)}
.label{margin:.8rem 0 0;color:var(--soft);font-size:.78rem;letter-spacing:.06em;
text-transform:uppercase}
meter{width:7rem;height:.8rem;vertical-align:middle}
.id{margin:.6rem 0 0;color:var(--soft);font-size:.78rem}
footer{margin-top:3rem;padding-top:1rem;padding-bottom:3rem;color:var(--soft);font-size:.85rem;
border-top:1px solid var(--line)}
@media screen{table{min-width:46rem}}
@media screen and (max-width:40rem){
header.cover,main,footer{padding-left:.8rem;padding-right:.8rem}
header.cover{padding-top:1.5rem}
article{padding:.8rem}
h1{font-size:1.7rem}}
@page{size:A4 landscape;margin:12mm 13mm}
@media print{
:root{color-scheme:light;--page:#fff;--sheet:#fff;--ink:#000;--soft:#444;--line:#bbb;--faint:#f2f2f2;
--critical:#8f0014;--high:#a83208;--medium:#6d4700;--low:#153d73;--info:#39434f;--ok:#12532d;
--unknown:#53307e;--waived:#4a5763}
body{font-size:9pt}
.tiles li{flex-basis:6rem}
table{font-size:8pt}
th,td{padding:.28rem .4rem}
thead th,time,.word{white-space:normal}
tbody th{min-width:0}
header.cover,main,footer{max-width:none;padding-left:0;padding-right:0}
nav{display:none}
section:first-child{break-before:page}
section:first-child h2{margin-top:0}
h2,h3,caption,article header{break-after:avoid}
article,tr{break-inside:avoid}
thead{display:table-header-group}
.table{overflow:visible}
pre{border:1px solid var(--line)}}
"""
"""No `<` in it, so it cannot end its element; its hash stands in the page's policy."""
