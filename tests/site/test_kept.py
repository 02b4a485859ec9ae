"""Caches of a served site are invisible: a rebuild gives the same files as a first build of the same specs."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from tests.serving import copied
from tests.support import needs

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig

pytestmark = needs("dot")


def _built(config: MkDocsConfig) -> dict[str, str]:
    """The digest of each file of a build, except the sitemap, which contains the date."""
    build(config)
    folder = Path(config.site_dir)
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and "sitemap" not in path.name
    }


def _served(folder: Path) -> MkDocsConfig:
    config = load_config(str(folder / "mkdocs.yml"), site_dir=str(folder / "built"), strict=False)
    config.plugins.on_startup(command="serve", dirty=False)
    return config


def _swap(folder: Path, before: str, after: str) -> None:
    for path in sorted((folder / "specs").rglob("*.*")):
        path.write_text(path.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")


EDITS = {
    "nothing": ("birch.example.org", "birch.example.org"),
    "every guest's name": ("birch.example.org", "other.example.net"),
    "one rule": ("allow: tcp/8443", "allow: tcp/8444"),
    "a page that others link to": ("testbed", "trial"),
    "a mistake": ("networks:", "networs:"),
}
"""Words of the specs and their replacements."""


@pytest.mark.parametrize("name", EDITS)
def test_a_rebuild_gives_the_same_files_as_a_first_build(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, logger="mkdocs")
    copied(tmp_path)
    served = _served(tmp_path)
    first = _built(served)
    _swap(tmp_path, *EDITS[name])
    second = _built(served)
    assert second == _built(_served(tmp_path))
    assert (second == first) == (name == "nothing")
