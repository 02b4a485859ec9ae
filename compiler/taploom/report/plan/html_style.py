"""The style sheet of a change's page, for light and dark colour schemes, and for large and small screens."""

STYLE = """
:root { color-scheme: light dark; --ink: #17202b; --soft: #5b6875; --paper: #fff; --add: #1a7f37; --addp: #dafbe1;
  --del: #cf222e; --delp: #ffebe9; --chg: #875800; --line: #d5dbe3; --head: #f4f6f9; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf3; --soft: #a3afbc; --paper: #12181f; --add: #46c566;
  --addp: #12351d; --del: #ff7b72; --delp: #481a1d; --chg: #e3b341; --line: #44505d; --head: #1e252e; } }
body { font: 16px/1.5 Inter, system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 80rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; } h2 { font-size: 1.2rem; margin: 2rem 0 .6rem; }
.wide, .picture { overflow-x: auto; margin: 0 0 1rem; }
.picture svg { max-width: 100%; min-width: 44rem; height: auto; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .6rem; text-align: left; vertical-align: top; }
td { overflow-wrap: anywhere; min-width: 5rem; } td:first-child { font-weight: 600; }
thead th { background: var(--head); color: var(--soft); font-weight: 600; white-space: nowrap; }
pre { overflow-x: auto; border: 1px solid var(--line); border-radius: .4rem; padding: .6rem; tab-size: 4;
  font-size: .8rem; } pre b { color: var(--soft); }
ins, del { text-decoration: none; display: inline-block; min-width: 100%; }
ins { color: var(--add); background: var(--addp); } del { color: var(--del); background: var(--delp); }
code { font-size: .9em; background: var(--head); border-radius: .25rem; padding: .05rem .3rem;
  overflow-wrap: anywhere; }
li { margin: .3rem 0; } summary { cursor: pointer; padding: .25rem 0; } .foot { color: var(--soft); font-size: .85rem; }
"""
