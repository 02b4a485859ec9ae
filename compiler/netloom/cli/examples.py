"""An example of each option of each command, for the reference; the tests run them in a site like the one in specs/."""

from collections.abc import Mapping
from types import MappingProxyType

EXAMPLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "init": ("netloom init branch-office",),
        "validate": ("netloom validate", "netloom validate --specs specs --format github"),
        "fmt": ("netloom fmt", "netloom fmt --specs specs --check", "netloom fmt specs/hosts.yaml"),
        "lock": ("netloom lock --specs specs", "netloom lock --check", "netloom lock --prune"),
        "render": (
            "netloom render --specs specs --out build/plan",
            "netloom render --out build/plan --check",
            "netloom render --out build/plan --force --format json",
        ),
        "plan": (
            "netloom plan --specs specs",
            "netloom plan HEAD~1..HEAD --exact",
            "netloom plan HEAD --format md --out change.md --key edge --link https://ci.example.org/plan.html",
            "netloom plan HEAD --format md --source https://git.example.org/net/blob",
            "netloom plan HEAD --detailed-exitcode",
        ),
        "comment": ("netloom comment change.md", "netloom comment --only-update change.md"),
        "reach": (
            "netloom reach internet cedar/eno1 https --specs specs",
            "netloom reach web-1 10.22.0.10 tcp/5432 --format json",
            "netloom reach --matrix --guests 'web-*' --format csv",
        ),
        "explain": (
            "netloom explain NL203",
            "netloom explain guest/web-1 --specs specs --format json",
            "netloom explain build/plan/hosts/cedar/nftables/netloom.nft:30",
        ),
        "graph": (
            "netloom graph host/cedar --specs specs --format dot",
            "netloom graph site --format svg --out site.svg",
            "netloom graph --diff HEAD~1..HEAD --out change.svg",
        ),
        "export": (
            "netloom export cedar --specs specs --out cedar.tar",
            "netloom export maple --out build/maple",
            "netloom export maple --out build/maple --force",
        ),
        "lab": ("netloom lab --specs specs --format json", "netloom lab --keep"),
        "lab down": ("netloom lab down",),
        "schema": ("netloom schema language", "netloom schema plan"),
    }
)
"""By command, in the order in which one could type them."""
