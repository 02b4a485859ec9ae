"""Differences in kernel settings: planned settings, forwarding on single links, filtering of bridged frames."""

from collections.abc import Iterator

from taploom.backends.sysctl import FILE, Setting, settings
from taploom.base.address import FAMILIES
from taploom.drift.model import Row, Subject, Word
from taploom.drift.view import View
from taploom.plan.interfaces import inside

_BRIDGED = {"net/bridge/bridge-nf-call-iptables": "IPv4", "net/bridge/bridge-nf-call-ip6tables": "IPv6"}
_FORWARDING = "net.{}.conf.all.forwarding"


def rows(view: View) -> Iterator[Row]:
    """The differences in kernel settings."""
    known = settings(view.host)
    yield from (row for setting in known for row in _setting(view, setting))
    for family in FAMILIES:
        found = next((one for one in known if one.key == _FORWARDING.format(family.key)), None)
        if found:
            yield from _links(view, family.key, found)
    yield from _bridged(view)


def _setting(view: View, setting: Setting) -> Iterator[Row]:
    key = setting.key if "/" in setting.key else setting.key.replace(".", "/")
    found = view.facts.sysctls.get(key)
    if found == str(setting.value) or key.endswith("/accept_ra") or not view.facts.sysctls:
        return  # networkd processes router advertisements itself, and sets `accept_ra` of its links to 0
    message = "the kernel does not have the setting" if found is None else "somebody changed the kernel setting"
    word = view.word(f"/etc/sysctl.d/{FILE}")
    yield view.row(word, Subject.SYSCTL, key, message, setting.origin, str(setting.value), found or "", _note(key))


def _links(view: View, family: str, setting: Setting) -> Iterator[Row]:
    """A row for each planned link on which forwarding is off although the setting for all links is on."""
    whole = view.facts.sysctls.get(f"net/{family}/conf/all/forwarding")
    for device, each in view.devices.items() if whole == "1" else ():
        key = f"net/{family}/conf/{device}/forwarding"
        if view.facts.sysctls.get(key) == "0":
            message = f"somebody switched forwarding off on {device}"
            yield view.row(Word.DRIFTED, Subject.SYSCTL, key, message, each.origin, str(setting.value), "0", _note(key))


def _note(key: str) -> str:
    """The effect that a wrong value of a setting has on packets."""
    family = "IPv4" if key.startswith("net/ipv4/") else "IPv6"
    if key.endswith("/forwarding"):
        where = "" if "/all/" in key else f" from {key.split('/')[3]}"
        return f"the host forwards no {family} packet{where}"
    return f"the table of {family} neighbours may overflow" if "gc_thresh" in key else ""


def _bridged(view: View) -> Iterator[Row]:
    bridges = inside(view.host)
    for key, family in _BRIDGED.items():
        if bridges and view.facts.sysctls.get(key) == "1":
            message = f"{family} frames between guests of one bridge also pass the rules for routed packets"
            yield view.row(Word.FOREIGN, Subject.SYSCTL, key, message, bridges[0].origin, "0", "1")
