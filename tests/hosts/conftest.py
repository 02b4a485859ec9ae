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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what lasts minutes, unless everything is to be tried."""
    left = [] if config.getoption("--wide") else [item for item in items if item.get_closest_marker("wide")]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


@pytest.fixture(scope="session")
def wide(request: pytest.FixtureRequest) -> bool:
    """Whether to try everything."""
    return bool(request.config.getoption("--wide"))
