"""Prints a change as `taploom-diff/1`, with the values of the plan instead of texts for display."""

import json
from collections.abc import Mapping
from typing import Any

from taploom.diff.model import Change, ChangeAction, FieldValue, FileChange, Hunk, ObjectChange
from taploom.diff.verdicts import VerdictChange
from taploom.report.plan.effect_json import disruption_data, survivor_data
from taploom.report.plan.flow_json import flow_data, place_data

FORMAT = "taploom-diff/1"


def change_json(change: Change) -> str:
    """The whole JSON text, with a line end."""
    return json.dumps(change_data(change), indent=2, ensure_ascii=False) + "\n"


def change_data(change: Change) -> dict[str, Any]:
    """The data that `change_json` prints."""
    return {
        "format": FORMAT,
        "before": change.before,
        "after": change.after,
        "has_changes": change.has_changes,
        "summary": {
            "add": change.count(ChangeAction.ADD),
            "change": change.count(ChangeAction.CHANGE, ChangeAction.RENAME),
            "remove": change.count(ChangeAction.REMOVE),
        },
        "notes": list(change.notes),
        "objects": [_object(one) for one in change.objects],
        "flows": {kind.value: [flow_data(one) for one in change.flows_by(kind)] for kind in VerdictChange},
        "worst_class": change.worst.name,
        "undo_class": change.undo.name,
        "disruption": [disruption_data(one) for one in change.disruption],
        "survivors": [survivor_data(one) for one in change.survivors],
        "gates": [
            {
                "gate": one.gate,
                "object": one.object or None,
                "verdict": one.verdict.value,
                "message": one.message,
                "reason": one.reason or None,
            }
            for one in change.gates
        ],
        "files": [_file(one) for one in change.files],
    }


def _object(one: ObjectChange) -> dict[str, Any]:
    return {
        "action": one.action.value,
        "object": one.name,
        "kind": one.kind,
        "host": one.host,
        "was": one.was or None,
        "likely_was": one.likely or None,
        "fields": [{"field": f.name, "before": plain(f.before), "after": plain(f.after)} for f in one.fields],
        "before": place_data(one.before),
        "after": place_data(one.after),
    }


def plain(value: FieldValue) -> Any:
    """The value converted to types that the `json` library can print."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {name: plain(item) for name, item in value.items()}
    return value


def _file(one: FileChange) -> dict[str, Any]:
    return {
        "action": one.action.value,
        "path": one.path,
        "host": one.host,
        "target": one.target,
        "added": one.added,
        "removed": one.removed,
        "hunks": [_hunk(hunk) for hunk in one.hunks],
    }


def _hunk(hunk: Hunk) -> dict[str, Any]:
    return {
        "objects": list(hunk.heading),
        "place": hunk.place or None,
        "old_line": hunk.old,
        "new_line": hunk.new,
        "lines": [f"{line.sign}{line.text}" for line in hunk.lines],
    }
