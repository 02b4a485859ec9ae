"""Sends raw frames from a machine, and captures the frames that arrive there."""

from __future__ import annotations

import socket
import threading
from typing import Any

ETH_P_ALL = 0x0003
PACKET_OUTGOING = 4
KEEP = 10_000
"""Maximum number of captured frames of one interface."""


class Wire:
    """The sender of raw frames on the interfaces of one machine, and the recorder of arriving frames."""

    def __init__(self) -> None:
        self._kept: dict[str, list[str]] = {}

    def send(self, ifname: str, frame: str) -> dict[str, Any]:
        """Sends a frame that is given in hexadecimal."""
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as raw:
            raw.bind((ifname, 0))
            raw.send(bytes.fromhex(frame))
        return {}

    def capture(self, ifname: str) -> dict[str, Any]:
        """Begins to capture the frames that arrive at an interface, and discards earlier captured frames."""
        begun = ifname in self._kept
        self._kept[ifname] = []
        if not begun:
            raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            raw.bind((ifname, ETH_P_ALL))
            threading.Thread(target=self._keep, args=(raw, ifname), daemon=True).start()
        return {}

    def captured(self, ifname: str) -> dict[str, Any]:
        """Returns the frames that were captured so far, in hexadecimal."""
        return {"frames": list(self._kept.get(ifname, ()))}

    def _keep(self, raw: socket.socket, ifname: str) -> None:
        while True:
            frame, address = raw.recvfrom(65536)
            kept = self._kept[ifname]
            if address[2] != PACKET_OUTGOING and len(kept) < KEEP:
                kept.append(frame.hex())
