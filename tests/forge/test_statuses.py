"""`taploom comment --status` against a forge on loopback: one status for each host, sent once."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Outcome
from tests.drift.test_formats import HOSTILE, hostile
from tests.forge.conftest import Served, github, gitlab
from tests.forge.stub import TOKEN, Forge
from tests.forge.stub_statuses import SHA

from taploom.cli.entry import run
from taploom.drift.model import Word
from taploom.report.drift.json import drift_json

BOTH = pytest.mark.parametrize("kind", ["github", "gitlab"])
PAGES = {
    "github": "https://forge.example.org/birch/net/actions/runs/99",
    "gitlab": "https://forge.example.org/birch/net/-/jobs/99",
}
SET = Callable[..., Outcome]


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
SAID = {
    "a": ("success", "success", "current (serial 1234)"),
    "b": ("success", "success", "current"),
    "c": ("pending", "pending", "behind: serial 1233 is taken up, 2 differences"),
    "d": ("pending", "pending", "behind: no bundle is taken up, 1 difference, 1 exposure"),
    "e": ("failure", "failed", "drifted: 3 differences, 3 exposures"),
    "f": ("failure", "failed", "drifted: 1 difference"),
    "g": ("failure", "failed", "foreign: 1 difference"),
    "h": ("error", "failed", "no facts"),
}
"""For each host of `EVERY` the words of GitHub and of GitLab, and the description."""


@pytest.fixture
def status(tmp_path: Path, served: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> SET:
    """Runs the verb on a document, or on bytes, in a job of the forge."""
    urls: dict[int, str] = {}

    def run_it(forge: Forge, found: dict[str, Any] | bytes, *words: str, **overrides: str) -> Outcome:
        if id(forge) not in urls:
            urls[id(forge)] = served(forge)
        env = (github if forge.kind == "github" else gitlab)(tmp_path / "temp", urls[id(forge)], head=SHA)
        for name in ("GITHUB_ACTIONS", "GITLAB_CI"):
            monkeypatch.delenv(name, raising=False)
        for name, value in (env | {"GITHUB_TOKEN": TOKEN} | overrides).items():
            monkeypatch.setenv(name, value)
        path = tmp_path / "drift.json"
        path.write_bytes(found if isinstance(found, bytes) else json.dumps(found).encode())
        capsys.readouterr()
        code = run(["comment", "--status", str(path), *words])
        shown = capsys.readouterr()
        assert TOKEN not in shown.out + shown.err
        assert "internal error" not in shown.err
        assert all(line.isprintable() for line in shown.err.splitlines())
        return Outcome(code, shown.out, shown.err)

    return run_it


def shown(forge: Forge, **query: str) -> dict[str, tuple[str, str]]:
    """Word and description by name."""
    rows = forge.statuses.shown(forge.kind, {name: [value] for name, value in query.items()})
    key = "state" if forge.kind == "github" else "status"
    return {name: (one[key], one["description"]) for name, one in rows.items()}


@BOTH
def test_every_word_is_a_status_of_its_host(kind: str, status: SET) -> None:
    forge = Forge(kind)
    done = status(forge, EVERY)
    assert (done.status, done.out, done.err) == (0, "", "Statuses: 8 set, 0 up to date.\n")
    expected = {f"taploom/{name}": (said[kind == "gitlab"], said[2]) for name, said in SAID.items()}
    assert shown(forge) == expected
    assert {one["target_url"] for one in forge.statuses.rows} == {PAGES[kind]}
    assert {one["word"] for one in EVERY["hosts"]} == {word.value for word in Word}


@BOTH
def test_what_drift_prints_is_read_and_nothing_of_a_machine_gets_into_a_status(kind: str, status: SET) -> None:
    forge = Forge(kind)
    printed = json.loads(drift_json(hostile()))
    printed["hosts"][0]["host"] = "a"
    assert status(forge, printed).status == 0
    assert shown(forge) == {
        "taploom/a": ("failed" if kind == "gitlab" else "failure", "drifted: 1 difference, 2 exposures"),
        "taploom/b": ("success", "current (serial 7)"),
        "taploom/c": ("failed" if kind == "gitlab" else "error", "no facts"),
    }


@BOTH
def test_a_status_is_sent_again_only_where_it_changes(kind: str, status: SET) -> None:
    forge = Forge(kind)
    status(forge, EVERY)
    assert status(forge, EVERY).err == "Statuses: 0 set, 8 up to date.\n"
    assert forge.writes == ["POST"] * 8
    changed = drift(host("a", "drifted", row("drifted")), host("c", "current", serial=1234), missing=("h",))
    assert status(forge, changed).err == "Statuses: 2 set, 1 up to date.\n"
    assert shown(forge)["taploom/a"][1] == "drifted: 1 difference"
    assert shown(forge)["taploom/c"] == ("success", "current (serial 1234)")


@BOTH
def test_a_pending_status_gets_another_description(kind: str, status: SET) -> None:
    """GitLab refuses that with 400 while the status is open."""
    forge = Forge(kind)
    status(forge, drift(host("c", "pending", row("pending"), serial=1)))
    done = status(forge, drift(host("c", "pending", row("pending"), serial=2)))
    assert (done.status, done.err) == (0, "Statuses: 1 set, 0 up to date.\n")
    assert shown(forge) == {"taploom/c": ("pending", "behind: serial 2 is taken up, 1 difference")}


def test_another_refusal_of_gitlabs_is_said(status: SET) -> None:
    """A job of the pipeline has the name already."""
    forge = Forge("gitlab")
    job = {"id": 1, "name": "taploom/c", "status": "running", "description": None, "job": True, "pipeline_id": 7}
    forge.statuses.rows.append(job)
    for word in ("pending", "drifted"):
        done = status(forge, drift(host("a", "current"), host("c", word, row(word)), host("d", "current")))
        assert (done.status, done.out) == (1, "")
        assert "No status of 2 of 3 hosts: POST /projects/42/statuses/" in done.err
        assert done.err.endswith(": the forge answers 400.\n")
    assert list(shown(forge)) == ["taploom/c", "taploom/a"]


def test_each_pipeline_of_gitlabs_has_its_own(status: SET) -> None:
    """A later pipeline of the commit would hide those of an earlier one."""
    forge = Forge("gitlab")
    status(forge, EVERY)
    assert status(forge, EVERY, CI_PIPELINE_ID="8").err == "Statuses: 8 set, 0 up to date.\n"
    assert shown(forge, pipeline_id="7") == shown(forge, pipeline_id="8")


@BOTH
def test_found_among_many_of_others(kind: str, status: SET) -> None:
    forge = Forge(kind)
    for number in range(230):
        key = {"context": f"x{number}", "state": "error"} if kind == "github" else {"name": f"x{number}", "id": number}
        forge.statuses.rows.append({"status": "failed", "description": None, "pipeline_id": 7, **key})
    status(forge, EVERY)
    assert status(forge, EVERY).err == "Statuses: 0 set, 8 up to date.\n"


@BOTH
def test_a_token_that_may_only_read(kind: str, status: SET) -> None:
    forge = Forge(kind, reads_only=True)
    refused = status(forge, EVERY)
    assert (refused.status, forge.statuses.rows) == (1, [])
    assert refused.err.startswith("No status: POST ")
    assert "the forge answers 403: the token may not do this here; the token of a job for a fork" in refused.err
    need = (
        "`permissions: {statuses: write}` in the job" if kind == "github" else "the scope `api` and the role Developer"
    )
    assert need in refused.err


@BOTH
def test_no_redirect_is_followed_with_the_token(kind: str, status: SET, served: Served) -> None:
    elsewhere = Forge(kind)
    forge = Forge(kind, moved=served(elsewhere))
    refused = status(forge, EVERY)
    assert (refused.status, elsewhere.requests) == (1, [])
    assert "the forge answers 307, and leads elsewhere" in refused.err


@BOTH
def test_no_token_or_no_commit_no_request(kind: str, status: SET) -> None:
    forge = Forge(kind)
    for overrides, words in (
        ({"GITHUB_TOKEN": "", "TAPLOOM_TOKEN": ""}, "_TOKEN is not set"),
        ({"GITHUB_SHA": "", "CI_COMMIT_SHA": ""}, "_SHA is no hash of a commit"),
        ({"GITHUB_SHA": "../../user", "CI_COMMIT_SHA": "main"}, "_SHA is no hash of a commit"),
    ):
        done = status(forge, EVERY, **overrides)
        assert (done.status, forge.requests) == (1, [])
        assert words in done.err


@BOTH
def test_a_job_without_a_page_sets_statuses_without_a_link(kind: str, status: SET) -> None:
    """GitLab takes no link of more than 255 characters."""
    for page in ("", f"https://forge.example.org/{'x' * 240}"):
        forge = Forge(kind)
        assert status(forge, EVERY, GITHUB_RUN_ID="", CI_JOB_URL=page).status == 0
        assert {one.get("target_url") for one in forge.statuses.rows} == {None}


def test_without_ci_there_is_no_commit(status: SET) -> None:
    forge = Forge("github")
    done = status(forge, EVERY, GITHUB_ACTIONS="")
    assert (done.status, forge.requests) == (0, [])
    assert done.err == "No status: this runs in no job of GitHub Actions or GitLab CI.\n"


def test_only_update_is_of_comments(status: SET) -> None:
    forge = Forge("github")
    done = status(forge, EVERY, "--only-update")
    assert (done.status, forge.requests) == (64, [])
    assert "it goes without --status" in done.err


def test_no_more_statuses_than_the_forge_takes(status: SET) -> None:
    forge = Forge("github")
    old = {"context": "taploom/f", "state": "error", "description": ""}
    forge.statuses.rows.extend([old] * 1000)
    assert "the forge answers 422" in status(forge, drift(host("f", "current"))).err


@pytest.mark.parametrize("serial", [0, 9, (1 << 64) - 1])
def test_a_description_fits_github(serial: int, status: SET) -> None:
    forge = Forge("github")
    many = [row("pending", True)] * 30_000
    assert status(forge, drift(host("x" * 63, "pending", *many, serial=serial))).status == 0


def changed(**values: Any) -> dict[str, Any]:
    return drift({**host("a", "drifted", row("drifted", True)), **values})


ODD: dict[str, tuple[object, str]] = {
    "null": (None, ": null"),
    "a list": ([], ": []"),
    "another format": ({**EVERY, "format": "taploom-drift/2"}, 'format "taploom-drift/2"'),
    "no format": ({"hosts": [], "missing": []}, "format null"),
    "hosts that are none": ({**EVERY, "hosts": {}}, "hosts {}"),
    "no list of what is missing": ({**EVERY, "missing": None}, "missing null"),
    "a host that is none": (drift(5), "hosts[0] 5"),  # type: ignore[arg-type]
    "no name": (changed(host=None), "hosts[0] host null"),
    "a name with markup": (changed(host="<b>"), 'hosts[0] host "<b>"'),
    "a name that leads elsewhere": (changed(host="../x"), 'hosts[0] host "../x"'),
    "a name that does not print": (changed(host="a\x9b\u202e\ud800"), "<U+009B><U+202E><U+D800>"),
    "a name of many letters": (changed(host="a" * 64), "hosts[0] host"),
    "a word that is none": (changed(word="fine"), 'hosts[0] word "fine"'),
    "a word of another kind": (changed(word=[]), "hosts[0] word []"),
    "a word milder than its rows": (changed(word="current"), 'hosts[0] word "current" is not the gravest'),
    "a row that is current": (drift(host("a", "current", row("current"))), 'rows[0].word "current"'),
    "a serial that is none": (changed(serial="7"), 'hosts[0] serial "7"'),
    "a serial below none": (changed(serial=-1), "hosts[0] serial -1"),
    "a serial that is true": (changed(serial=True), "hosts[0] serial true"),
    "a serial of many digits": (changed(serial=10**30), "hosts[0] serial 1000"),
    "rows that are none": (changed(rows="x"), 'hosts[0] rows "x"'),
    "a row that is none": (changed(rows=[None]), "hosts[0] rows[0] null"),
    "consequences that are none": (changed(consequences=None), "consequences null"),
    "an exposure that is none": (changed(consequences=[{"exposed": 1}]), "exposed 1"),
    "a missing host that is none": (drift(missing=(5,)), "missing[0] 5"),  # type: ignore[arg-type]
    "a host twice": (drift(host("a", "current"), missing=("a",)), 'host "a" is in it twice'),
}


@pytest.mark.parametrize("name", ODD)
def test_a_document_of_another_shape_is_refused_with_its_place(name: str, status: SET) -> None:
    found, words = ODD[name]
    forge = Forge("github")
    done = status(forge, json.dumps(found).encode())
    assert (done.status, done.out, forge.requests) == (64, "", []), done.err
    assert "drift.json: this is not what `taploom drift --format json` prints: " in done.err
    assert words in done.err
    assert len(done.err.splitlines()[-1]) < 400


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "it is no JSON"),
        (b"cedar: current\n", "it is no JSON"),
        (b"[" * 200_000, "it is no JSON"),
        (b'{"format": ' + b"9" * 10_000 + b"}", "it is no JSON"),
        (b"\xff\xfe", "this is not UTF-8"),
        (b" " * ((64 << 20) + 1), "this is more than 64 MiB"),
    ],
    ids=["nothing", "text", "deep", "digits", "bytes", "large"],
)
def test_a_file_that_is_no_comparison(raw: bytes, words: str, status: SET) -> None:
    forge = Forge("github")
    done = status(forge, raw)
    assert (done.status, forge.requests) == (64, [])
    assert words in done.err
