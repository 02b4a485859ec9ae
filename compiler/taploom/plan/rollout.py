"""The rollout of bundles to hosts that pull them: the order of the hosts, and the permitted times of the week."""

from taploom.base.frozen import dataclass
from taploom.plan.origin import Origin

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
"""Names of the days of the week, in the order of their ISO 8601 numbers, which begin at 1."""


@dataclass(frozen=True, slots=True)
class WeeklyTime:
    """A span of the week during which hosts may take up bundles.

    Attributes:
        day: day of the week, from 1 for Monday (ISO 8601).
        start: minutes after midnight.
        end: minutes after midnight, exclusive, at most 1440.
        zone: name of a time zone (IANA).
    """

    day: int
    start: int
    end: int
    zone: str

    @property
    def text(self) -> str:
        """The span in the syntax of the spec, such as `Tue 21:00-23:00 Europe/Berlin`."""
        start, end = (f"{minutes // 60:02}:{minutes % 60:02}" for minutes in (self.start, self.end))
        return f"{DAYS[self.day - 1]} {start}-{end} {self.zone}"


@dataclass(frozen=True, slots=True)
class RolloutWindow:
    """The times when hosts may take up changes of some disruption classes.

    Attributes:
        first: the lowest class, as a number.
        last: the highest class, as a number, inclusive.
        always: whether hosts may take up such changes at any time.
        times: spans of the week, sorted, if not `always`; empty for never.
    """

    first: int
    last: int
    always: bool
    times: tuple[WeeklyTime, ...]
    origin: Origin

    @property
    def classes(self) -> str:
        """The disruption classes as text: `D3`, or `D3-D5`."""
        return f"D{self.first}" + (f"-D{self.last}" if self.last != self.first else "")

    @property
    def texts(self) -> tuple[str, ...]:
        """The window's times, each as `Tue 21:00-23:00 Europe/Berlin`, or `always` or `never`."""
        return ("always",) if self.always else tuple(one.text for one in self.times) or ("never",)


@dataclass(frozen=True, slots=True)
class RolloutWave:
    """A group of hosts that take up a bundle together.

    Attributes:
        selector: the selector in the spec, or "" for the hosts that no selector selects.
        hosts: the selected hosts that are in no earlier wave, sorted.
    """

    selector: str
    hosts: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Rollout:
    """How a change reaches the hosts of a site.

    Attributes:
        waves: in order, each host in exactly one wave; empty if the spec has no waves.
        windows: sorted by class, disjoint. If there are windows, a change whose class has no window waits for a waiver.
    """

    waves: tuple[RolloutWave, ...]
    windows: tuple[RolloutWindow, ...]

    def wave_of(self, host: str) -> int:
        """The number of a host's wave, from 1; 1 for every host if there are no waves."""
        return next((number for number, wave in enumerate(self.waves, start=1) if host in wave.hosts), 1)


DEFAULT = Rollout((), ())
