"""Writes a random site as YAML files: in one file, or split and reordered."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.properties.made_up import Tree

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-./:")


def text(tree: Tree) -> str:
    """A site as one file."""
    return "taploom: 1\n" + "".join(_lines(tree, ""))


def files(tree: Tree, random: Random) -> dict[str, str]:
    """The same site with entries spread over files, and with keys, lists and sections reordered."""
    parts: list[Tree] = [{} for _ in range(random.randint(1, 4))]
    for section, entries in tree.items():
        if section == "site":
            random.choice(parts)[section] = entries
            continue
        for name, entry in entries.items():
            random.choice(parts).setdefault(section, {})[name] = entry
    names = random.sample(["a", "b", "sub/c", "z"], len(parts))
    return {f"{name}.yaml": text(_shuffled(part, random)) for name, part in zip(names, parts, strict=True)}


def _shuffled(value: Any, random: Random) -> Any:
    if isinstance(value, dict):
        keys = random.sample(list(value), len(value))
        return {key: _shuffled(value[key], random) for key in keys}
    if isinstance(value, list):
        return random.sample(value, len(value))
    return value


def _lines(tree: Tree, margin: str) -> list[str]:
    found = []
    for key, value in tree.items():
        if isinstance(value, dict) and value:
            found += [f"{margin}{key}:\n", *_lines(value, f"{margin}  ")]
        else:
            found.append(f"{margin}{key}: {_flow(value)}\n")
    return found


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, bool | int):
        return json.dumps(value)
    return value if _PLAIN.issuperset(value) and not value.endswith(":") else json.dumps(value)
