"""Finds foreign DHCP servers: sockets on UDP port 67 that receive requests of guests."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from taploom.drift.model import Row, Subject, Word
from taploom.drift.view import View
from taploom.plan.interfaces import inside

_ADDRESS = re.compile(r"(?:^|\s)(\S+?)(?:%(\S+?))?:67\s")
_PROCESS = re.compile(r'\(\("([^"]*)"')
_OURS = "systemd-network"
"""The process name of networkd, which the kernel cuts after 15 bytes (proc(5), comm)."""


class _Socket(NamedTuple):
    """A listening socket. `device` is "" if it listens on every device; `process` is "" if the process is not known."""

    device: str
    process: str
    line: str


def rows(view: View) -> Iterator[Row]:
    """A row for each foreign DHCP server that receives requests of guests."""
    bridges = {each.device: each for each in inside(view.host)}
    for socket in map(_socket, view.facts.listening):
        if not bridges or socket.process.startswith(_OURS) or (socket.device and socket.device not in bridges):
            continue
        each = bridges.get(socket.device) or min(bridges.values(), key=lambda bridge: bridge.dhcp is None)
        who = socket.process or "an unknown process"
        where = socket.device or "every link"
        message = f"a second DHCP server, {who}, listens on {where}"
        origin = each.dhcp.origin if each.dhcp else each.origin
        yield view.row(Word.FOREIGN, Subject.DHCP, where, message, origin, "", socket.line.strip())


def _socket(line: str) -> _Socket:
    address, process = _ADDRESS.search(line), _PROCESS.search(line)
    return _Socket((address and address[2]) or "", process[1] if process else "", line)
