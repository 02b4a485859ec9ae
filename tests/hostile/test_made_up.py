"""Random hostile specs and clones: each run tries a few seeds, and `pytest --hostile 60` tries 60."""

import random
import re
import time
from collections.abc import Mapping

import pytest
from tests.cli.conftest import Taploom
from tests.diff.site import BASE
from tests.hostile import test_trees as trees
from tests.hostile.clone import TRUTH, Clone
from tests.hostile.made_up import mutated
from tests.sites import NOW
from tests.words import hold

from taploom.diff.change import ComparedPlan, compare
from taploom.driver import Compiled, compile_blobs, rendered
from taploom.report.diagnostics.findings import Findings
from taploom.report.diagnostics.full import full
from taploom.report.plan.markdown import change_markdown
from taploom.report.plan.text import change_text

SPECS = 50
"""Number of mutated sites per test; 60 tests try 3,000 sites."""

SECONDS = 20
"""Maximum duration of one compilation in seconds; a compilation is much faster even on a busy machine."""

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_TREES = (
    trees.bare_in_specs,
    trees.bare_and_partial,
    trees.bare_at_the_top,
    trees.replaced_commit,
    trees.replaced_tree,
    trees.replaced_file,
    trees.grafted,
    trees.attributes,
    trees.monitor,
    trees.pagers,
    trees.hooks,
    trees.outputs,
    trees.names_of_files,
    trees.submodules_elsewhere,
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs each test once for each of the first N seeds; N is the value of `--hostile`."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("--hostile")))


def _compiled(blobs: Mapping[str, bytes]) -> Compiled:
    return compile_blobs({f"specs/{path}": raw for path, raw in blobs.items()}, "specs", now=NOW, prove=False)


def _lines(raw: bytes) -> int:
    return len(re.split(b"\r\n|\r|\n", raw))


def test_mutated_specs_are_compiled_or_refused_with_a_place(seed: int) -> None:
    before = _compiled({path: text.encode() for path, text in BASE.items()})
    for number in range(seed * SPECS, (seed + 1) * SPECS):
        blobs = mutated(BASE, number)
        began = time.monotonic()
        site = _compiled(blobs)
        assert time.monotonic() - began < SECONDS, number
        for found in site.diagnostics:
            assert found.span is not None or found.code == "TL101", (number, found)
            path = found.span.file.removeprefix("specs/") if found.span else ""
            assert found.span is None or found.span.line <= _lines(blobs.get(path, b"")), (number, found)
        hold(site.diagnostics)
        assert not _UNSEEN.search(full(Findings(site.diagnostics))), number
        if not site.failed:
            for artifact in rendered(site.plan):
                assert not _UNSEEN.search("\n".join(line.text for line in artifact.lines)), (number, artifact.path)
        change = compare(ComparedPlan("before", before.plan), ComparedPlan("after", site.plan, not site.failed))
        assert compare(ComparedPlan("a", site.plan), ComparedPlan("b", site.plan)).objects == (), number
        told = change_text(change), change_markdown(change)
        assert not any(_UNSEEN.search(text) for text in told), number
        assert change.has_changes or told[0].startswith("No changes."), number


def test_random_clones_hide_nothing_and_run_nothing(seed: int, clone: Clone, taploom: Taploom) -> None:
    """Applies two to four hostile changes to a clone, one after the other."""
    chance = random.Random(seed)
    cases = chance.sample(_TREES, chance.randint(2, 4))
    cases.sort(key=lambda case: case is trees.attributes)  # last: git refuses to add files with a failing filter
    for case in cases:
        case(clone)
    clone.marker.unlink(missing_ok=True)  # the preparation's own git commands may have run configured programs
    told = taploom("plan", chance.choice(("main..change", "main..HEAD", "main")), "--detailed-exitcode")
    assert told.status == 2, (cases, told.err)
    assert TRUTH in told.out, cases
    assert not clone.marker.exists(), cases
