"""Default names of interfaces: a name depends only on its guest and network, so other objects never change it."""

from taploom.base.names import INTERFACE_BYTES, interface_problem, shortened


def bridge_name(network: str) -> str:
    """`br-` and the network's name, shortened to the length that Linux allows."""
    return f"br-{shortened(network, INTERFACE_BYTES - 3)}"


def tap_name(guest: str, network: str, patterns: tuple[str, ...]) -> str:
    """A name that one of the network's patterns matches; `vm-GUEST-NETWORK` if no pattern can be filled in."""
    for pattern in sorted(patterns):
        head, star, tail = pattern.partition("*")
        room = INTERFACE_BYTES - len(head) - len(tail)
        if star and room >= 5 and "*" not in tail and "?" not in pattern:
            name = f"{head}{shortened(guest, room)}{tail}"
            if not interface_problem(name):  # for example, `0x*` and guest `abc` make a number, which is no name
                return name
    return f"vm-{shortened(f'{guest}-{network}', INTERFACE_BYTES - 3)}"
