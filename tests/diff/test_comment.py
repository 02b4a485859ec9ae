"""The Markdown comment for a pull request has all its parts, keeps its size limit, and withstands hostile names."""

import re
from collections import Counter
from pathlib import Path

import pytest
from tests.cli.conftest import Taploom, taploom
from tests.diff.conftest import write
from tests.diff.site import BASE
from tests.sites import compiled
from tests.test_example import SPECS

from taploom.diff.change import ComparedPlan, compare
from taploom.diff.model import Change
from taploom.report.plan.flow_words import as_before
from taploom.report.plan.html import change_html
from taploom.report.plan.markdown import change_markdown
from taploom.report.plan.text import change_text

__all__ = ["taploom"]
PARTS = (
    "<!-- taploom:plan v1 key=default plan=sha256:", "## Network plan: **needs review**", "**Plan: 2 to add",
    "### Decide these", "**Exposes** `guest/proxy-c`", "**Open connections survive**", "conntrack -D",
    "### Reachability", "**EXPOSED**", "BLOCKED", "<details><summary>Flows of objects that are", "for example",
    "### What applying does to running traffic", "**D4**", "**D1**", "### Changes", "### Topology", "```mermaid",
    "### Generated files", "```diff", "| Undo |",
    "### Apply and undo", "taploom export cedar", "networkctl reload", "| management |", "@@ [DHCPServer]",
    "<sub>D0 no effect", "Not analysed",
)  # fmt: skip


def changed(before: dict[str, str], after: dict[str, str]) -> Change:
    """The change between two sites."""
    old, new = compiled(before).plan, compiled(after).plan
    return compare(ComparedPlan("main", old), ComparedPlan("head", new))


def assert_balanced(text: str) -> None:
    """Checks that code fences and `<details>` are closed, and that table rows have whole cells."""
    opened: list[str] = []
    for line in text.splitlines():
        fence = re.match(r"^(`{3,})(\w*)$", line)
        if fence and opened and opened[-1] == fence[1]:
            opened.pop()
        elif fence and not opened:
            opened.append(fence[1])
    assert opened == []
    outside = re.sub(r"(?ms)^(`{3,})\w*$.*?^\1$", "", text)
    assert outside.count("<details>") == outside.count("</details>") == outside.count("<summary>")
    widths = Counter(len(re.findall(r"(?<!\\)\|", line)) for line in outside.splitlines() if line.startswith("|"))
    assert set(widths) <= {3, 4, 5, 7, 8}, widths


def example(folder: Path) -> None:
    """Writes the example specs with a change: a new guest with a forward, a smaller pool, and a removed rule."""
    files = {path.relative_to(SPECS): path.read_text(encoding="utf-8") for path in SPECS.rglob("*.yaml")}
    texts = {str(path): text for path, text in files.items()}
    texts["guests/edge.yaml"] += "\n  proxy-c:\n    host: cedar\n    nics: {edge: {ipv4: 10.20.0.12, ipv6: none}}\n"
    texts["forwards.yaml"] += "\n  shop-next: {on: cedar, ports: tcp/8444, to: proxy-c, to-port: 443}\n"
    texts["networks.yaml"] = texts["networks.yaml"].replace("10.40.1.0-10.40.1.199", "10.40.1.0-10.40.1.149")
    policy = texts["policy.yaml"].splitlines(keepends=True)
    texts["policy.yaml"] = "".join(line for line in policy if not line.startswith("  office-to-files:"))
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "taploom.lock").write_text((SPECS / "taploom.lock").read_text(encoding="utf-8"), encoding="utf-8")


def test_the_example_has_every_part_and_stays_small(tmp_path: Path, taploom: Taploom) -> None:
    example(tmp_path / "specs")
    assert taploom("lock", "--specs", f"{tmp_path}/specs").status == 0
    done = taploom("plan", str(SPECS), f"{tmp_path}/specs", "--format", "md")
    assert "does not compile" not in done.out
    assert [part for part in PARTS if part not in done.out] == []
    assert len(done.out.encode()) < 20_000
    assert_balanced(done.out)


def many(count: int) -> tuple[dict[str, str], dict[str, str]]:
    """Specs of a site, and of the same site with `count` more guests, each with a forward."""
    after = dict(BASE)
    after["networks.yaml"] = after["networks.yaml"].replace("10.1.0.1/24", "10.1.0.1/16").replace("10.2.0", "10.200.0")
    after["guests.yaml"] = after["guests.yaml"].replace("10.2.0", "10.200.0")
    before = dict(after)
    after["many.yaml"] = (
        "taploom: 1\nguests:\n"
        + "".join(f"  g{n}: {{host: hv1, tags: [t{n}], nics: {{dmz: {{}}}}}}\n" for n in range(count))
        + "forwards:\n"
        + "".join(f"  f{n}: {{on: hv1, ports: tcp/{20000 + n}, to: g{n}}}\n" for n in range(count))
    )
    return before, after


def test_a_change_of_a_thousand_guests_fits_and_names_the_omitted_parts() -> None:
    change = changed(*many(1000))
    text = change_markdown(change, link="https://ci.example.org/plan.html")
    assert len(text) < 65_536
    assert_balanced(text)
    cut = re.search(r"\*\*Cut to the size of a comment:\*\* (.*) left out\. \[The whole plan\]", text)
    assert cut
    assert "objects" in cut[1]
    assert "**Plan: 2000 to add" in text


def test_of_many_unchanged_flows_the_first_are_named_and_the_rest_counted() -> None:
    before = many(40)[1]
    after = dict(before)
    after["networks.yaml"] = after["networks.yaml"].replace("10.1.0.1/16", "10.9.0.1/16")
    after["guests.yaml"] = after["guests.yaml"].replace("10.1.0.10", "10.9.0.10")
    change = changed(before, after)
    kept = len(as_before(change))
    for text in (change_text(change, files=False), change_markdown(change)):
        (rest,) = re.findall(r"and (\d+) more as before at another address", text)
        named = re.findall(r"^ *(?:- `=`|=) ", text, re.MULTILINE)
        assert f"{kept} as before at another address" in text
        assert (len(named), int(rest)) == (30, kept - 30)
        assert "BLOCKED" not in text
    assert change_html(change).count("the same at another address") == kept


@pytest.mark.parametrize("limit", [1500, 3000, 6000, 12_000, 30_000])
def test_the_comment_is_well_formed_at_any_size_limit(limit: int) -> None:
    text = change_markdown(changed(*many(40)), limit=limit)
    assert_balanced(text)
    assert len(text.encode()) <= max(limit, 3200)


HOSTILE = "a|b `c` ``` <script>alert(1)</script> @team [x](javascript:1) *b* \\ --> &lt; \"q\" 'r' ${{ x }} \u202eabc"


def test_hostile_text_is_escaped() -> None:
    quoted = HOSTILE.replace("\\", "\\\\").replace('"', '\\"').replace("\u202e", "\\u202E")
    after = dict(BASE)
    after["policy.yaml"] = after["policy.yaml"].replace("also covered by lan-dmz", quoted)
    change = changed(dict(BASE), after)
    assert any(field.name == "description" for one in change.objects for field in one.fields)
    text = change_markdown(change)
    assert_balanced(text)
    outside = re.sub(r"(?ms)^(`{3,})\w*$.*?^\1$", "", text)
    assert "<script" not in outside
    assert "@team" not in outside
    assert "](javascript" not in outside
    assert "\u202e" not in text
    page = change_html(change)
    assert "<script" not in page
    assert "\u202e" not in page
    assert "\x1b" not in change_text(change)


def test_the_digest_in_the_marker_depends_only_on_the_change(tmp_path: Path) -> None:
    one, same = changed(dict(BASE), dict(BASE)), changed(dict(BASE), dict(BASE))
    other = changed(dict(BASE), {**BASE, "more.yaml": "taploom: 1\nservices: {x: tcp/9}\n"})
    marks = [change_markdown(change).splitlines()[0] for change in (one, same, other)]
    assert marks[0] == marks[1] != marks[2]
    write(tmp_path / "specs", dict(BASE))


def test_a_hostile_key_cannot_close_the_marker_comment() -> None:
    text = change_markdown(changed(dict(BASE), dict(BASE)), key="--> <b>")
    assert text.splitlines()[0].count("-->") == 1
