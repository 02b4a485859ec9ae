"""Examples of every command and option, for the reference; the tests run them in a site like the one in specs/."""

from collections.abc import Mapping
from types import MappingProxyType

EXAMPLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "init": ("taploom init branch-office",),
        "validate": ("taploom validate", "taploom validate --specs specs --format github"),
        "fmt": ("taploom fmt", "taploom fmt --specs specs --check", "taploom fmt specs/hosts.yaml"),
        "rename": ("taploom rename guest/checkout till --specs specs", "taploom rename tag/monitored watched"),
        "lock": ("taploom lock --specs specs", "taploom lock --check", "taploom lock --prune"),
        "render": (
            "taploom render --specs specs --out build/plan",
            "taploom render --out build/plan --check",
            "taploom render --out build/plan --force --format json",
        ),
        "plan": (
            "taploom plan --specs specs",
            "taploom plan HEAD~1..HEAD --exact",
            "taploom plan HEAD --format md --out change.md --key edge --link https://ci.example.org/plan.html",
            "taploom plan HEAD --format md --source https://git.example.org/net/blob",
            "taploom plan HEAD --detailed-exitcode",
        ),
        "comment": (
            "taploom comment change.md",
            "taploom comment --only-update change.md",
            "taploom comment --status drift.json",
        ),
        "reach": (
            "taploom reach internet cedar/eno1 https --specs specs",
            "taploom reach web-1 10.22.0.10 tcp/5432 --format json",
            "taploom reach --matrix --guests 'web-*' --format csv",
        ),
        "explain": (
            "taploom explain TL203",
            "taploom explain guest/web-1 --specs specs --format json",
            "taploom explain build/plan/hosts/cedar/nftables/taploom.nft:30",
        ),
        "graph": (
            "taploom graph host/cedar --specs specs --format dot",
            "taploom graph site --format svg --out site.svg",
            "taploom graph --diff HEAD~1..HEAD --out change.svg",
        ),
        "export": (
            "taploom export cedar --specs specs --out cedar.tar",
            "taploom export maple --out build/maple",
            "taploom export maple --out build/maple --force",
            "taploom export --all --unpacked --out build/bundles",
            "taploom export --all --since HEAD~1 --serial 42",
            "taploom export --all --serial 43 --wave 1 --waiver 'the database is down until this is there'",
        ),
        "drift": (
            "taploom drift --collect",
            "taploom drift cedar --specs specs --facts cedar.json --since HEAD~1",
            "taploom drift --facts facts --format prom",
        ),
        "lab": ("taploom lab --specs specs --format json", "taploom lab --keep"),
        "lab down": ("taploom lab down",),
        "schema": ("taploom schema language", "taploom schema plan", "taploom schema bundle"),
    }
)
"""The examples by command, in an order in which a user could run them."""
