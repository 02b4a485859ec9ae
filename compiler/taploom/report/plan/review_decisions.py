"""The decisions that a change requires of its reviewer, as sentences to which each renderer adds its own markup."""

import shlex
from collections.abc import Iterator

from taploom.diff.classes import Class
from taploom.diff.model import Change
from taploom.diff.verdicts import FlowChange
from taploom.plan.origin import Origin
from taploom.report.plan import flow_words, words
from taploom.report.plan.effect_json import cause

STRONG, CODE, PLAIN = "strong", "code", "plain"
PLACE = "place"
"""The style of a place in the specs of the head revision, `file:line`."""
Sentence = tuple[tuple[str, str], ...]
"""A sentence as runs of text, each with its style."""
_NAMES = 6
_INTENDED = (PLAIN, ". Intended?")


def decisions(change: Change, *, survivors: bool = True) -> tuple[Sentence, ...]:
    """All decisions, the most important first; `survivors` includes decisions about surviving connections."""
    outlive = _survivors(change) if survivors else ()
    return (*_gates(change), *_cut(change), *_exposed(change), *_still(change), *outlive, *_likely(change))


def _gates(change: Change) -> Iterator[Sentence]:
    for one in change.failed_gates:
        yield (STRONG, f"Gate fails: {one.gate}"), (PLAIN, f": {one.message}.")


def _exposed(change: Change) -> Iterator[Sentence]:
    for flow in change.flows:
        if flow.exposed:
            owner = next((one.owner for one in change.objects if one.name == flow.after.by), "")
            yield (
                (STRONG, "Exposes "), *_names(flow.destinations), (PLAIN, " "), *_names(flow.services), (PLAIN, " to "),
                *_names(flow.sources), (PLAIN, f"{_via(flow)}{_families(flow)}, by "), (CODE, flow.after.by),
                *_at(flow.after_cause), (PLAIN, f" of {owner}" if owner else ""), _INTENDED,
            )  # fmt: skip


def _via(flow: FlowChange) -> str:
    return f" at {words.few(flow.via)}" if flow.via else ""


def _families(flow: FlowChange) -> str:
    return f" ({ {'ipv4': 'IPv4', 'ipv6': 'IPv6'}[flow.families[0].key] } only)" if len(flow.families) == 1 else ""


def _still(change: Change) -> Iterator[Sentence]:
    for flow in flow_words.still_open(change):
        yield (
            (STRONG, "Removing "), (CODE, flow.before.by), (STRONG, " does not close everything: "),
            *_names(flow.sources), (PLAIN, " can still reach "), *_names(flow.destinations), (PLAIN, " "),
            *_names(flow.services), (PLAIN, " through "), (CODE, flow.after.by), *_at(flow.after_cause), _INTENDED,
        )  # fmt: skip


def _survivors(change: Change) -> Iterator[Sentence]:
    for hosts, survivor in words.survivors(change):
        rest = len(survivor.commands) - 1 + survivor.more
        end: Sentence = ()
        if survivor.commands:
            end = ((PLAIN, " To end them: "), (CODE, shlex.join(survivor.commands[0])))
        yield (
            (STRONG, "Open connections survive"), (PLAIN, " on "), *_names(hosts),
            (PLAIN, f": {survivor.flow}, allowed until now by "), (CODE, survivor.by), (PLAIN, "."), *end,
            (PLAIN, f" and {rest} more like it" if rest > 0 else ""),
        )  # fmt: skip


def _cut(change: Change) -> Iterator[Sentence]:
    for effect in change.disruption:
        if effect.grade is Class.D6:
            yield (
                (PLAIN, "On "),
                (CODE, effect.host),
                (STRONG, f" {effect.effect.value}"),
                (PLAIN, f" ({cause(effect)})."),
            )


def _likely(change: Change) -> Iterator[Sentence]:
    for one in change.objects:
        if one.likely:
            hint = f"moved-from: {one.likely.partition('/')[2]}"
            yield (CODE, one.name), (PLAIN, " looks like "), (CODE, one.likely), (PLAIN, " with a new name. If so, "), (
                CODE, hint), (PLAIN, " makes the plan show it as a rename.")  # fmt: skip


def _names(names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for number, name in enumerate(names[:_NAMES]):
        yield PLAIN, ", " if number else ""
        yield CODE, name
    yield PLAIN, f" and {len(names) - _NAMES} more" if len(names) > _NAMES else ""


def _at(origin: Origin | None) -> Sentence:
    place = words.place(origin)
    return ((PLAIN, " ("), (PLACE, place), (PLAIN, ")")) if place else ()
