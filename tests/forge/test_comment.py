"""`taploom comment` against a forge on loopback: it keeps one comment of its own, and the token goes nowhere else."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.conftest import Outcome
from tests.forge.conftest import Served, github, gitlab
from tests.forge.stub import JOB, STRANGER, TOKEN, Forge

from taploom.cli.entry import run
from taploom.forge.api import Api, ForgeError
from taploom.forge.thread import NoMarkError, identity

MARK = "<!-- taploom:plan v1 key=default plan=sha256:{} -->\n"
FIRST, SECOND = MARK.format("aa") + "first\n", MARK.format("bb") + "second | `x` @all\n"
BOTH = pytest.mark.parametrize("kind", ["github", "gitlab"])

Comment = Callable[..., Outcome]


@pytest.fixture
def comment(
    tmp_path: Path, served: Served, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Comment:
    """Runs `comment` for a text, in a job of the forge."""
    urls: dict[int, str] = {}

    def run_it(forge: Forge, text: str, *words: str, **overrides: str) -> Outcome:
        if id(forge) not in urls:
            urls[id(forge)] = served(forge)
        env = (github if forge.kind == "github" else gitlab)(tmp_path / "temp", urls[id(forge)])
        for name in ("GITHUB_ACTIONS", "GITLAB_CI"):
            monkeypatch.delenv(name, raising=False)
        for name, value in (env | {"GITHUB_TOKEN": TOKEN} | overrides).items():
            monkeypatch.setenv(name, value)
        (tmp_path / "plan.md").write_text(text, newline="")
        capsys.readouterr()
        status = run(["comment", str(tmp_path / "plan.md"), *words])
        shown = capsys.readouterr()
        assert TOKEN not in shown.out + shown.err
        return Outcome(status, shown.out, shown.err)

    return run_it


@BOTH
def test_a_comment_is_created_once_and_then_updated(kind: str, comment: Comment) -> None:
    forge = Forge(kind)
    assert comment(forge, FIRST).err == "Comment created.\n"
    assert comment(forge, SECOND).err == "Comment updated.\n"
    assert comment(forge, SECOND).err == "Comment is up to date.\n"
    assert [one["body"] for one in forge.comments] == [SECOND]
    assert forge.writes == ["POST", "PATCH" if kind == "github" else "PUT"]


@BOTH
def test_our_comment_is_found_among_many_and_next_to_one_of_another_site(kind: str, comment: Comment) -> None:
    forge = Forge(kind)
    other = forge.add(FIRST.replace("key=default", "key=default-2"), JOB)["body"]
    for number in range(230):
        forge.add(f"talk {number}", STRANGER)
    ours = forge.add(FIRST, JOB)
    assert comment(forge, SECOND).status == 0
    assert ours["body"] == SECOND
    assert forge.comments[0]["body"] == other
    assert len(forge.comments) == 232


@BOTH
@pytest.mark.parametrize("knows_itself", [True, False])
def test_a_comment_with_our_mark_by_somebody_else_is_left_alone(
    kind: str, knows_itself: bool, comment: Comment
) -> None:
    forge = Forge(kind, knows_itself=knows_itself)
    forge.add(FIRST, STRANGER)
    assert comment(forge, SECOND).err == "Comment created.\n"
    assert [one["body"] for one in forge.comments] == [FIRST, SECOND]


@BOTH
def test_only_update_creates_no_comment(kind: str, comment: Comment) -> None:
    forge = Forge(kind)
    assert comment(forge, FIRST, "--only-update").status == 0
    assert forge.comments == []
    comment(forge, FIRST)
    assert comment(forge, SECOND, "--only-update").err == "Comment updated.\n"


@BOTH
def test_a_comment_stored_with_other_line_ends_is_up_to_date(kind: str, comment: Comment) -> None:
    forge = Forge(kind)
    forge.add(FIRST.replace("\n", "\r\n").rstrip(), JOB)
    assert comment(forge, FIRST).err == "Comment is up to date.\n"


@BOTH
def test_a_refusal_is_a_sentence_without_the_token(kind: str, comment: Comment) -> None:
    forge = Forge(kind, reads_only=True)
    refused = comment(forge, FIRST)
    assert refused.status == 1
    assert "the forge answers 403: the token may not do this here; the token of a job for a fork" in refused.err


@BOTH
def test_no_redirect_is_followed_with_the_token(kind: str, comment: Comment, served: Served) -> None:
    elsewhere = Forge(kind)
    forge = Forge(kind, moved=f"{served(elsewhere)}/repos/birch/net/issues/5/comments")
    refused = comment(forge, FIRST)
    assert (refused.status, elsewhere.requests) == (1, [])
    assert "the forge answers 307, a redirect, which is not followed" in refused.err


@BOTH
def test_without_a_token_there_is_no_request(kind: str, comment: Comment) -> None:
    forge = Forge(kind)
    done = comment(forge, FIRST, GITHUB_TOKEN="", TAPLOOM_TOKEN="")
    assert (done.status, forge.requests) == (1, [])
    assert "_TOKEN is not set" in done.err


def test_a_push_gets_no_comment(comment: Comment, tmp_path: Path) -> None:
    forge = Forge("github")
    event = tmp_path / "push.json"
    event.write_text('{"ref": "refs/heads/main"}')
    done = comment(forge, FIRST, GITHUB_EVENT_PATH=str(event))
    assert (done.status, forge.requests) == (0, [])


@pytest.mark.parametrize("text", ["", "# Plan\n", "<!-- taploom:plan v1 -->\n", "x\n" + FIRST])
def test_a_text_without_a_mark_is_refused(text: str, comment: Comment) -> None:
    with pytest.raises(NoMarkError):
        identity(text)
    forge = Forge("github")
    assert (comment(forge, text).status, forge.requests) == (64, [])


def test_an_unreachable_or_invalid_url_is_an_error() -> None:
    for url in ("http://127.0.0.1:1", "file:///etc", ""):
        with pytest.raises(ForgeError) as refused:
            Api(url, {"PRIVATE-TOKEN": TOKEN}).get("/user")
        assert TOKEN not in str(refused.value)
    assert TOKEN not in repr(Api("x", {"PRIVATE-TOKEN": TOKEN}))
