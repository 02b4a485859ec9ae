"""Shell completion of object names, which are read from the specs without compiling them."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import click

from taploom.plan.origin import SECTIONS

Complete = Callable[[click.Context, click.Parameter, str], list[str]]


def objects(*kinds: str, besides: tuple[str, ...] = (), bare: bool = False) -> Complete:
    """Complete an argument to objects of some kinds, or of all kinds, as `kind/name`.

    Args:
        kinds: kinds such as `host`; without any, all kinds are offered.
        besides: further words to offer.
        bare: whether to offer `name` instead of `kind/name`.
    """

    def complete(context: click.Context, _: click.Parameter, begun: str) -> list[str]:
        found = [name if bare else f"{kind}/{name}" for kind, name in _named(context, kinds or SECTIONS)]
        return sorted(word for word in {*besides, *found} if word.startswith(begun))

    return complete


def _named(context: click.Context, kinds: Iterable[str]) -> Iterator[tuple[str, str]]:
    from taploom.base.diagnostic import Report
    from taploom.source.files import load
    from taploom.source.tree import Mapping

    for file in load(context.params.get("specs") or Path("specs"), Report()).files:
        for kind in kinds:
            section = file.root.pairs.get(SECTIONS[kind]) if file.root else None
            if section and isinstance(section.value, Mapping):
                yield from ((kind, name) for name in section.value.pairs)
