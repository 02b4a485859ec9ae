"""Writes a folder of specs for a test, and shows the findings as `validate` prints them."""

from collections.abc import Mapping
from pathlib import Path

from taploom.base.diagnostic import Report
from taploom.report.diagnostics.findings import Findings
from taploom.report.diagnostics.full import full
from taploom.source.characters import lines
from taploom.source.files import SourceSet, load


def folder(at: Path, files: Mapping[str, str | bytes]) -> Path:
    """Writes the files of a site below `at`/specs."""
    for name, content in files.items():
        path = at / "specs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return at / "specs"


def seen(specs: Path) -> tuple[str, SourceSet]:
    """The findings about the YAML of a folder, as `validate` prints them, and the files that were read."""
    report = Report()
    source = load(specs, report)
    texts = {file.path: lines(file.text) for file in source.files}

    def line(file: str, number: int) -> str | None:
        return texts[file][number - 1] if file in texts else None

    return full(Findings(report.sorted(), line)), source
