"""The rules about generated pages."""

from taploom import __version__
from taploom.base.diagnostic_rule import DiagnosticRule, Severity

UNDRAWN = DiagnosticRule(
    "TL931",
    "undrawn",
    Severity.NOTE,
    "The machine that builds the site has no Graphviz, so the pages have no diagrams.",
    "The tables of the pages state the same facts, but a diagram shows connections at a glance.",
    "Install Graphviz (`apt-get install graphviz`) or the package `pygraphviz`, which includes it "
    f"(`pip install 'taploom[site]=={__version__}'`).",
)

RULES = (UNDRAWN,)
