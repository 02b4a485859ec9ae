"""Every key of the spec language is a fact in the diff of two plans, or another part of the diff reports it."""

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
    "gateway4": "a fact whose name `facts` composes with the digit of the family",
    "gateway6": "a fact whose name `facts` composes with the digit of the family",
    "max-class": "`gates` judge a change and are no part of the plan",
    "max-removed": "`gates` judge a change and are no part of the plan",
    "moved-from": "reported as a rename",
    "networks": "facts of each network",
    "ping": "part of the text of the fact `probes` of a host",
    "tcp": "part of the text of the fact `probes` of a host",
    "waive": "`gates` judge a change and are no part of the plan",
}
"""Keys that are not names of facts, each with the reason or with the part of the diff that reports the key."""


def keys() -> set[str]:
    """All keys of all models of the spec language."""
    names = (one.name for one in pkgutil.iter_modules(models.__path__))
    modules = (importlib.import_module(f"{models.__name__}.{name}") for name in names)
    found = (value for module in modules for value in vars(module).values() if isinstance(value, Model))
    return {key.name for model in found for key in model.keys}


def test_every_key_is_a_fact_or_is_reported_elsewhere() -> None:
    tree = ast.parse(Path(facts.__file__).read_text(encoding="utf-8"))
    named = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    assert keys() - named == set(NO_FACTS)
