"""Orders that avoid crossing lines: networks that share a guest are side by side, guests follow their networks."""

from collections.abc import Iterable, Sequence

from taploom.plan.guest import Guest


def network_order(networks: Sequence[str], guests: Iterable[Guest]) -> tuple[str, ...]:
    """Networks, each followed by the network that shares most guests with it; without shared guests, sorted by name."""
    shared: dict[tuple[str, str], int] = {}
    for guest in guests:
        names = [nic.network for nic in guest.nics]
        for one in names:
            for other in names:
                shared[one, other] = shared.get((one, other), 0) + (one != other)
    left, found = sorted(networks), list[str]()
    while left:
        last = found[-1] if found else ""
        single = min(left, key=lambda name: (sum(shared.get((name, other), 0) > 0 for other in left), name))
        best = max(left, key=lambda name: (shared.get((last, name), 0), name == single))
        left.remove(best)
        found.append(best)
    return tuple(found)


def guest_order(networks: Sequence[str], guests: Iterable[Guest]) -> tuple[Guest, ...]:
    """Guests from top to bottom; a guest on two networks stands between the guests of each."""
    place = {network: number for number, network in enumerate(networks)}

    def height(guest: Guest) -> tuple[float, str]:
        at = [place[nic.network] for nic in guest.nics if nic.network in place]
        return (sum(at) / len(at) if at else len(place), guest.name)

    return tuple(sorted(guests, key=height))
