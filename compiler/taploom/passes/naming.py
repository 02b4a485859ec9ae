"""Names of interfaces that the spec leaves open; each depends on its own object, so nothing renames another."""

from taploom.base.names import INTERFACE_BYTES, interface_problem, shortened


def bridge_name(network: str) -> str:
    """`br-` and the network's name, cut to what Linux takes."""
    return f"br-{shortened(network, INTERFACE_BYTES - 3)}"


def tap_name(guest: str, network: str, patterns: tuple[str, ...]) -> str:
    """A name that the pattern of the network catches; without a pattern `vm-GUEST-NETWORK`."""
    for pattern in sorted(patterns):
        head, star, tail = pattern.partition("*")
        room = INTERFACE_BYTES - len(head) - len(tail)
        if star and room >= 5 and "*" not in tail and "?" not in pattern:
            name = f"{head}{shortened(guest, room)}{tail}"
            if not interface_problem(name):  # `0x*` and a guest `abc` make a number
                return name
    return f"vm-{shortened(f'{guest}-{network}', INTERFACE_BYTES - 3)}"
