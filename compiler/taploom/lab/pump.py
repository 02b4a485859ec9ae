"""The pump: a program that carries frames between pairs of TAPs, and that `taploom.lab.tap` runs.

A TAP belongs to the network namespace in which `/dev/net/tun` was opened, so the pump must enter the namespaces, which
a thread of the lab cannot do. The pump ends when its standard input closes; then the kernel removes its TAPs.

For each pair, the lab writes a line of JSON, `[HOST_NETNS, TAP, GUEST_NETNS, NIC, MAC]`, to standard input. The answer
is a line on standard output: `ok` or the error.
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import select
import socket
import struct
import sys

CLONE_NEWNET = 0x40000000
TUNSETIFF = 0x400454CA
SIOCSIFHWADDR = 0x8924
IFF_TAP = 0x0002
IFF_NO_PI = 0x1000
ARPHRD_ETHER = 1
FRAME = 65536 + 64
"""Maximum size of a frame in octets: MTU and header, as segmentation offload is off."""
BATCH = 64
"""Maximum number of frames that are copied from one TAP before other TAPs get their turn."""

_libc = ctypes.CDLL(None, use_errno=True)


def enter(netns: str) -> None:
    """Moves this process into the network namespace at a path; `os.setns` exists only from Python 3.12 on."""
    descriptor = os.open(netns, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _libc.setns(descriptor, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"setns {netns}")
    finally:
        os.close(descriptor)


def open_tap(netns: str, name: str, mac: str | None) -> int:
    """Creates a TAP in a namespace, with the given or a random MAC, and returns its file descriptor."""
    enter(netns)
    descriptor = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.ioctl(descriptor, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TAP | IFF_NO_PI))
        if mac is not None:
            hardware = bytes.fromhex(mac.replace(":", ""))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
                fcntl.ioctl(control, SIOCSIFHWADDR, struct.pack("16sH6s16x", name.encode(), ARPHRD_ETHER, hardware))
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def copy(source: int, target: int) -> bool:
    """Copies the waiting frames of one TAP to another TAP; returns False if the first TAP no longer exists."""
    for _ in range(BATCH):
        try:
            frame = os.read(source, FRAME)
        except BlockingIOError:
            return True
        except OSError:
            return False
        try:
            os.write(target, frame)
        except OSError:
            continue  # the other TAP is down or full, so the frame is lost, as on a cable
    return True


def add(line: str, pairs: dict[int, int]) -> str:
    """Creates the pair of TAPs that a request describes; returns the answer."""
    try:
        host, tap, guest, nic, mac = json.loads(line)
        a = open_tap(host, tap, None)
    except (OSError, ValueError) as error:
        return str(error)
    try:
        b = open_tap(guest, nic, mac)
    except (OSError, ValueError) as error:
        os.close(a)
        return str(error)
    pairs[a], pairs[b] = b, a
    return "ok"


def drop(source: int, pairs: dict[int, int], poll: select.epoll) -> None:
    """Closes a pair of TAPs, as one of the two no longer exists."""
    for end in (source, pairs[source]):
        poll.unregister(end)
        del pairs[end]
        os.close(end)


def main() -> None:
    """Carries frames until standard input closes."""
    control = sys.stdin.fileno()
    poll = select.epoll()
    poll.register(control, select.EPOLLIN)
    pairs: dict[int, int] = {}
    while True:
        for ready, events in poll.poll():
            if ready == control:
                line = sys.stdin.readline()
                if not line:
                    return
                before = set(pairs)
                print(add(line, pairs), flush=True)
                for end in set(pairs) - before:
                    poll.register(end, select.EPOLLIN)
            elif ready in pairs and (events & select.EPOLLERR or not copy(ready, pairs[ready])):
                drop(ready, pairs, poll)


if __name__ == "__main__":
    main()
