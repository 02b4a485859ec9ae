"""The file `taploom.release`: the plan that hosts may take up by themselves, the order of the hosts, and the times.

A shell script reads the file, as with `activation`: each line is one fact, in words separated by one space. A signature
of the file approves the plan and the bundles whose checksums are in it.
"""

from collections.abc import Iterable, Iterator, Mapping

from taploom.base.frozen import dataclass
from taploom.diff.classes import Class
from taploom.plan.rollout import Rollout, WeeklyTime

FORMAT = "taploom-release/1"
ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Release:
    """The bundles of one plan, and which hosts may take them up by themselves.

    Attributes:
        plan: SHA-256 of the plan's canonical text, in hexadecimal.
        serial: number of the bundles; a host takes up no bundle with a lower number than it has seen.
        wave: the last wave whose hosts may take up their bundles.
        waiver: the reason to ignore waves and windows, or "".
        bundles: SHA-256 of each host's tar, by the name of the host.
    """

    plan: str
    serial: int
    wave: int
    waiver: str
    bundles: Mapping[str, str]


def release(found: Release, rollout: Rollout) -> str:
    """The text of the file, with a newline at its end."""
    return "".join(f"{line}\n" for line in _lines(found, rollout))


def _lines(found: Release, rollout: Rollout) -> Iterator[str]:
    yield FORMAT
    yield f"plan sha256:{found.plan}"
    yield f"serial {found.serial}"
    yield f"wave {found.wave}"
    if found.waiver:
        yield f"waiver {found.waiver}"
    for host in sorted(found.bundles):
        yield f"host {host} {rollout.wave_of(host)} {found.bundles[host]}"
    yield from _windows(rollout)


def _windows(rollout: Rollout) -> Iterator[str]:
    """A line for each class and each time at which its changes may be taken up; none for a class without a time."""
    for grade in Class:
        for window in rollout.windows:
            if window.first <= grade <= window.last:
                yield from (f"window {grade.name} {words}" for words in _times(window.times, always=window.always))
        if not rollout.windows:
            yield f"window {grade.name} {ALWAYS}"


def _times(times: Iterable[WeeklyTime], *, always: bool) -> Iterator[str]:
    if always:
        yield ALWAYS
    for one in times:
        yield f"{one.day} {_clock(one.start)} {_clock(one.end)} {one.zone}"


def _clock(minutes: int) -> str:
    """Minutes after midnight as `2130`."""
    return f"{minutes // 60:02}{minutes % 60:02}"
