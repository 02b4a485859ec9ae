"""Parses the times at which hosts may take up bundles, such as `Tue,Thu 21:00-23:00 Europe/Berlin`."""

import re
from collections.abc import Iterator

from taploom.base.frozen import dataclass
from taploom.base.names import closest
from taploom.plan.rollout import DAYS, WeeklyTime
from taploom.spec.scalars import InvalidError, ScalarParser, string_schema
from taploom.spec.shown import visible

ALWAYS, NEVER, DAILY = "always", "never", "daily"
MIDNIGHT = 24 * 60
EXAMPLE = "Tue,Thu 21:00-23:00 Europe/Berlin"
_TIMES = re.compile(r"([0-9]{2}):([0-9]{2})-([0-9]{2}):([0-9]{2})")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*")
_LOCAL = ("localtime", "posixrules", "Factory")
"""Files in the folder of time zones whose meaning depends on the machine."""


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """Times of the week: the whole week if `always`, else the entries of `times`, which is empty for `never`."""

    always: bool
    times: tuple[WeeklyTime, ...]


def read_hours(text: str) -> WeeklyHours:
    """The hours of `always`, `never`, or days, times and time zone; a range such as `22:00-02:00` is overnight."""
    if text in (ALWAYS, NEVER):
        return WeeklyHours(always=text == ALWAYS, times=())
    words = text.split(" ")
    if len(words) != 3:
        zone = "" if len(words) != 2 else ", or it lacks its time zone"
        raise InvalidError(
            f"`{visible(text)}` is not a time of the week{zone}", f"`{ALWAYS}`, `{NEVER}` or times such as `{EXAMPLE}`"
        )
    days, (start, end), zone = [*_days(words[0])], _times(words[1]), _zone(words[2])
    return WeeklyHours(always=False, times=tuple(part for day in days for part in _split(day, start, end, zone)))


def _split(day: int, start: int, end: int, zone: str) -> Iterator[WeeklyTime]:
    if start < end:
        yield WeeklyTime(day, start, end, zone)
        return
    yield WeeklyTime(day, start, MIDNIGHT, zone)
    if end:
        yield WeeklyTime(day % 7 + 1, 0, end, zone)


def _days(text: str) -> Iterator[int]:
    if text == DAILY:
        yield from range(1, 8)
        return
    for part in text.split(","):
        first, dash, last = part.partition("-")
        low, high = (_day(first), _day(last)) if dash else (_day(first),) * 2
        yield from ((low + step - 1) % 7 + 1 for step in range((high - low) % 7 + 1))


def _day(text: str) -> int:
    if text not in DAYS:
        near = closest(text.capitalize()[:3], DAYS)
        hint = f"did you mean `{near}`?" if near else f"{', '.join(DAYS)}, a range such as `Mon-Fri`, or `{DAILY}`"
        raise InvalidError(f"`{visible(text)}` is no day of the week", hint)
    return DAYS.index(text) + 1


def _times(text: str) -> tuple[int, int]:
    found = _TIMES.fullmatch(text)
    ends = [int(hour) * 60 + int(minute) for hour, minute in _pairs(found)] if found else []
    if not found or max(ends) > MIDNIGHT or max(map(int, found.group(2, 4))) > 59 or ends[0] in (MIDNIGHT, ends[1]):
        raise InvalidError(f"`{visible(text)}` is no time of a day", "such as `21:00-23:00`, or `22:00-02:00`")
    return ends[0], ends[1]


def _pairs(found: re.Match[str]) -> tuple[tuple[str, str], tuple[str, str]]:
    return (found[1], found[2]), (found[3], found[4])


def _zone(text: str) -> str:
    """The name of a time zone that this machine knows; if it knows no time zones, any name of the right form."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones  # few sites have windows

    try:
        if _ZONE.fullmatch(text) and not text.startswith(("posix/", "right/")) and text not in _LOCAL:
            ZoneInfo(text)
            return text
    except (ZoneInfoNotFoundError, ValueError, OSError):
        known = available_timezones()
        if not known:
            return text
        near = closest(text, sorted(known))
        hint = f"did you mean `{near}`?" if near else "such as `Europe/Berlin` or `UTC`"
        raise InvalidError(f"`{visible(text)}` is no time zone", hint) from None
    raise InvalidError(f"`{visible(text)}` is no time zone", "such as `Europe/Berlin` or `UTC`")


HOURS = ScalarParser(
    read_hours, f"`{ALWAYS}`, `{NEVER}` or times such as `{EXAMPLE}`", string_schema(examples=[EXAMPLE])
)
