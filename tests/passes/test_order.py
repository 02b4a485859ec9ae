"""Neither the order of files, sections and keys nor the split into files changes the plan or the findings."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.checks.literate import CASES, Case
from tests.invariants import violations
from tests.sites import Site, compiled

from taploom.plan.json import plan_json

ROOT = Path(__file__).parents[2]
FOLDERS = {"example": ROOT / "specs", "seed": ROOT / "tests" / "golden" / "seed" / "specs"}


class Plain(yaml.SafeLoader):
    """A YAML loader that takes every scalar as text, as taploom does."""


Plain.yaml_implicit_resolvers = {}


def sites() -> Iterator[tuple[str, Mapping[str, str]]]:
    """Complete sites: the example, the seed, and the corrected half of every case."""
    for name, folder in FOLDERS.items():
        if folder.exists():
            texts = {str(p.relative_to(folder)): p.read_text(encoding="utf-8") for p in sorted(folder.rglob("*.yaml"))}
            yield name, texts
    for path in CASES:
        yield path.stem, Case.read(path).files(mended=True)


SITES = dict(sites())


def shuffled(value: Any, luck: random.Random) -> Any:
    """The same value with the keys of all mappings reordered; the order of lists is kept."""
    if isinstance(value, dict):
        items = list(value.items())
        luck.shuffle(items)
        return {key: shuffled(inner, luck) for key, inner in items}
    return value


def torn(files: Mapping[str, str], luck: random.Random) -> dict[str, str]:
    """The same site split randomly into four files, entry by entry."""
    found: dict[str, dict[str, Any]] = {f"{i}.yaml": {"taploom": "1"} for i in range(4)}
    for text in files.values():
        for section, entries in yaml.load(text, Loader=Plain).items():
            if not isinstance(entries, dict):
                continue
            whole = [entries] if section == "site" else [{name: entry} for name, entry in entries.items()]
            for part in whole:
                found[luck.choice(sorted(found))].setdefault(section, {}).update(part)
    return {name: yaml.safe_dump(shuffled(each, luck), sort_keys=False) for name, each in found.items()}


def said(site: Site) -> list[tuple[str, str, str]]:
    """Codes and kinds of the findings, without places and messages: a message may name either of two entries."""
    return sorted((d.code, d.severity.value, d.subject.partition("/")[0]) for d in site.diagnostics)


@pytest.mark.parametrize("name", SITES)
def test_order_and_split_into_files_change_nothing(name: str) -> None:
    first = compiled(SITES[name])
    for seed in range(2):
        other = compiled(torn(SITES[name], random.Random(seed)))
        assert plan_json(other.plan) == plan_json(first.plan)
        assert said(other) == said(first)


@pytest.mark.parametrize("name", SITES)
def test_plans_keep_the_invariants_of_backends(name: str) -> None:
    site = compiled(SITES[name])
    if not any(d.severity.value == "error" for d in site.diagnostics):
        assert list(violations(site.plan)) == []
