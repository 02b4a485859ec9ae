"""Compares the page on the proof with the commands' output for the seed, and the page's numbers with the tests."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Taploom
from tests.flows.family_faults import FAMILIES as ONE_SIDED
from tests.flows.frame_faults import FRAMES
from tests.flows.lowering_faults import LOWERING
from tests.flows.mutation import without_rules
from tests.flows.test_seed import TABLE
from tests.flows.tree_faults import TREE
from tests.lab.test_breaking import BROKEN

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "site/explanation/proof.md").read_text()
SEED = ROOT / "tests/golden/seed"


def blocks(language: str) -> Iterator[str]:
    yield from re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def lab_lines() -> list[re.Pattern[str]]:
    """Patterns of the lines that a lab prints; `…` stands for an address that changes from run to run."""
    (block,) = blocks("text")
    return [re.compile(re.escape(line).replace("…", r"\S+")) for line in block.splitlines()]


@pytest.fixture
def seed(site: Path) -> Path:
    shutil.rmtree(site / "specs")
    shutil.copytree(SEED / "specs", site / "specs")
    return site


def session(number: int) -> tuple[list[str], str]:
    """The arguments of a command on the page, and its quoted output up to `…`."""
    command, _, printed = list(blocks("console"))[number].partition("\n")
    assert command.startswith("$ taploom ")
    assert printed.endswith("…\n")
    return command.split()[2:], printed.removesuffix("…\n")


def test_reach_prints_the_answer_of_the_page(seed: Path, taploom: Taploom) -> None:
    words, printed = session(0)
    assert taploom(*words).out.startswith(printed)


def test_a_broken_lowering_gives_the_error_of_the_page(
    seed: Path, taploom: Taploom, monkeypatch: pytest.MonkeyPatch
) -> None:
    from taploom.backends.nftables import ruleset
    from taploom.flows.proof import proof

    monkeypatch.setattr(proof, "ruleset", lambda host: without_rules(ruleset(host), "implied/hairpin"))
    words, printed = session(1)
    found = taploom(*words)
    assert found.status == 70
    assert printed in found.out + found.err


@pytest.mark.parametrize(("language", "source"), [("yaml", "specs/seed.yaml"), ("nft", "expected")])
def test_quoted_specs_and_rules_are_real(language: str, source: str) -> None:
    path = SEED / source
    text = (path if path.is_file() else path / "hosts/hypervisor/nftables/taploom.nft").read_text()
    for block in blocks(language):
        assert block in text


def test_numbers_of_the_page_match_the_tests() -> None:
    faults, answers = (int(number) for number in re.findall(r"More than (\d+)", PAGE))
    assert len(TREE) + len(LOWERING) + len(FRAMES) + len(ONE_SIDED) > faults
    assert len(BROKEN) > 10
    assert 2 * len(TABLE) > answers
