"""`site.rollout`: the order and the times in which hosts take up bundles by themselves."""

import re
from collections.abc import Mapping

from taploom.base.diagnostic import Report
from taploom.base.frozen import dataclass
from taploom.source.tree import Scalar
from taploom.spec import codes
from taploom.spec.decode import Key, ListOf, MapOf, Model, refuse
from taploom.spec.hours import HOURS, WeeklyHours
from taploom.spec.shown import visible
from taploom.spec.traffic import SELECTOR
from taploom.spec.values import Selector

_CLASSES = re.compile(r"D([0-6])(?:-D([0-6]))?")


def classes_of(text: str) -> tuple[int, int] | None:
    """The lowest and the highest class of a text such as `D3` or `D3-D5`; None for any other text."""
    found = _CLASSES.fullmatch(text)
    if not found:
        return None
    first, last = int(found[1]), int(found[2] or found[1])
    return (first, last) if first <= last else None


def check_classes(key: Scalar, report: Report) -> bool:
    """Whether a key is a class of disruption or a range of them; reports a key that is not."""
    if classes_of(key.text):
        return True
    refuse(report, codes.BAD_NAME, f"`{visible(key.text)}` is no class of disruption", key.span, "such as `D3-D5`")
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutSpec:
    """The mapping `rollout`; the keys of `windows` are classes of disruption as written, such as `D3-D5`."""

    waves: tuple[Selector, ...]
    windows: Mapping[str, tuple[WeeklyHours, ...]]


ROLLOUT = Model(
    "`rollout`",
    RolloutSpec,
    (
        Key(
            "waves",
            ListOf(SELECTOR, "a selector of hosts"),
            "Selectors of hosts, in the order in which hosts take up a bundle; unselected hosts come last.",
            (),
            example="[tag/canary, hosts]",
        ),
        Key(
            "windows",
            MapOf(ListOf(HOURS, "times"), "window", check_classes),
            "When hosts may take up a change by themselves, by class of disruption; by default always. If there are "
            "windows, a change whose class has no window waits for a waiver.",
            {},
            example='{D0-D2: always, D3-D5: "Tue,Thu 21:00-23:00 Europe/Berlin"}',
        ),
    ),
)
NO_ROLLOUT = RolloutSpec(waves=(), windows={})
