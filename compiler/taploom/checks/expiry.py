"""Policy entries and forwards with `expires`, for the two checks of expiry."""

import datetime
from collections.abc import Iterator

from taploom.base.frozen import dataclass
from taploom.base.span import Span
from taploom.checks.context import Context


@dataclass(frozen=True, slots=True)
class ExpiringEntry:
    """A policy entry or a forward with `expires`.

    Attributes:
        what: the entry in words, with the name in backticks.
        when: the time in `expires`, in seconds since the epoch.
    """

    what: str
    subject: str
    when: int
    span: Span

    @property
    def date(self) -> str:
        """The time in `expires`, as text in UTC."""
        return datetime.datetime.fromtimestamp(self.when, datetime.UTC).strftime("%Y-%m-%d %H:%M UTC")


def endings(context: Context) -> Iterator[ExpiringEntry]:
    """All policy entries with `expires` by name, then all such forwards by name."""
    places = context.document.places
    for name, policy in sorted(context.document.policy.items()):
        if policy.expires is not None:
            yield ExpiringEntry(f"`{name}`", f"policy/{name}", policy.expires, places.span("policy", name, "expires"))
    for name, forward in sorted(context.document.forwards.items()):
        if forward.expires is not None:
            span = places.span("forwards", name, "expires")
            yield ExpiringEntry(f"forward `{name}`", f"forward/{name}", forward.expires, span)
