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
    """Leaves out the tests with a mark whose option is not given; `--wide` asks for everything."""
    wide = config.getoption("--wide")
    left_out = {"wide": not wide, "hosts": not (wide or config.getoption("--hosts"))}
    left = [item for item in items if any(off and item.get_closest_marker(mark) for mark, off in left_out.items())]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item in items if item not in left]


@pytest.fixture(scope="session")
def wide(request: pytest.FixtureRequest) -> bool:
    """Whether to try everything."""
    return bool(request.config.getoption("--wide"))
