"""Findings about forwards that name another kind of object where a guest, a host or an uplink is required."""

from taploom.base.address import Address, Interface, parse_address
from taploom.base.diagnostic import Diagnostic
from taploom.base.span import Span
from taploom.passes.codes import FORWARD_BESIDE
from taploom.spec.codes import UNKNOWN_NAME
from taploom.spec.document import Document
from taploom.spec.model.host import HostSpec
from taploom.spec.model.policy import Listener


def not_a_guest(forward: str, name: str, kind: str, span: Span) -> Diagnostic:
    """The finding for a forward whose target is not a guest; `kind` is the target's kind with an article (`a host`)."""
    message = f"a forward leads to a guest, and `{name}` is {kind}"
    hint = "name one of its guests"
    if kind in ("a host", "an address"):
        message += ", to which forwards cannot lead yet"
        hint = "forward to a guest that relays connections, such as a reverse proxy"
    if kind == "a host":
        hint = f"let its service listen at the outside port, and allow that in policy with `to: host/{name}`"
    return Diagnostic(FORWARD_BESIDE, message, span, hint, subject=f"forward/{forward}")


def not_an_uplink(on: Listener, host: HostSpec, span: Span) -> Diagnostic:
    """The finding for a forward whose `on` names an address after the slash instead of the uplink that has it."""
    sides = ((name, side) for (_, name), outer in host.outside.items() for side in (outer.ipv4, outer.ipv6))
    mine = [name for name, side in sides if isinstance(side, Interface) and str(side.address) == on.uplink]
    message = f"the name of an uplink follows the slash, and `{on.uplink}` is an address"
    known = ", ".join(f"`{on.host}/{name}`" for _, name in list(host.outside)[:8])
    hint = f"write `{on.host}/{mine[0]}`, which has it" if mine else f"known: {known}"
    return Diagnostic(UNKNOWN_NAME, message, span, hint if mine or known else f"write `{on.host}`")


def guest_at(document: Document, text: str, span: Span) -> Diagnostic:
    """The finding for a forward whose `to` is an address; the hint names the guest that has the address."""
    address = parse_address(text)
    named = [
        guest
        for guest, spec in sorted(document.guests.items())
        if any(address in (nic.ipv4, nic.ipv6) for nic in spec.nics.values())
    ]
    hint = f"write `{named[0]}`, which has it" if named else "write the name of the guest that has it"
    return Diagnostic(UNKNOWN_NAME, f"`to` takes the name of a guest, and `{text}` is an address", span, hint)


def listener_at(document: Document, text: str, span: Span) -> Diagnostic:
    """The finding for a forward whose `on` is an address; the hint names the uplink that has the address."""
    address: Address = parse_address(text)
    named = [
        f"{host}/{name}"
        for host, spec in sorted(document.hosts.items())
        for (_, name), outer in spec.outside.items()
        for side in (outer.ipv4, outer.ipv6)
        if isinstance(side, Interface) and side.address == address
    ]
    hint = f"write `{named[0]}`, which has it" if named else "write the name of the host that has it"
    return Diagnostic(UNKNOWN_NAME, f"`on` takes a host or host/uplink, and `{text}` is an address", span, hint)
