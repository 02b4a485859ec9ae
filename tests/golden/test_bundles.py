"""Bundles of the golden sites: `activation` is compared with an expected file, other files with the rendered tree.

The expected files omit the plan's hash, which changes with every byte of the plan.
"""

import hashlib
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from tests.golden.test_golden import CASES, HERE, NOW

from taploom.delivery.bundle_schema import bundle_schema
from taploom.delivery.comparison import File
from taploom.delivery.layout import bundles
from taploom.driver import compile_site, rendered
from taploom.plan.json import plan_json
from taploom.plan.site import Plan

Bundles = dict[str, dict[str, File]]
"""The bundle of each host, by host name; a bundle is its files by path."""


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def plan(case: str) -> Plan:
    return compile_site(HERE / case / "specs", now=NOW, prove=False).plan


@pytest.fixture(scope="module")
def made(plan: Plan) -> Bundles:
    return {host.name: files for host, files in zip(plan.hosts, bundles(plan, plan.hosts, rendered(plan)), strict=True)}


def test_activation_is_as_expected(case: str, plan: Plan, made: Bundles, request: pytest.FixtureRequest) -> None:
    folder, digest = HERE / case / "bundles", hashlib.sha256(plan_json(plan).encode()).hexdigest()
    texts = {f"{host}.activation": files["activation"].data.decode() for host, files in made.items()}
    for text in texts.values():
        assert [line for line in text.splitlines() if line.startswith("plan ")] == [f"plan sha256:{digest}"]
    texts = {name: text.replace(f"plan sha256:{digest}\n", "") for name, text in texts.items()}
    if request.config.getoption("--update"):
        folder.mkdir(exist_ok=True)
        for path in folder.iterdir():
            path.unlink()
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    assert texts == {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_a_bundle_has_the_installed_files_of_the_tree(case: str, made: Bundles) -> None:
    tree = HERE / case / "expected/hosts"
    for host, files in made.items():
        installed = {path: file.data for path, file in files.items() if path.startswith("etc/")}
        there = [path for path in (tree / host).rglob("*") if path.is_file() and path.parent.name != "nixos"]
        assert sorted(installed.values()) == sorted(path.read_bytes() for path in there)
        assert {Path(path).name for path in installed} == {path.name for path in there}
        lines = [line.split() for line in files["activation"].data.decode().splitlines()]
        assert [line[1:] for line in lines if line[0] == "file"] == [
            [f"{files[path].mode:04o}", path] for path in sorted(installed)
        ]


def test_the_manifest_agrees_with_activation_and_fits_its_schema(made: Bundles) -> None:
    for host, files in made.items():
        manifest = json.loads(files["manifest.json"].data)
        Draft202012Validator(bundle_schema()).validate(manifest)
        assert manifest["host"] == host
        for row in manifest["files"]:
            assert row["sha256"] == hashlib.sha256(files[row["path"]].data).hexdigest()
        lines = [line.split() for line in files["activation"].data.decode().splitlines()]
        assert [line[1] for line in lines if line[0] == "uplink"] == manifest["uplinks"]
        devices = {(one["kind"], one["name"]) for one in manifest["devices"]}
        assert {(line[0], line[1]) for line in lines if line[0] in {kind for kind, _ in devices}} == devices
        probes = [(one["kind"], one["family"], one["domain"], one["port"]) for one in manifest["take_up"]["probes"]]
        assert len(list(dict.fromkeys(probes))) == len([line for line in lines if line[0] == "probe"])


def test_each_checksum_fits_its_file(made: Bundles) -> None:
    for files in made.values():
        sums = [line.split("  ", 1) for line in files["SHA256SUMS"].data.decode().splitlines()]
        assert [path for _, path in sums] == sorted({*files} - {"SHA256SUMS"})
        for checksum, path in sums:
            assert checksum == hashlib.sha256(files[path].data).hexdigest()
