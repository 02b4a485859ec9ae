"""The file `activation`: the facts of a bundle, in lines that the shell script `activate` can read.

Each line is one fact: words separated by one space. A word is printable and has no space in it; this holds for
all interface names, paths and addresses of a plan. The first line names the format. The other lines are in groups; the
groups have a fixed order, and each group is sorted.
"""

from collections.abc import Iterator

from taploom.delivery.bundle import Bundle, BundleChange
from taploom.diff.effects import Disruption

FORMAT = "taploom-activation/1"
NONE = "-"


def activation(bundle: Bundle) -> str:
    """The text of the file, with a newline at its end."""
    return "".join(f"{_line(words)}\n" for words in _facts(bundle))


def _line(words: tuple[str, ...]) -> str:
    """A line of the file, without its newline.

    Raises:
        ValueError: a word is empty, has a space, or is not printable.
    """
    for word in words:
        if not word.isprintable() or not word or " " in word:
            raise ValueError(f"no word of an activation: {word!r}")
    return " ".join(words)


def _facts(bundle: Bundle) -> Iterator[tuple[str, ...]]:
    target = bundle.host.target
    yield (FORMAT,)
    yield "host", bundle.host.name
    yield "plan", bundle.plan
    yield "serial", str(bundle.serial)
    yield "systemd", str(target.systemd)
    yield "nftables", ".".join(map(str, target.nftables))
    yield from (("file", f"{file.mode:04o}", file.path) for file in bundle.files)
    yield from (("uplink", device) for device in bundle.uplinks)
    yield from ((device.kind, device.name) for device in bundle.devices)
    yield "confirm", str(bundle.take_up.confirm)
    yield from dict.fromkeys(("probe", *probe.words) for probe in bundle.take_up.probes)
    if bundle.since:
        yield from _changes(bundle, bundle.since)
    yield from (("admit", str(one.port), one.device, str(one.source)) for one in bundle.admits)


def _changes(bundle: Bundle, since: BundleChange) -> Iterator[tuple[str, ...]]:
    yield "before", since.plan
    yield from dict.fromkeys(map(_change, bundle.disruption))


def _change(one: Disruption) -> tuple[str, ...]:
    """An effect: its class, its device or table, its file. `-` replaces a missing one, or a device of several words."""
    device = one.device.removeprefix("table ")
    return "change", one.grade.name, device if device and " " not in device else NONE, one.file or NONE
