"""What a change says is told: each key of the language is a fact that plans are compared by, or is told elsewhere."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from pathlib import Path

import taploom.spec.model as models
from taploom.diff import facts
from taploom.spec.decode import Model

NO_FACTS = {
    "allow": "`action` and `services` of an entry",
    "bridge": "`device` of a network",
    "deny": "`action` and `services` of an entry",
    "exposure-owner": "`gates` judge a change and are no part of the plan",
    "gates": "`gates` judge a change and are no part of the plan",
    "gateway4": "made of the family's digit",
    "gateway6": "made of the family's digit",
    "max-class": "`gates` judge a change and are no part of the plan",
    "max-removed": "`gates` judge a change and are no part of the plan",
    "moved-from": "told as a rename",
    "networks": "facts of each network",
    "ping": "`probes` of a host, in words",
    "tcp": "`probes` of a host, in words",
    "waive": "`gates` judge a change and are no part of the plan",
}
"""Keys that no fact is called by, and where else they are told."""


def keys() -> set[str]:
    """The keys of all models of the language."""
    names = (one.name for one in pkgutil.iter_modules(models.__path__))
    modules = (importlib.import_module(f"{models.__name__}.{name}") for name in names)
    found = (value for module in modules for value in vars(module).values() if isinstance(value, Model))
    return {key.name for model in found for key in model.keys}


def test_every_key_is_a_fact_or_is_told_elsewhere() -> None:
    tree = ast.parse(Path(facts.__file__).read_text(encoding="utf-8"))
    named = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert keys() - named == set(NO_FACTS)
