"""Fixtures of the host tests: root folders to boot (this machine's, and those of `--host-tree`), and test selection."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs each test that has a parameter `tree` once with every root folder."""
    if "tree" in metafunc.fixturenames:
        others = [Path(path) for path in metafunc.config.getoption("--host-tree")]
        trees = {"machine": Path("/"), **{path.name: path.resolve() for path in others}}
        metafunc.parametrize("tree", trees.values(), ids=trees.keys(), scope="session")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselects tests marked `hosts` or `wide` if the option of that name is missing; `--wide` selects both."""
    wide = config.getoption("--wide")
    left_out = {"wide": not wide, "hosts": not (wide or config.getoption("--hosts"))}
    left = [item for item in items if any(off and item.get_closest_marker(mark) for mark, off in left_out.items())]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


@pytest.fixture(scope="session")
def wide(request: pytest.FixtureRequest) -> bool:
    """Whether `--wide` was given, so that tests try every case."""
    return bool(request.config.getoption("--wide"))
