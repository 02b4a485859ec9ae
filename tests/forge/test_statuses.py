"""`taploom comment --status` against a forge on loopback: each host gets one status, sent again only if it changes."""

import json

import pytest
from tests.drift.test_formats import hostile
from tests.forge.comparisons import EVERY, drift, host, row
from tests.forge.conftest import Served, Status
from tests.forge.stub import Forge

from taploom.drift.model import Word
from taploom.report.drift.json import drift_json

BOTH = pytest.mark.parametrize("kind", ["github", "gitlab"])
PAGES = {
    "github": "https://forge.example.org/birch/net/actions/runs/99",
    "gitlab": "https://forge.example.org/birch/net/-/jobs/99",
}
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
"""For each host of `EVERY`: state of its status on GitHub, state on GitLab, and description of the status."""


def shown(forge: Forge, **query: str) -> dict[str, tuple[str, str]]:
    """State and description of each status, by the status's name."""
    rows = forge.statuses.shown(forge.kind, {name: [value] for name, value in query.items()})
    key = "state" if forge.kind == "github" else "status"
    return {name: (one[key], one["description"]) for name, one in rows.items()}


@BOTH
def test_each_word_sets_a_status_of_its_host(kind: str, status: Status) -> None:
    forge = Forge(kind)
    done = status(forge, EVERY)
    assert (done.status, done.out, done.err) == (0, "", "Statuses: 8 set, 0 up to date.\n")
    expected = {f"taploom/{name}": (said[kind == "gitlab"], said[2]) for name, said in SAID.items()}
    assert shown(forge) == expected
    assert {one["target_url"] for one in forge.statuses.rows} == {PAGES[kind]}
    assert {one["word"] for one in EVERY["hosts"]} == {word.value for word in Word}


@BOTH
def test_no_text_from_a_host_gets_into_a_status(kind: str, status: Status) -> None:
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
def test_a_status_is_sent_again_only_if_it_changed(kind: str, status: Status) -> None:
    forge = Forge(kind)
    status(forge, EVERY)
    assert status(forge, EVERY).err == "Statuses: 0 set, 8 up to date.\n"
    assert forge.writes == ["POST"] * 8
    changed = drift(host("a", "drifted", row("drifted")), host("c", "current", serial=1234), missing=("h",))
    assert status(forge, changed).err == "Statuses: 2 set, 1 up to date.\n"
    assert shown(forge)["taploom/a"][1] == "drifted: 1 difference"
    assert shown(forge)["taploom/c"] == ("success", "current (serial 1234)")


@BOTH
def test_the_description_of_a_pending_status_can_change(kind: str, status: Status) -> None:
    """GitLab refuses a second pending status with 400 while the first one is open."""
    forge = Forge(kind)
    status(forge, drift(host("c", "pending", row("pending"), serial=1)))
    done = status(forge, drift(host("c", "pending", row("pending"), serial=2)))
    assert (done.status, done.err) == (0, "Statuses: 1 set, 0 up to date.\n")
    assert shown(forge) == {"taploom/c": ("pending", "behind: serial 2 is taken up, 1 difference")}


def test_other_refusals_of_gitlab_are_errors(status: Status) -> None:
    """A job of the pipeline already has the name."""
    forge = Forge("gitlab")
    job = {"id": 1, "name": "taploom/c", "status": "running", "description": None, "job": True, "pipeline_id": 7}
    forge.statuses.rows.append(job)
    for word in ("pending", "drifted"):
        done = status(forge, drift(host("a", "current"), host("c", word, row(word)), host("d", "current")))
        assert (done.status, done.out) == (1, "")
        assert "No status was set for 2 of 3 hosts: POST /projects/42/statuses/" in done.err
        assert done.err.endswith(": the forge answers 400.\n")
    assert list(shown(forge)) == ["taploom/c", "taploom/a"]


def test_each_pipeline_on_gitlab_has_its_own_statuses(status: Status) -> None:
    """A later pipeline of the commit hides the statuses of an earlier pipeline."""
    forge = Forge("gitlab")
    status(forge, EVERY)
    assert status(forge, EVERY, CI_PIPELINE_ID="8").err == "Statuses: 8 set, 0 up to date.\n"
    assert shown(forge, pipeline_id="7") == shown(forge, pipeline_id="8")


@BOTH
def test_our_statuses_are_found_among_many(kind: str, status: Status) -> None:
    forge = Forge(kind)
    for number in range(230):
        key = {"context": f"x{number}", "state": "error"} if kind == "github" else {"name": f"x{number}", "id": number}
        forge.statuses.rows.append({"status": "failed", "description": None, "pipeline_id": 7, **key})
    status(forge, EVERY)
    assert status(forge, EVERY).err == "Statuses: 0 set, 8 up to date.\n"


@BOTH
def test_a_read_only_token_is_an_error_with_the_needed_permission(kind: str, status: Status) -> None:
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
def test_no_redirect_is_followed_with_the_token(kind: str, status: Status, served: Served) -> None:
    elsewhere = Forge(kind)
    forge = Forge(kind, moved=served(elsewhere))
    refused = status(forge, EVERY)
    assert (refused.status, elsewhere.requests) == (1, [])
    assert "the forge answers 307, a redirect, which is not followed" in refused.err


@BOTH
def test_without_a_token_or_a_commit_there_is_no_request(kind: str, status: Status) -> None:
    forge = Forge(kind)
    for overrides, words in (
        ({"GITHUB_TOKEN": "", "TAPLOOM_TOKEN": ""}, "_TOKEN is not set"),
        ({"GITHUB_SHA": "", "CI_COMMIT_SHA": ""}, "_SHA is not the hash of a commit"),
        ({"GITHUB_SHA": "../../user", "CI_COMMIT_SHA": "main"}, "_SHA is not the hash of a commit"),
    ):
        done = status(forge, EVERY, **overrides)
        assert (done.status, forge.requests) == (1, [])
        assert words in done.err


@BOTH
def test_a_job_without_a_page_sets_statuses_without_a_link(kind: str, status: Status) -> None:
    """GitLab accepts no link of more than 255 characters."""
    for page in ("", f"https://forge.example.org/{'x' * 240}"):
        forge = Forge(kind)
        assert status(forge, EVERY, GITHUB_RUN_ID="", CI_JOB_URL=page).status == 0
        assert {one.get("target_url") for one in forge.statuses.rows} == {None}


def test_outside_of_ci_no_status_is_set(status: Status) -> None:
    forge = Forge("github")
    done = status(forge, EVERY, GITHUB_ACTIONS="")
    assert (done.status, forge.requests) == (0, [])
    assert done.err == "No status: this is not a job of GitHub Actions or GitLab CI.\n"


def test_only_update_is_refused_with_status(status: Status) -> None:
    forge = Forge("github")
    done = status(forge, EVERY, "--only-update")
    assert (done.status, forge.requests) == (64, [])
    assert "it cannot be used with --status" in done.err


def test_the_limit_of_statuses_on_github_is_an_error(status: Status) -> None:
    forge = Forge("github")
    old = {"context": "taploom/f", "state": "error", "description": ""}
    forge.statuses.rows.extend([old] * 1000)
    assert "the forge answers 422" in status(forge, drift(host("f", "current"))).err


@pytest.mark.parametrize("serial", [0, 9, (1 << 64) - 1])
def test_a_description_is_short_enough_for_github(serial: int, status: Status) -> None:
    forge = Forge("github")
    many = [row("pending", True)] * 30_000
    assert status(forge, drift(host("x" * 63, "pending", *many, serial=serial))).status == 0
