"""Differences in services that the plan relies on, and in the unit with which networkd configures each link."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple

from taploom.backends import networkd
from taploom.backends.units.tree import Unit, UnitKind
from taploom.drift.facts.model import LinkUnit
from taploom.drift.model import Row, Subject, Word
from taploom.drift.view import View

_FOLDER = "/etc/systemd/network"
_MASKED = ("masked", "masked-runtime")


class _Service(NamedTuple):
    """A systemd service that a host needs.

    Attributes:
        what: purpose of the service, as a verb with its object.
        off: states of its unit in which the service is unavailable (systemctl(1), is-enabled).
        runs: whether the service has to run now.
    """

    name: str
    what: str
    off: tuple[str, ...]
    runs: bool


_NETWORKD = _Service("systemd-networkd.service", "configures the links", (*_MASKED, "disabled"), runs=True)
_NFTABLES = _Service("nftables.service", "loads rulesets at boot", _MASKED, runs=False)
"""This service may be disabled, because another service may load taploom's ruleset."""


def rows(view: View) -> Iterator[Row]:
    """The differences in services, and in the units of links."""
    yield from _service(view, _NFTABLES)
    if any(each.configured for each in view.devices.values()):
        yield from _service(view, _NETWORKD)
        yield from _links(view)


def _service(view: View, service: _Service) -> Iterator[Row]:
    state = view.facts.units.get(service.name)
    if state is None:
        return
    masked = state.get("LoadState") == "masked"
    found = "masked" if masked else state.get("UnitFileState", "")
    active = state.get("ActiveState", "")
    if found in service.off:
        message = f"somebody {found.partition('-')[0]} the service that {service.what}"
        yield view.row(Word.DRIFTED, Subject.UNIT, service.name, message, None, "enabled", found)
    elif service.runs and active not in ("active", "activating", "reloading"):
        message = f"the service that {service.what} does not run"
        yield view.row(Word.DRIFTED, Subject.UNIT, service.name, message, None, "active", active)


def _links(view: View) -> Iterator[Row]:
    known = [unit for unit in networkd.units(view.host) if unit.kind is UnitKind.NETWORK]
    for name, state in (view.facts.networkd or {}).items():
        unit = next((one for one in known if _matches(one, name)), None)
        if unit and _is_ours(view, unit, name):
            yield from _link(view, name, state, unit)


def _is_ours(view: View, unit: Unit, name: str) -> bool:
    """Whether `unit` is meant for a link that it matches: a planned link, or a TAP if `unit` is for TAPs."""
    if name in view.devices:
        return True
    link = (view.facts.links or {}).get(name)
    return link is not None and link.kind == "tun" and "-taps-" in unit.stem


def _link(view: View, name: str, state: LinkUnit, unit: Unit) -> Iterator[Row]:
    wanted = f"{_FOLDER}/{unit.name}"
    if state.file and state.file.rpartition("/")[2] != unit.name:
        message = f"another unit configures {name}"
        older = view.older and view.facts.taken is not None and state.file in view.facts.taken.files
        word = Word.PENDING if older else Word.FOREIGN
        yield view.row(word, Subject.UNIT, wanted, message, unit.origin, wanted, state.file)
    elif state.state == "failed":
        message = f"networkd could not configure {name}"
        yield view.row(Word.DRIFTED, Subject.UNIT, wanted, message, unit.origin, "configured", "failed")


def _matches(unit: Unit, name: str) -> bool:
    patterns = (
        str(entry.value)
        for section in unit.sections
        if section.name == "Match"
        for entry in section.assignments
        if entry.key == "Name"
    )
    return any(fnmatchcase(name, pattern) for pattern in patterns)
