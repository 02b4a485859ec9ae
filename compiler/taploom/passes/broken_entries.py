"""Looks up the names in entries that could not be decoded, so that a mistake in one key does not hide another.

A broken entry is not in the document, so its valid keys are read again, from the tree. The mistakes in its other keys
have been reported already.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from taploom.base.diagnostic import Report
from taploom.passes.lookup import NameLookup
from taploom.spec.decode import Model
from taploom.spec.document import Document
from taploom.spec.model.guest import GUEST
from taploom.spec.model.host import HOST
from taploom.spec.model.policy import FORWARD, POLICY


def look_into_broken(look: NameLookup) -> None:
    """Report every unknown name that a broken entry, or a broken part of one, refers to."""
    document, places = look.document, look.document.places
    for name in _broken(document, "hosts"):
        look.networks(places.names("hosts", name, "networks"), "hosts", name, "networks")
        look.services(_value(document, HOST, "hosts", name, "management") or (), "hosts", name, "management")
    for name, host in document.hosts.items():
        look.networks(_left_out(document, host.networks, "hosts", name, "networks"), "hosts", name, "networks")
    for name in _broken(document, "guests"):
        on = _value(document, GUEST, "guests", name, "host")
        if on is not None:
            look.known("hosts", on, partial(places.span, "guests", name, "host"))
        look.networks(places.names("guests", name, "nics"), "guests", name, "nics")
    for name, guest in document.guests.items():
        look.networks(_left_out(document, guest.nics, "guests", name, "nics"), "guests", name, "nics")
    for name in _broken(document, "forwards"):
        _forward(look, name)
    for name in _broken(document, "policy"):
        _policy(look, name)


def _forward(look: NameLookup, name: str) -> None:
    at = ("forwards", name)
    read = partial(_value, look.document, FORWARD, *at)
    on, to = read("on"), read("to")
    if on is not None:
        look.listener(on, *at, "on")
    if to is not None:
        look.target(to, *at, "to")
    look.services(read("ports") or (), *at, "ports")
    look.selectors(read("from") or (), *at, "from")


def _policy(look: NameLookup, name: str) -> None:
    at = ("policy", name)
    read = partial(_value, look.document, POLICY, *at)
    for key in ("from", "to"):
        look.selectors(read(key) or (), *at, key)
    for key in ("allow", "deny"):
        look.services(read(key) or (), *at, key)


def _broken(document: Document, section: str) -> Iterator[str]:
    """Names of a section whose entries could not be decoded, in the order written."""
    sound = getattr(document, section)
    return (name for name in document.places.names(section) if name not in sound)


def _left_out(document: Document, sound: Any, *path: str) -> Iterator[str]:
    """Keys of a mapping within a sound entry whose values could not be decoded."""
    names = document.places.names(*path)
    return (name for name in names if name not in sound) if len(names) > len(sound) else iter(())


def _value(document: Document, model: Model[Any], *path: str) -> Any:
    """The value at a path that ends with a key of the model; None if the value is absent, or invalid and reported."""
    node = document.places.node(*path)
    return None if node is None else model.by_name[path[-1]].parser.parse(node, Report())
