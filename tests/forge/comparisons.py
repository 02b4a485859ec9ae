"""Comparisons of hosts in the format of `taploom drift --format json`, limited to the fields that a status needs."""

from typing import Any

from tests.drift.test_formats import HOSTILE


def row(word: str, *exposed: bool) -> dict[str, Any]:
    return {"word": word, "message": HOSTILE, "consequences": [{"exposed": one} for one in exposed]}


def host(name: str, word: str, *rows: dict[str, Any], serial: int = 0, more: tuple[bool, ...] = ()) -> dict[str, Any]:
    together = [{"exposed": one} for one in more]
    return {"host": name, "word": word, "serial": serial, "rows": list(rows), "consequences": together}


def drift(*hosts: dict[str, Any], missing: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"format": "taploom-drift/1", "plan": "sha256:0", "hosts": list(hosts), "missing": list(missing)}


EVERY = drift(
    host("a", "current", serial=1234),
    host("b", "current"),
    host("c", "pending", row("pending"), row("pending"), serial=1233),
    host("d", "pending", row("pending", True)),
    host("e", "drifted", row("drifted", True, False), row("pending"), row("foreign", True), more=(True,)),
    host("f", "drifted", row("drifted")),
    host("g", "foreign", row("foreign", False)),
    missing=("h",),
)
