/** How the reference and the pages of problems look: the page's colours, and nothing that has to be loaded. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --canvas: light-dark(#f1f0ea, #0c151a);
  --surface: light-dark(#fbfaf6, #132027);
  --line: light-dark(#dedbd0, #26383f);
  --ink: light-dark(#16242a, #e8eeee);
  --muted: light-dark(#57636a, #9db0b6);
  --petrol: light-dark(#17536a, #8ccbe0);
  --petrol-soft: light-dark(#dfebef, #1b3a46);
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace;
  font: 16px/1.5 system-ui, sans-serif;
  background: var(--canvas);
  color: var(--ink);
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 80rem; padding: 1rem; overflow-wrap: anywhere; }
a { color: var(--petrol); text-underline-offset: 0.15em; }
a:focus-visible, summary:focus-visible, pre:focus-visible { outline: 2px solid var(--petrol); outline-offset: 2px; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 0.5rem; }
h2 { font-size: 1.25rem; margin: 2.5rem 0 0.75rem; }
h3 { font-size: 1.05rem; margin: 0 0 0.25rem; }
h4 { font-size: 0.85rem; margin: 1rem 0 0.25rem; color: var(--muted); }
p { margin: 0.25rem 0; max-width: 42rem; }
ul { margin: 0.25rem 0; padding-left: 1.1rem; }
dl { margin: 0; }
dt { font-weight: 600; margin-top: 1rem; }
dd { margin: 0; max-width: 42rem; }
code, pre { font-family: var(--mono); font-size: 0.85rem; }
pre {
  margin: 0.25rem 0; padding: 0.6rem 0.75rem; background: var(--canvas); border: 1px solid var(--line);
  border-radius: 0.4rem; overflow-x: auto; overflow-wrap: normal;
}
article { background: var(--surface); border: 1px solid var(--line); border-radius: 0.6rem; padding: 1rem; margin: 0.75rem 0; }
article:target { border-color: var(--petrol); }
.muted { color: var(--muted); }
.where { font-family: var(--mono); font-size: 0.9rem; margin-bottom: 0.5rem; }
.method { display: inline-block; min-width: 4.2rem; font-weight: 700; color: var(--petrol); }
.access { display: flex; flex-wrap: wrap; gap: 0.35rem; list-style: none; padding: 0; font-size: 0.8rem; }
.access li { border: 1px solid var(--line); border-radius: 1rem; padding: 0.05rem 0.6rem; }
.access .served { background: var(--petrol-soft); }
nav { font-size: 0.9rem; }
nav ul { list-style: none; padding: 0; margin: 0 0 0.75rem; }
nav li { padding: 0.15rem 0; }
nav a { display: block; min-height: 1.5rem; text-decoration: none; }
nav a:hover { text-decoration: underline; }
nav summary { font-weight: 600; padding: 0.5rem 0; cursor: pointer; }
.group { font-weight: 600; font-size: 0.85rem; color: var(--muted); }
@media (min-width: 60rem) {
  .sides { display: grid; grid-template-columns: 16rem minmax(0, 1fr); gap: 2rem; }
  .sides > nav { position: sticky; top: 1rem; align-self: start; max-height: calc(100vh - 2rem); overflow-y: auto; }
  nav summary { display: none; }
  nav details::details-content { content-visibility: visible; block-size: auto; }
}
`
