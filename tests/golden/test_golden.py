"""Small sites and the trees that they render to, in native form: a folder a case, with `specs/` and `expected/`.

The manifests are left out there, as they change with every byte of the other files; they are computed here.

`pytest tests/golden --update` writes what is rendered now. Whether written or compared, a tree is read by the tools
that load it first: what nft, networkd or Nix would refuse is never blessed.
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
    """All files but the manifests."""
    return {path: data for path, data in tree.items() if path.rpartition("/")[2] != NAME}


@pytest.fixture(scope="module")
def texts(tree: dict[str, bytes]) -> dict[str, str]:
    return {path: data.decode() for path, data in tree.items()}


def test_nothing_is_found_but_notes(site: Compiled) -> None:
    assert [d for d in site.diagnostics if d.severity is not Severity.NOTE] == []


@needs("nft", "unshare")
def test_nft_takes_the_rulesets(texts: dict[str, str]) -> None:
    assert nft_problems(texts) == {}


@needs("nix-instantiate")
def test_nix_reads_the_modules(texts: dict[str, str]) -> None:
    assert nix_problems(texts) == ""


@pytest.mark.kernel
@needs("root", "networkd", "unshare", "nsenter")
def test_networkd_takes_the_units(site: Compiled) -> None:
    assert unit_problems(site.plan) == {}


def test_the_tree_is_as_it_was_blessed(
    case: str, contents: dict[str, bytes], texts: dict[str, str], request: pytest.FixtureRequest
) -> None:
    folder = HERE / case / "expected"
    if request.config.getoption("--update"):
        assert nft_problems(texts) == {}
        assert nix_problems(texts) == ""
        assert json_problems(texts) == {}
        _bless(folder, contents)
    blessed = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert sorted(blessed) == sorted(contents), "files that are missing, and orphans that nothing renders any more"
    for path, data in contents.items():
        assert data.decode() == blessed[path].decode(), path


def test_manifests_list_each_file_with_its_checksum(tree: dict[str, bytes], contents: dict[str, bytes]) -> None:
    listed = {path: data.decode() for path, data in tree.items() if path not in contents}
    assert listed == {path: data.decode() for path, data in manifests(contents).items()}


def _bless(folder: Path, contents: dict[str, bytes]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    for path, data in contents.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def test_every_folder_is_a_case() -> None:
    folders = {path.name for path in HERE.iterdir() if path.is_dir() and not path.name.startswith(("_", "."))}
    assert folders == set(CASES)


def test_the_seed_is_byte_for_byte_the_design_s() -> None:
    seed = HERE / "seed" / "specs" / "seed.yaml"
    assert hashlib.sha256(seed.read_bytes()).hexdigest() == SEED
