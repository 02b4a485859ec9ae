"""What netloom's own pages may lack."""

from netloom.base.rule import Rule, Severity

UNDRAWN = Rule(
    "NL931",
    "undrawn",
    Severity.NOTE,
    "Something on the machine that builds the site can draw its diagrams.",
    "Pages have the same facts in tables, but who is beside whom is seen sooner than read.",
    "Install Graphviz (`apt-get install graphviz`) or the package `pygraphviz`, which brings it along "
    "(`pip install 'netloom[site]'`).",
)

RULES = (UNDRAWN,)
