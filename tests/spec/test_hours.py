"""Compares weekly time windows with a calendar, for every quarter of an hour of a week."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taploom.plan.rollout import DAYS
from taploom.spec.hours import read_hours
from taploom.spec.scalars import InvalidError

MONDAY = datetime.datetime(2026, 6, 1)
WEEK = [MONDAY + datetime.timedelta(minutes=15 * quarter) for quarter in range(7 * 96)]
times = st.integers(0, 95).map(lambda quarter: datetime.timedelta(minutes=15 * quarter))


def clock(time: datetime.timedelta) -> str:
    minutes = int(time.total_seconds()) // 60
    return f"{minutes // 60:02}:{minutes % 60:02}"


def inside(text: str, moment: datetime.datetime) -> bool:
    at = moment.hour * 60 + moment.minute
    times = read_hours(text).times
    return any(one.day == moment.isoweekday() and one.start <= at < one.end for one in times)


@given(st.sets(st.integers(0, 6), min_size=1), times, times)
def test_a_window_covers_its_days_and_times(days: set[int], start: datetime.timedelta, end: datetime.timedelta) -> None:
    text = f"{','.join(DAYS[day] for day in days)} {clock(start)}-{clock(end)} Europe/Berlin"
    if start == end:
        with pytest.raises(InvalidError):
            read_hours(text)
        return
    lasts = (end - start) % datetime.timedelta(days=1)
    begun = [MONDAY + datetime.timedelta(days=day + week) + start for day in days for week in (-7, 0)]
    for moment in WEEK:
        assert inside(text, moment) == any(one <= moment < one + lasts for one in begun)


@given(st.integers(0, 6), st.integers(0, 6))
def test_a_range_of_days_may_wrap_around_the_week(first: int, last: int) -> None:
    meant = {(first + step) % 7 for step in range((last - first) % 7 + 1)}
    found = {one.day - 1 for one in read_hours(f"{DAYS[first]}-{DAYS[last]} 08:00-09:00 UTC").times}
    assert found == meant


def test_daily_always_never_and_a_full_day() -> None:
    assert read_hours("daily 08:00-09:00 UTC") == read_hours("Mon-Sun 08:00-09:00 UTC")
    assert all(inside("daily 00:00-24:00 Asia/Kathmandu", moment) for moment in WEEK)
    assert (read_hours("always").always, read_hours("never").always, read_hours("never").times) == (True, False, ())


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("Tue 21:00-23:00", "or it lacks its time zone", "Europe/Berlin"),
        ("Tue 21:00-23:00 Europe/Berln", "`Europe/Berln` is no time zone", "did you mean `Europe/Berlin`?"),
        ("Tue 21:00-23:00 Europe", "`Europe` is no time zone", ""),
        ("Tue 21:00-23:00 ../../etc/passwd", "is no time zone", ""),
        ("Tue 21:00-23:00 /etc/localtime", "is no time zone", ""),
        ("Tue 21:00-23:00 localtime", "is no time zone", ""),
        ("Tue 21:00-23:00 posix/UTC", "is no time zone", ""),
        ("tue 21:00-23:00 UTC", "`tue` is no day of the week", "did you mean `Tue`?"),
        ("Tuesday 21:00-23:00 UTC", "`Tuesday` is no day of the week", "did you mean `Tue`?"),
        ("Tue, 21:00-23:00 UTC", "`` is no day of the week", "Mon"),
        ("Tue 21:60-23:00 UTC", "`21:60-23:00` is no time of a day", "21:00-23:00"),
        ("Tue 24:00-24:15 UTC", "is no time of a day", ""),
        ("Tue 24:00-01:00 UTC", "is no time of a day", ""),
        ("Tue 9-11 UTC", "`9-11` is no time of a day", ""),
        ("at night", "`at night` is not a time of the week", "always"),
        ("Tue  21:00-23:00 UTC", "is not a time of the week", ""),
        ("", "is not a time of the week", ""),
    ],
)
def test_an_invalid_window_is_refused(text: str, said: str, hint: str) -> None:
    with pytest.raises(InvalidError) as refused:
        read_hours(text)
    assert said in str(refused.value)
    assert hint in refused.value.hint
