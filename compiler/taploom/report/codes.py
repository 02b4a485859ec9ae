"""Rules about the generated pages."""

from taploom import __version__
from taploom.base.diagnostic_rule import DiagnosticRule, Severity

UNDRAWN = DiagnosticRule(
    "TL931",
    "undrawn",
    Severity.NOTE,
    "Something on the machine that builds the site can draw its diagrams.",
    "Pages have the same facts in tables, but a picture shows sooner what is connected with what.",
    "Install Graphviz (`apt-get install graphviz`) or the package `pygraphviz`, which brings it along "
    f"(`pip install 'taploom[site]=={__version__}'`).",
)

RULES = (UNDRAWN,)
