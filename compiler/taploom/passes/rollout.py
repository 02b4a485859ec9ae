"""The waves and windows of a site, with the hosts that each wave adds."""

from collections.abc import Iterator

from taploom.passes.lookup import SymbolTable
from taploom.plan.origin import Origin
from taploom.plan.rollout import Rollout, RolloutWave, RolloutWindow
from taploom.spec.document import Document
from taploom.spec.model.rollout import classes_of
from taploom.spec.values import Selector

PASS = "rollout"


def rollout(document: Document, names: SymbolTable) -> Rollout:
    """The rollout of changes: the waves of hosts, and the windows."""
    return Rollout(tuple(_waves(document, names)), tuple(sorted(_windows(document), key=lambda window: window.first)))


def selected_hosts(document: Document, names: SymbolTable, selector: Selector) -> frozenset[str]:
    """The hosts that a selector selects: all hosts for `any` and `hosts`, else the hosts with this name or tag."""
    if selector.kind in ("any", "hosts"):
        return frozenset(document.hosts)
    if selector.kind == "tag":
        return frozenset(name for kind, name in names.tags.get(selector.name, ()) if kind == "host")
    kind = names.kinds.get(selector.name) if selector.kind == "name" else selector.kind
    return frozenset({selector.name} & document.hosts.keys()) if kind == "host" else frozenset()


def _waves(document: Document, names: SymbolTable) -> Iterator[RolloutWave]:
    left, waves = set(document.hosts), document.site.rollout.waves
    for selector in waves:
        found = left & selected_hosts(document, names, selector)
        left -= found
        span = document.places.item(selector.text, "site", "rollout", "waves")
        yield RolloutWave(selector.text, tuple(sorted(found)), Origin("site.rollout.waves", span, PASS))
    if waves and left:
        span = document.places.key("site", "rollout", "waves")
        yield RolloutWave("", tuple(sorted(left)), Origin("site.rollout.waves", span, PASS))


def _windows(document: Document) -> Iterator[RolloutWindow]:
    for text, hours in document.site.rollout.windows.items():
        first, last = classes_of(text) or (0, 0)
        always = any(one.always for one in hours)
        times = sorted({time for one in hours for time in one.times}, key=lambda o: (o.day, o.start, o.end, o.zone))
        at = ("site", "rollout", "windows", text)
        origin = Origin(".".join(at), document.places.key(*at), PASS)
        yield RolloutWindow(first, last, always, () if always else tuple(times), origin)
