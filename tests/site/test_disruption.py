"""Applies each change of the page on disruption to this repository's specs, and compares its class with the page."""

import re
import shutil
from pathlib import Path

import pytest
from tests.site.typed import ROOT, Shell, shows

PAGE = (ROOT / "site/explanation/disruption.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(
    r"^## (D\d): [^\n]*\n\n```diff\n(\S+)\n(.*?)^```\n\n```text\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL
)


def _copied(folder: Path) -> None:
    shutil.copytree(ROOT / "specs", folder / "specs")


def _committed(folder: Path) -> Shell:
    shell = Shell(folder)
    shell.run("git init --quiet && git add . && git commit --quiet --message before")
    return shell


def test_every_class_has_an_example() -> None:
    assert [grade for grade, *_ in EXAMPLES] == [f"D{number}" for number in range(7)]


def _edited(text: str, diff: str) -> str:
    """A text in which the removed lines of a diff are replaced by its added lines."""
    out, into = ("".join(f"{line[1:]}\n" for line in diff.splitlines() if line[0] == sign) for sign in "-+")
    assert text.count(out) == 1
    return text.replace(out, into)


@pytest.mark.parametrize(("grade", "file", "diff", "said"), EXAMPLES, ids=[one[0] for one in EXAMPLES])
def test_the_plan_gives_a_change_the_class_of_the_page(
    tmp_path: Path, grade: str, file: str, diff: str, said: str
) -> None:
    _copied(tmp_path)
    shell = _committed(tmp_path)
    path = tmp_path / file
    path.write_text(_edited(path.read_text(encoding="utf-8"), diff), encoding="utf-8")
    told = shell.run("taploom plan")
    shows(told, said.splitlines())
    assert f"at worst {grade} " in told


def test_the_advice_for_a_smaller_disruption_works(tmp_path: Path) -> None:
    """Without hairpin and masquerade, a change of the lease time is D2 instead of D3."""
    _copied(tmp_path)
    forwards = tmp_path / "specs/forwards.yaml"
    text = re.sub(r"(  web:\n)", r"\1    hairpin: false\n", forwards.read_text(encoding="utf-8"))
    text = re.sub(r"(  (?:mail-in|wireguard): \{)", r"\1hairpin: false, ", text)
    forwards.write_text(text, encoding="utf-8")
    shell = _committed(tmp_path)
    (_, file, diff, _) = EXAMPLES[3]
    path = tmp_path / file
    path.write_text(_edited(path.read_text(encoding="utf-8"), diff), encoding="utf-8")
    assert "at worst D2 " in shell.run("taploom plan")


def test_named_taps_avoid_restarts_of_guests(tmp_path: Path) -> None:
    """No guest has to restart if the bridge has both TAP patterns and each guest names its current TAP."""
    _copied(tmp_path)
    shell = _committed(tmp_path)
    (_, file, diff, _) = EXAMPLES[5]
    path = tmp_path / file
    both = diff.replace("{taps: shop-*}", "{taps: [shop-*, vms-*]}")
    path.write_text(_edited(path.read_text(encoding="utf-8"), both), encoding="utf-8")
    guests = tmp_path / "specs/guests/shop.yaml"
    text = guests.read_text(encoding="utf-8")
    for name in ("web-1", "web-2"):
        text = re.sub(rf"(  {name}: .*nics: {{shop: {{)", rf"\1tap: vms-{name}", text)
    text = text.replace("{shop: {ipv4: auto,", "{shop: {tap: vms-checkout, ipv4: auto,")
    text = text.replace("shop: {gateway: true}", "shop: {tap: vms-backup, gateway: true}")
    guests.write_text(text, encoding="utf-8")
    told = shell.run("taploom plan")
    assert "D0 cedar br-shop" in told
    assert not re.search(r"D[345] ", told), told
