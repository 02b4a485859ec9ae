"""The trees that test hosts boot: this machine's root, and those of `--host-tree`."""

from __future__ import annotations

from pathlib import Path

import pytest


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs a test that takes a `tree` once with each."""
    if "tree" in metafunc.fixturenames:
        others = [Path(path) for path in metafunc.config.getoption("--host-tree")]
        trees = {"machine": Path("/"), **{path.name: path.resolve() for path in others}}
        metafunc.parametrize("tree", trees.values(), ids=trees.keys(), scope="session")


_MINUTES = {"test_ansible", "test_interrupted", "test_management", "test_take_up", "test_trouble"}
"""The modules that last minutes."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what lasts minutes, unless `--hosts` asks for it, or `--wide` for everything."""
    wide = config.getoption("--wide")
    long = set() if wide or config.getoption("--hosts") else _MINUTES
    left = [item for item in items if item.path.stem in long or (item.get_closest_marker("wide") and not wide)]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


@pytest.fixture(scope="session")
def wide(request: pytest.FixtureRequest) -> bool:
    """Whether to try everything."""
    return bool(request.config.getoption("--wide"))
