"""Builds pages on machines with `dot`, with only the package pygraphviz, and with neither."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.plans import seed
from tests.site.browsing import ROOT
from tests.support import needs

from taploom.diagrams.draw import drawn, undrawn
from taploom.diagrams.palette import paint
from taploom.diagrams.policy_matrix import matrix
from taploom.diagrams.printing import printed
from taploom.diagrams.svg import inline
from taploom.diagrams.topology import site_graph
from taploom.diagrams.zones import zones_graph

_WITHOUT = "import sys; sys.modules['pygraphviz'] = None; from mkdocs.__main__ import cli; cli()"
"""Runs MkDocs as on a machine without the package pygraphviz."""
_PLACES = re.compile(r'<text text-anchor="(\w+)"[^>]*>([^<]*)</text>')


@needs("dot")
def test_package_and_command_draw_the_same(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    plan = seed()
    colors = paint(plan)
    dots = [printed(site_graph(plan, colors)), printed(zones_graph(plan, colors, matrix(plan)))]
    by_command = drawn(dots)
    monkeypatch.setenv("PATH", str(tmp_path))
    by_wheel = drawn(dots)
    assert by_command
    assert by_wheel
    assert undrawn() == ()
    assert "cell size" not in capfd.readouterr().err
    for one, other in zip(by_command, by_wheel, strict=True):
        shown = [_seen(inline(svg, "x", "t", "d", str)) for svg in (one, other)]
        assert len(shown[0][0]) > 10
        assert shown[0] == shown[1]


def _seen(svg: str) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    """Texts with alignment, links, and classes of cards and lines; no coordinates, because Graphviz versions differ."""
    return (
        sorted(_PLACES.findall(svg)),
        sorted(re.findall(r'href="([^"]*)"', svg)),
        sorted(re.findall(r'class="([a-z ]*card[^"]*|[a-z ]*line[^"]*)"', svg)),
    )


@needs("dot")
def test_the_picture_of_the_readme_is_current(tmp_path: Path) -> None:
    taploom = str(Path(sys.executable).with_name("taploom"))
    command = [taploom, "graph", "site", "--format", "svg", "--out", str(tmp_path / "now.svg")]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    shown = [path.read_text(encoding="utf-8") for path in (ROOT / "site/assets/topology.svg", tmp_path / "now.svg")]
    assert "prefers-color-scheme: dark" in shown[0]
    assert _seen(shown[0]) == _seen(shown[1]), "the picture is stale: run `make picture`"


def test_without_graphviz_there_are_tables_and_a_finding(tmp_path: Path) -> None:
    out = tmp_path / "site"
    env = {**os.environ, "PATH": str(tmp_path), "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-c", _WITHOUT, "build", "--strict", "--quiet", "--site-dir", str(out)]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    page = (out / "hosts/cedar/index.html").read_text(encoding="utf-8")
    assert 'class="tl-svg"' not in page
    assert "the tables say the same" in page
    assert page.count("<table>") > 5
    findings = (out / "findings/index.html").read_text(encoding="utf-8")
    assert "there is no Graphviz, so the pages have tables and no diagrams" in findings
    assert "reference/diagnostics/#tl931" in findings
