"""Finds objects of a plan by their stable names, such as `guest/web1`, `forward/http` or `implied/dhcp`."""

from collections.abc import Iterator, Mapping

from taploom.backends.artifact import Artifact
from taploom.base.frozen import dataclass
from taploom.plan.origin import SECTIONS, Meta, Origin, object_of
from taploom.plan.site import Plan
from taploom.report.facts import Fact, PlanObject, facts

_NOTHING = Meta()


@dataclass(frozen=True, slots=True)
class CausedLine:
    """A rendered line that an entry of the spec causes; `number` counts from 1."""

    path: str
    number: int
    text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class ObjectDescription:
    """The description of an object that `explain` prints.

    Attributes:
        name: stable name, `kind/name`.
        meta: metadata of its entry.
        origin: its entry; for an implied flow the origin of its first rendered line.
        facts: facts about the object, as labels and texts.
        lines: rendered lines that the object causes, in the order of the rendered tree.
    """

    name: str
    meta: Meta
    origin: Origin
    facts: tuple[Fact, ...]
    lines: tuple[CausedLine, ...]


def names_of(plan: Plan, artifacts: tuple[Artifact, ...]) -> tuple[str, ...]:
    """The stable names of all objects that `describe` finds, sorted."""
    implied = {line.origin.entry for line in _caused(artifacts) if line.origin.entry.startswith("implied.")}
    return tuple(sorted({*_things(plan), *map(object_of, implied)}))


def describe(plan: Plan, artifacts: tuple[Artifact, ...], name: str) -> ObjectDescription | None:
    """The description of the object with a stable name; None if there is no such object."""
    kind, _, rest = name.partition("/")
    entry = f"{SECTIONS.get(kind, kind)}.{rest}"
    lines = tuple(line for line in _caused(artifacts) if f"{line.origin.entry}.".startswith(f"{entry}."))
    thing = _things(plan).get(name)
    if thing is not None:
        meta = _NOTHING if not hasattr(thing, "meta") else thing.meta
        return ObjectDescription(name, meta, thing.origin, facts(plan, thing), lines)
    return ObjectDescription(name, _NOTHING, lines[0].origin, (), lines) if kind == "implied" and lines else None


def object_name(entry: str) -> str:
    """The stable name of the object to which an entry belongs; "" if it belongs to none or to the site."""
    return "" if entry.partition(".")[0] == "site" else object_of(entry)


def _caused(artifacts: tuple[Artifact, ...]) -> Iterator[CausedLine]:
    for artifact in artifacts:
        for number, line in enumerate(artifact.lines, 1):
            if line.origin is not None:
                yield CausedLine(artifact.path, number, line.text, line.origin)


def _things(plan: Plan) -> Mapping[str, PlanObject]:
    groups: Mapping[str, tuple[PlanObject, ...]] = {
        "zone": plan.zones, "network": plan.networks, "host": plan.hosts, "guest": plan.guests,
        "forward": plan.forwards, "policy": plan.policy, "address": plan.addresses, "service": plan.services,
        "waiver": plan.waivers,
    }  # fmt: skip
    return {f"{kind}/{thing.name}": thing for kind, group in groups.items() for thing in group}
