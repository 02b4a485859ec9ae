"""Compares the pages about delivery with the script that hosts run: verbs, messages, statuses, files and steps."""

import re
import subprocess

import pytest
from tests.site.typed import BLOCK, ROOT

SITE = ROOT / "site"
PAGES = {path.stem: path.read_text(encoding="utf-8") for path in (
    SITE / "how-to/debian.md", SITE / "how-to/adopt.md", SITE / "how-to/night.md", SITE / "explanation/take-up.md",
)}  # fmt: skip
DELIVERY = ROOT / "compiler/taploom/delivery"
SCRIPT = "".join((DELIVERY / f"{name}.sh").read_text(encoding="utf-8") for name in ("activate", "inspect"))
USAGE = subprocess.run(["sh", DELIVERY / "activate.sh"], capture_output=True, text=True, check=False)
STATUS = re.compile(r"^# (Exit: .*?)\. Needs", re.MULTILINE | re.DOTALL)
REASONS = {*re.findall(r"(?:went_back|\) back|&& back|back) '([^']+)'", SCRIPT), "interrupted"}
_JOURNAL = re.compile(r"^\S+T\S+ \S+ (?:sh|taploom)\[\d+\]: (?:taploom: )?")
_PRINTED = re.compile(
    r"(?:taploom: )?((?:wrong|risky|note): .*|refused.*|it went back.*|nothing speaks.*)|taploom: (.*)"
)
_WORDS = re.compile(r"""\b(wrong|risky|refused|say|log \w+) (?:"((?:[^"\\]|\\.)*)"|'([^']*)')""")
_FILLED_IN = re.compile(r"\$\{[^}]*\}|\$\w+|\$\((?:[^()]|\([^()]*\))*\)|\$\(.*")


def _messages() -> list[re.Pattern[str]]:
    """Patterns of all messages of the script; each substituted part matches any text."""
    found = []
    for verb, double, single in _WORDS.findall(SCRIPT):
        before = {"wrong": "wrong: ", "risky": "risky: ", "refused": "refused, nothing was changed: "}.get(verb, "")
        literal = _FILLED_IN.split(before + (double or single))
        if len("".join(literal)) > len(before) + 6:  # skips literals as short as `note: `
            found.append(re.compile(".+".join(map(re.escape, literal))))
    return found


MESSAGES = _messages()


def _said(text: str) -> list[str]:
    """The messages of the script that a page quotes in blocks and tables."""
    lines = [
        line for language, body in BLOCK.findall(text) if language in {"console", "text"} for line in body.splitlines()
    ]
    lines += re.findall(r"^\| `([^`]*)` \|", text, re.MULTILINE)
    told = [line[found.end() :] for line in lines if (found := _JOURNAL.match(line))]
    return told + [found[1] or found[2] for line in lines if (found := _PRINTED.fullmatch(line))]


@pytest.mark.parametrize("page", PAGES)
def test_verbs_and_options_of_pages_exist_in_the_script(page: str) -> None:
    calls = re.findall(r"(?:^|[\s`/])activate ((?:[a-z]+)(?: --[^\n`]*)?)", PAGES[page])
    verbs = set(re.findall(r"^#   \./activate (\w+)", USAGE.stderr, re.MULTILINE))
    assert len(verbs) == 6
    for call in calls:
        verb, *rest = call.split()
        assert verb in verbs, call
        for option in re.findall(r"--\w+", " ".join(rest)):
            assert option in USAGE.stderr, call


@pytest.mark.parametrize(("page", "fewest"), [("debian", 15), ("adopt", 4), ("night", 8)])
def test_the_script_can_print_each_quoted_message(page: str, fewest: int) -> None:
    said = [line for line in _said(PAGES[page]) if not line.startswith(("timeout: ", "note: table "))]
    assert len(said) >= fewest
    for line in said:
        assert any(one.fullmatch(line) for one in MESSAGES), line
        word, _, reason = line.partition(" back: ")
        assert word not in {"going", "went", "it went"} or reason in REASONS


def test_every_status_of_the_script_has_a_row_on_the_page_for_the_night() -> None:
    told = STATUS.search(SCRIPT)
    assert told
    codes = set(re.findall(r"(?<![\w.])(\d+)(?= )", told[1].replace("\n# ", " ")))
    rows = set(re.findall(r"^\| (\d+) \|", PAGES["night"], re.MULTILINE))
    rows |= set(re.findall(r"^\| `[^`|]+` \| (\d+) \|", PAGES["night"], re.MULTILINE))
    assert codes == rows == {"0", "10", "11", "12", "20", "21", "22", "64"}


def test_every_reason_to_go_back_has_a_row_on_the_page_for_the_night() -> None:
    rows = set(
        re.findall(
            r"^\| `([^`]+)` \| [A-Z]", PAGES["night"].partition("## Why")[2].partition("## Timer")[0], re.MULTILINE
        )
    )
    assert REASONS - {"all is removed", "no room on the disk"} <= rows
    assert rows <= REASONS


@pytest.mark.parametrize("page", PAGES)
def test_state_files_and_units_of_pages_exist_in_the_script(page: str) -> None:
    for name in set(re.findall(r"/var/lib/taploom/([a-z]+)", PAGES[page])):
        assert f"$state/{name}" in SCRIPT or f"=/var/lib/taploom/{name}" in SCRIPT, name
    for unit in set(re.findall(r"taploom-revert[a-z.-]*[a-z]", PAGES[page])):
        assert unit.removesuffix(".timer").removesuffix(".service") in SCRIPT, unit


def test_steps_of_a_trial_are_in_the_order_of_the_script() -> None:
    steps = re.findall(r"\bstep '?([a-z ]+?)'? &&", SCRIPT.partition("take_up() {")[2].partition("\nback() {")[0])
    rows = re.findall(r"^\| \*\*([a-z ]+)\*\* \|", PAGES["take-up"], re.MULTILINE)
    assert rows[rows.index("files") : rows.index("files") + len(steps)] == steps
    shown = re.findall(r"^\S+Z ([a-z ]+)$", PAGES["night"], re.MULTILINE)
    assert shown == steps
