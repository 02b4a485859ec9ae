"""Prints the commands that apply a change to each host, in the order of a bundle's manifest; tells how to undo it."""

from collections.abc import Iterator

from taploom.delivery.steps import STEPS
from taploom.diff.effects import PROXIED, Effect
from taploom.diff.model import Change, ChangeAction

_HOSTS = 3
_ANEW = (Effect.REPLUGGED, Effect.PLUGGED, Effect.MOVED)


def commands(change: Change) -> list[str]:
    """The shell commands, with explanations as comments; empty if the change installs nothing on a host."""
    hosts = sorted({one.host for one in change.files if one.path.startswith("hosts/") and _installed(one.target)})
    lines = [line for host in hosts[:_HOSTS] for line in _host(change, host)]
    if len(hosts) > _HOSTS:
        lines.append(f"# and likewise on {len(hosts) - _HOSTS} more hosts: {', '.join(hosts[_HOSTS:][:_HOSTS])} …")
    return lines


def _installed(target: str) -> bool:
    return any(step.name == target for step in STEPS)


def _host(change: Change, host: str) -> Iterator[str]:
    found = [one for one in change.files if one.path.startswith(f"hosts/{host}/")]
    yield from _guests_first(change, host)
    yield f"taploom export {host} --out {host}.tar   # the bytes of this plan, with SHA256SUMS and the steps"
    gone = [
        one.path.rpartition("/")[2] for one in found if one.action is ChangeAction.REMOVE and _installed(one.target)
    ]
    install = "install only the files that differ" + (f", remove {', '.join(gone[:4])}" if gone else "")
    yield f"# on {host}: {install}; then"
    for step in STEPS:
        paths = [one.path.rpartition("/")[2] for one in found if one.target == step.name]
        if paths:
            yield " ".join(step.command) + (f" …/{paths[0]}" if step.each else "")
    yield from _undone_by_hand(change, host)
    raised = _stepping(change, host, 1)
    if raised:
        yield f"# raise the MTU of these guests only now, else larger packets are lost: {', '.join(raised)}"
    anew = sorted({one.device for one in change.disruption if one.host == host and one.effect in _ANEW})
    if anew:
        yield f"# and start anew: {', '.join(anew)}"
    left = sorted({one.device for one in change.disruption if one.host == host and one.effect is Effect.LEFT})
    if left:
        yield f"# and stop: {', '.join(left)}"


def _guests_first(change: Change, host: str) -> Iterator[str]:
    lowered = _stepping(change, host, -1)
    if lowered:
        yield f"# first lower the MTU of these guests, else larger packets are lost: {', '.join(lowered)}"


def _stepping(change: Change, host: str, sign: int) -> list[str]:
    """The guests of a host whose MTU becomes larger (1) or smaller (-1)."""
    own = (one for one in change.disruption if one.host == host and one.object.startswith("guest/"))
    return sorted({one.device for one in own if any(setting.mtu_step * sign > 0 for setting in one.settings)})


def _undone_by_hand(change: Change, host: str) -> Iterator[str]:
    """The commands that remove settings that networkd keeps although no unit has them any more."""
    for one in change.disruption:
        for setting in one.settings if one.host == host and one.effect is Effect.KEPT else ():
            if setting.key == PROXIED:
                yield f"ip -6 neigh del proxy {setting.before} dev {one.device}"
            else:
                yield f"# {one.device} keeps MTU {setting.before}; `ip link set dev {one.device} mtu …` undoes it"


def undoing(change: Change) -> str:
    """How to undo a change, with the disruption of the undoing, as a part of a sentence."""
    return f"revert the specs and apply them in the same way, with a disruption of at most {change.undo.name}" + (
        "; addresses that clients have got meanwhile stay until their leases expire" if _leases(change) else ""
    )


def _leases(change: Change) -> bool:
    return any(one.effect is Effect.LEASES for one in change.disruption)
