"""NixOS modules of whole sites, for nested and flat options: their units and rulesets equal the exported ones."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from tests.backends.nixos import nix
from tests.backends.nixos.test_tables import held, taken_up
from tests.backends.nixos.test_units import exported, written
from tests.properties.made_up import Tree, sites
from tests.properties.texts import text
from tests.sites import compiled
from tests.support import needs

from taploom.backends import guest as guest_backend
from taploom.backends import networkd, nftables, nixos
from taploom.backends.artifact import Artifact
from taploom.driver import compile_site
from taploom.plan.site import Plan

pytestmark = needs(nix.NIX, "nft", "unshare", "root")
ROOT = Path(__file__).resolve().parents[3]
SPECS = {"example": ROOT / "specs"} | {p.parent.name: p for p in sorted(ROOT.glob("tests/golden/*/specs"))}
SHAPES = ("24.05", "25.11")
"""A release with nested options, and one with flat ones."""


@pytest.mark.parametrize("release", SHAPES)
@pytest.mark.parametrize("specs", SPECS.values(), ids=SPECS)
def test_a_site_has_the_same_units_and_rulesets_on_nixos(specs: Path, release: str) -> None:
    compare(compile_site(specs, now=1_800_000_000, prove=False).plan, release)


@pytest.mark.parametrize("release", SHAPES)
@settings(max_examples=6, derandomize=True)
@given(site=sites())
def test_a_random_site_has_the_same_units_and_rulesets_on_nixos(site: Tree, release: str) -> None:
    compare(compiled(text(site)).plan, release)


def compare(plan: Plan, release: str) -> None:
    """Evaluates every module of a plan, and compares the results with the exported units and rulesets."""
    modules = [nixos.artifacts(host)[0] for host in plan.hosts]
    modules += [nixos.guest_artifacts(guest)[0] for guest in plan.guests]
    units = [networkd.artifacts(host) for host in plan.hosts] + [guest_backend.artifacts(g) for g in plan.guests]
    results = list(evaluated(modules, release))
    for module, found, files in zip(modules, results, units, strict=True):
        assert written(found) == exported(files), module.path
    for host, found in zip(plan.hosts, results, strict=False):
        assert found["failed"] == []
        assert held(taken_up(found)) == held("".join(file.text for file in nftables.artifacts(host))), host.name


def evaluated(modules: list[Artifact], release: str) -> Iterator[Any]:
    """Evaluates each module alone against the stubs, all in one run of Nix."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.nix" for number in range(len(modules))]
        for path, module in zip(paths, modules, strict=True):
            path.write_text(module.text)
        each = f'path: import {nix.STUBS} {{ modules = [ (import path) ]; release = "{release}"; microvm = false; }}'
        yield from nix.evaluate("-E", f"map ({each}) [ {' '.join(map(str, paths))} ]")
