"""Forges with invalid answers: `comment` ends in time with an error message, and the token is sent nowhere else."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Outcome
from tests.forge.conftest import github, gitlab
from tests.forge.stub import TOKEN
from tests.forge.stub_statuses import SHA
from tests.hostile.forge_answers import FORGES, SLOW, STATUSES, Answer, Forge, said

from taploom.cli.entry import run
from taploom.forge import api

TEXT = "<!-- taploom:plan v1 key=default plan=sha256:aa -->\nfirst\n"
BOTH = pytest.mark.parametrize("kind", ["github", "gitlab"])
Commented = Callable[..., tuple[Outcome, Forge]]
DRIFT = '{"format": "taploom-drift/1", "hosts": [], "missing": ["cedar"]}'


@pytest.fixture
def commented(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Commented]:
    """Runs `comment` in a job of GitHub or GitLab, with limits of a few seconds and 1 MiB.

    Forges that never finish get two seconds; others get more, because the machine may be busy.
    """
    forges: list[Forge] = []
    monkeypatch.setattr(api, "BYTES", 1 << 20)

    def comment(
        kind: str,
        answer: Answer,
        event: str | None = None,
        seconds: int = 8,
        text: str = TEXT,
        words: tuple[str, ...] = (),
    ) -> tuple[Outcome, Forge]:
        monkeypatch.setattr(api, "SECONDS", seconds)
        forges.append(Forge(answer))
        env = (github if kind == "github" else gitlab)(tmp_path / "temp", forges[-1].url, head=SHA)
        for name in ("GITHUB_ACTIONS", "GITLAB_CI"):
            monkeypatch.delenv(name, raising=False)
        for name, value in (env | {"GITHUB_TOKEN": TOKEN}).items():
            monkeypatch.setenv(name, value)
        if event is not None:
            Path(env["GITHUB_EVENT_PATH"]).write_text(event)
        (tmp_path / "given").write_text(text)
        status = run(["comment", str(tmp_path / "given"), *words])
        shown = capsys.readouterr()
        return Outcome(status, shown.out, shown.err), forges[-1]

    yield comment
    for forge in forges:
        forge.close()


@BOTH
@pytest.mark.parametrize("name", FORGES)
def test_an_invalid_answer_of_a_forge_is_an_error(name: str, kind: str, commented: Commented) -> None:
    answer, words = FORGES[name]
    began = time.monotonic()
    told, forge = commented(kind, answer, seconds=2 if answer in SLOW else 8)
    assert time.monotonic() - began < 10
    assert told.err.startswith("No comment: ")
    _refused(told, forge, words)


@BOTH
@pytest.mark.parametrize("name", STATUSES)
def test_an_invalid_answer_about_statuses_is_an_error(name: str, kind: str, commented: Commented) -> None:
    answer, words = STATUSES[name]
    began = time.monotonic()
    seconds = 2 if answer in SLOW else 8
    told, forge = commented(kind, answer, seconds=seconds, text=DRIFT, words=("--status",))
    assert time.monotonic() - began < 10
    assert told.err.startswith("No status: ")
    _refused(told, forge, words)


def _refused(told: Outcome, forge: Forge, words: str) -> None:
    assert (told.status, told.out) == (1, ""), told.err
    assert words in told.err
    assert len(told.err.splitlines()) == 1
    assert "##[" not in told.err
    assert TOKEN not in told.err
    assert "internal error" not in told.err
    assert {one.split()[0] for one in forge.asked} == {"GET"}, "nothing may be written to a forge with invalid answers"


@pytest.mark.parametrize(
    "event", ["null", "[]", "5", '{"pull_request": 5}', '{"pull_request": {"number": "5/x"}}', "{", ""]
)
def test_an_invalid_event_is_an_error(event: str, commented: Commented) -> None:
    told, forge = commented("github", said("{}"), event)
    assert (told.status, forge.asked) == (1, [])
    assert told.err.startswith("No comment: ")


@pytest.mark.parametrize(
    "url", ["http://[::1", "http://x:y/", "http://127.0.0.1:1/\u20ac", "http://a b", "ftp://x", "http://"]
)
def test_an_invalid_url_is_an_error_without_the_token(url: str) -> None:
    with pytest.raises(api.ForgeError) as refused:
        api.Api(url, {"PRIVATE-TOKEN": TOKEN}).get("/user")
    assert TOKEN not in str(refused.value)


def test_an_invalid_token_is_an_error_without_the_token() -> None:
    with pytest.raises(api.ForgeError) as refused:
        api.Api("http://127.0.0.1:1", {"PRIVATE-TOKEN": f"{TOKEN}\nX: y"}).get("/user")
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize("raw", [b"\xff\xfe", TEXT.encode() + b"\x80", TEXT.encode() + b" " * (5 << 20)])
def test_a_file_without_a_valid_comment_is_refused(
    raw: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "plan.md").write_bytes(raw)
    assert run(["comment", str(tmp_path / "plan.md")]) == 64
    assert "internal error" not in capsys.readouterr().err
