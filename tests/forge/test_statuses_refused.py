"""`taploom comment --status` refuses every file that is no valid comparison of hosts."""

import json
from typing import Any

import pytest
from tests.forge.comparisons import EVERY, drift, host, row
from tests.forge.conftest import Status
from tests.forge.stub import Forge


def changed(**values: Any) -> dict[str, Any]:
    return drift({**host("a", "drifted", row("drifted", True)), **values})


ODD: dict[str, tuple[object, str]] = {
    "null": (None, ": null"),
    "a list": ([], ": []"),
    "another format": ({**EVERY, "format": "taploom-drift/2"}, 'format "taploom-drift/2"'),
    "no format": ({"hosts": [], "missing": []}, "format null"),
    "hosts of another kind": ({**EVERY, "hosts": {}}, "hosts {}"),
    "no list of missing hosts": ({**EVERY, "missing": None}, "missing null"),
    "a host of another kind": (drift(5), "hosts[0] 5"),  # type: ignore[arg-type]
    "no name": (changed(host=None), "hosts[0] host null"),
    "a name with markup": (changed(host="<b>"), 'hosts[0] host "<b>"'),
    "a name with a path": (changed(host="../x"), 'hosts[0] host "../x"'),
    "a name with invisible characters": (changed(host="a\x9b\u202e\ud800"), "<U+009B><U+202E><U+D800>"),
    "a name that is too long": (changed(host="a" * 64), "hosts[0] host"),
    "an unknown word": (changed(word="fine"), 'hosts[0] word "fine"'),
    "a word of another kind": (changed(word=[]), "hosts[0] word []"),
    "a word milder than its rows": (changed(word="current"), 'hosts[0] word "current" is not the gravest'),
    "a row that is current": (drift(host("a", "current", row("current"))), 'rows[0].word "current"'),
    "a serial of another kind": (changed(serial="7"), 'hosts[0] serial "7"'),
    "a negative serial": (changed(serial=-1), "hosts[0] serial -1"),
    "a boolean serial": (changed(serial=True), "hosts[0] serial true"),
    "a serial that is too large": (changed(serial=10**30), "hosts[0] serial 1000"),
    "rows of another kind": (changed(rows="x"), 'hosts[0] rows "x"'),
    "a row of another kind": (changed(rows=[None]), "hosts[0] rows[0] null"),
    "consequences of another kind": (changed(consequences=None), "consequences null"),
    "an exposure of another kind": (changed(consequences=[{"exposed": 1}]), "exposed 1"),
    "a missing host of another kind": (drift(missing=(5,)), "missing[0] 5"),  # type: ignore[arg-type]
    "a host twice": (drift(host("a", "current"), missing=("a",)), 'host "a" appears twice'),
}


@pytest.mark.parametrize("name", ODD)
def test_an_invalid_comparison_is_refused_with_its_place(name: str, status: Status) -> None:
    found, words = ODD[name]
    forge = Forge("github")
    done = status(forge, json.dumps(found).encode())
    assert (done.status, done.out, forge.requests) == (64, "", []), done.err
    assert "drift.json: this is no output of `taploom drift --format json`: " in done.err
    assert words in done.err
    assert len(done.err.splitlines()[-1]) < 400


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "it is not JSON"),
        (b"cedar: current\n", "it is not JSON"),
        (b"[" * 200_000, "it is not JSON"),
        (b'{"format": ' + b"9" * 10_000 + b"}", "it is not JSON"),
        (b"\xff\xfe", "the text is not UTF-8"),
        (b" " * ((64 << 20) + 1), "the file is larger than 64 MiB"),
    ],
    ids=["nothing", "text", "deep", "digits", "bytes", "large"],
)
def test_a_file_without_a_comparison_is_refused(raw: bytes, words: str, status: Status) -> None:
    forge = Forge("github")
    done = status(forge, raw)
    assert (done.status, forge.requests) == (64, [])
    assert words in done.err
