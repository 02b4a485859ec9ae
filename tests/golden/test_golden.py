"""Compares the rendered trees of small sites with expected files; each site is a folder with `specs/` and `expected/`.

The expected files omit the manifests, which change with every byte of other files; the tests compute them.

`pytest tests/golden --update` rewrites the expected files. First, the tools that load a tree check it, so that no file
that nft or Nix refuses becomes an expected file.
"""

import hashlib
import shutil
from pathlib import Path

import pytest
from tests.golden.manifests import NAME, manifests
from tests.native import json_problems, nft_problems, nix_problems, unit_problems
from tests.support import needs

from taploom.base.diagnostic_rule import Severity
from taploom.delivery.layout import tree_of
from taploom.driver import Compiled, compile_site, rendered

HERE = Path(__file__).parent
CASES = sorted(path.parent.name for path in HERE.glob("*/specs"))
NOW = 1_800_000_000
SEED = "7adbbb8bfdc415594d782b4a45b3ea1944c5a442b09b768f8b87910cadec201a"


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def site(case: str) -> Compiled:
    return compile_site(HERE / case / "specs", now=NOW)


@pytest.fixture(scope="module")
def tree(site: Compiled) -> dict[str, bytes]:
    return {path: file.data for path, file in tree_of(site.plan, rendered(site.plan)).items()}


@pytest.fixture(scope="module")
def contents(tree: dict[str, bytes]) -> dict[str, bytes]:
    """All files except the manifests."""
    return {path: data for path, data in tree.items() if path.rpartition("/")[2] != NAME}


@pytest.fixture(scope="module")
def texts(tree: dict[str, bytes]) -> dict[str, str]:
    return {path: data.decode() for path, data in tree.items()}


def test_there_are_only_notes(site: Compiled) -> None:
    assert [d for d in site.diagnostics if d.severity is not Severity.NOTE] == []


@needs("nft", "unshare")
def test_nft_accepts_the_rulesets(texts: dict[str, str]) -> None:
    assert nft_problems(texts) == {}


@needs("nix-instantiate")
def test_nix_parses_the_modules(texts: dict[str, str]) -> None:
    assert nix_problems(texts) == ""


@pytest.mark.kernel
@needs("root", "networkd", "unshare", "nsenter")
def test_networkd_accepts_the_units(site: Compiled) -> None:
    assert unit_problems(site.plan) == {}


def test_the_tree_is_as_expected(
    case: str, contents: dict[str, bytes], texts: dict[str, str], request: pytest.FixtureRequest
) -> None:
    folder = HERE / case / "expected"
    if request.config.getoption("--update"):
        assert nft_problems(texts) == {}
        assert nix_problems(texts) == ""
        assert json_problems(texts) == {}
        _rewrite(folder, contents)
    expected = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert sorted(expected) == sorted(contents), "files are missing or no longer rendered"
    for path, data in contents.items():
        assert data.decode() == expected[path].decode(), path


def test_manifests_list_each_file_with_its_checksum(tree: dict[str, bytes], contents: dict[str, bytes]) -> None:
    listed = {path: data.decode() for path, data in tree.items() if path not in contents}
    assert listed == {path: data.decode() for path, data in manifests(contents).items()}


def _rewrite(folder: Path, contents: dict[str, bytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for path, data in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def test_every_folder_is_a_golden_site() -> None:
    folders = {path.name for path in HERE.iterdir() if path.is_dir() and not path.name.startswith(("_", "."))}
    assert folders == set(CASES)


def test_the_seed_is_the_original_one() -> None:
    seed = HERE / "seed" / "specs" / "seed.yaml"
    assert hashlib.sha256(seed.read_bytes()).hexdigest() == SEED
