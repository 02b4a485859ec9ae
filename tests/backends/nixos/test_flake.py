"""The flake of `templates/`, copied next to a rendered tree: Nix finds a module for each host and guest."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.backends.nixos import nix
from tests.backends.nixos.test_units import exported, written
from tests.support import needs

from taploom.backends import guest as guest_backend
from taploom.backends import networkd
from taploom.driver import compile_site

pytestmark = needs(nix.NIX, "nix")
ROOT = Path(__file__).resolve().parents[3]
SITE = ROOT / "tests/golden/two-hosts"
PLAN = compile_site(SITE / "specs", now=1_800_000_000, prove=False).plan
NAMES = sorted([host.name for host in PLAN.hosts] + [guest.name for guest in PLAN.guests])


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the flake and a rendered tree, as `render --out rendered` writes it."""
    folder = tmp_path_factory.mktemp("repository")
    shutil.copy(ROOT / "templates/flake.nix", folder)
    shutil.copytree(SITE / "expected", folder / "rendered")
    return folder


def flake(folder: Path, command: str, *arguments: str) -> str:
    """Output of a `nix` command that runs with an empty store and without network."""
    features = ("--extra-experimental-features", "nix-command flakes", "--offline")
    store = ("--store", str(folder.parent / "store"))
    done = subprocess.run(
        ["nix", *features, *store, *command.split(), *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_nix_accepts_the_flake_and_lists_hosts_and_guests(repository: Path) -> None:
    flake(repository, "flake check", f"path:{repository}")
    listed = flake(repository, "eval --json", f"path:{repository}#nixosModules", "--apply", "builtins.attrNames")
    assert json.loads(listed) == NAMES


def test_modules_of_the_flake_give_the_exported_units(repository: Path) -> None:
    modules = f"(import {repository}/flake.nix).outputs {{ self = null; }}"
    site = f'module: import {nix.STUBS} {{ modules = map import module.imports; release = "25.11"; }}'
    results = nix.evaluate("-E", f"builtins.mapAttrs (name: {site}) ({modules}).nixosModules")
    units = {host.name: networkd.artifacts(host) for host in PLAN.hosts}
    units |= {guest.name: guest_backend.artifacts(guest) for guest in PLAN.guests}
    assert {name: written(found) for name, found in results.items()} == {
        name: exported(files) for name, files in units.items()
    }
    assert [name for name, found in results.items() if found["failed"]] == []


def test_the_flake_of_a_site_without_guests_has_modules_of_its_hosts(repository: Path, tmp_path: Path) -> None:
    shutil.copy(repository / "flake.nix", tmp_path)
    shutil.copytree(repository / "rendered/hosts", tmp_path / "rendered/hosts")
    listed = nix.evaluate("-E", f"builtins.attrNames ((import {tmp_path}/flake.nix).outputs {{ }}).nixosModules")
    assert listed == sorted(host.name for host in PLAN.hosts)
