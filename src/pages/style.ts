/** For screens of any width, light and dark, and for paper. Colours of text keep a contrast of 4.5 to 1 and more. */
export const style = `
:root{color-scheme:light dark;--back:#fff;--text:#1b1f24;--quiet:#57606a;--line:#d0d7de;--soft:#f6f8fa;
--one:#0b5fae;--two:#b35900;--three:#a8192e;--four:#5b3fa6;--five:#59636e;--link:#0b5fae}
@media (prefers-color-scheme:dark){:root{--back:#0f1318;--text:#e6edf3;--quiet:#a3adb8;--line:#3a434d;--soft:#181e25;
--one:#6cb6ff;--two:#f0a35e;--three:#ff8b98;--four:#b9a3ff;--five:#a3adb8;--link:#6cb6ff}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--back);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:62rem;margin:0 auto;padding:1.25rem 1rem 3rem}
h1{font-size:1.6rem;line-height:1.25;margin:.5rem 0 1rem}
h2{font-size:1.2rem;margin:2rem 0 .6rem;padding-top:.6rem;border-top:1px solid var(--line)}
h3{font-size:1.02rem;margin:1.3rem 0 .4rem}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--one);outline-offset:2px}
.skip{position:absolute;left:-999px}
.skip:focus{left:1rem;top:.5rem;background:var(--back);padding:.3rem .6rem}
dl{margin:0;display:grid;gap:.25rem 1.25rem}
dl div{display:grid;grid-template-columns:minmax(7rem,13rem) 1fr;gap:.25rem 1rem}
dt{color:var(--quiet)}
dd{margin:0;overflow-wrap:anywhere}
code{font:0.9em/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%;margin:.4rem 0 .8rem;font-size:.94rem}
caption{text-align:left;color:var(--quiet);padding:.2rem 0}
th,td{text-align:left;vertical-align:top;padding:.3rem .9rem .3rem 0;border-bottom:1px solid var(--line);font-weight:400}
thead th{color:var(--quiet)}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
figure{margin:1rem 0}
figcaption{font-weight:600}
svg{display:block;width:100%;height:auto;max-width:100%}
svg text{fill:var(--quiet);font:12px system-ui,sans-serif}
.axis{stroke:var(--line);fill:none}
.s1{stroke:var(--one)}.s2{stroke:var(--two)}.s3{stroke:var(--three)}.s4{stroke:var(--four)}.s5{stroke:var(--five)}
.f1{fill:var(--one)}.f2{fill:var(--two)}.f3{fill:var(--three)}.f4{fill:var(--four)}.f5{fill:var(--five)}
.curve{fill:none;stroke-width:2}
.note{color:var(--quiet)}
.warn{border-left:4px solid var(--three);padding:.3rem .8rem;background:var(--soft)}
summary{cursor:pointer;color:var(--quiet)}
.sign{display:grid;grid-template-columns:repeat(auto-fit,minmax(14rem,1fr));gap:2.5rem 2rem;margin-top:2.5rem}
.sign p{border-top:1px solid var(--text);margin:0;padding-top:.2rem;color:var(--quiet)}
@media (max-width:34rem){dl div{grid-template-columns:1fr;gap:0}}
@page{margin:15mm}
@media print{:root{--back:#fff;--text:#000;--quiet:#444;--line:#bbb;--soft:#fff}
body{font-size:10.5pt}main{max-width:none;padding:0}
.skip,.screen{display:none}.wide{overflow:visible}
table,figure,.sign{break-inside:avoid}h2,h3{break-after:avoid}tr{break-inside:avoid}
details::details-content{content-visibility:visible;display:block}}
`
