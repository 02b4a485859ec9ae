"""Converts the disruptions of a change, and the connections that survive it, to JSON data."""

from typing import Any

from taploom.diff.effects import Disruption, Survivor
from taploom.report.plan.flow_json import place_data


def disruption_data(one: Disruption) -> dict[str, Any]:
    """A disruption as data; `cause` is a text for people, and the keys after it are the parts of that text."""
    return {
        "host": one.host,
        "object": one.object,
        "device": one.device,
        "class": one.grade.name,
        "effect": one.effect.name.lower().replace("_", "-"),
        "cause": cause(one),
        "file": one.file or None,
        "settings": [{"key": s.key, "before": s.before, "after": s.after} for s in one.settings],
        "detail": one.detail or None,
        "spec": place_data(one.origin),
    }


def survivor_data(one: Survivor) -> dict[str, Any]:
    """The connections that survive the entry that allowed them, as data."""
    return {
        "host": one.host,
        "flow": one.flow,
        "allowed_by": one.by,
        "commands": [list(command) for command in one.commands],
        "commands_left_out": one.more,
    }


def cause(one: Disruption) -> str:
    """The part of the change that causes a disruption, as text."""
    shown = [f"{s.key} {s.before or 'none'} → {s.after or 'none'}" for s in one.settings[:4]]
    more = f" and {len(one.settings) - 4} more" if len(one.settings) > 4 else ""
    parts = [one.file, ", ".join(shown) + more, one.detail]
    return ": ".join(part for part in parts if part) or one.origin.entry
