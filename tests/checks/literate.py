"""Test cases as Markdown files, which are also pages of the documentation.

The title of a case has the code of a rule. Fenced `yaml` blocks are the specs (a file name can follow the word `yaml`;
the default is `site.yaml`), a `lock` block is the lock, and the `text` block has the findings of that rule as a user
sees them. The blocks below the heading `## Mended` are another site, in which the rule finds nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.sites import Site

from taploom.report.diagnostics.findings import Findings
from taploom.report.diagnostics.full import full

CASES = sorted((Path(__file__).parent / "cases").glob("*.md"))
FENCE, MENDED = "```", "## Mended"


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a case.

    Attributes:
        word: first word after the fence.
        name: rest of that line.
        start: index of the block's first line in the file.
        end: index of the closing fence.
        mended: True if the block is below the heading `## Mended`.
    """

    word: str
    name: str
    text: str
    start: int
    end: int
    mended: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A parsed case: its file, the code of its rule, and its blocks."""

    path: Path
    code: str
    blocks: tuple[Block, ...]

    @classmethod
    def read(cls, path: Path) -> Case:
        """Parse the file of a case."""
        lines = path.read_text(encoding="utf-8").splitlines()
        blocks: list[Block] = []
        mended, start, info = False, 0, ""
        for number, line in enumerate(lines):
            if start and line == FENCE:
                word, _, name = info.partition(" ")
                text = "".join(f"{each}\n" for each in lines[start:number])
                blocks.append(Block(word, name, text, start, number, mended))
                start = 0
            elif not start and line.startswith(FENCE):
                start, info = number + 1, line.removeprefix(FENCE)
            elif not start and line == MENDED:
                mended = True
        return cls(path, lines[0].split()[1], tuple(blocks))

    def files(self, *, mended: bool) -> Mapping[str, str]:
        """The specs of the bad or of the mended site, by file name."""
        return {b.name or "site.yaml": b.text for b in self.blocks if b.word == "yaml" and b.mended is mended}

    def lock(self, *, mended: bool) -> str | None:
        """The lock of the bad or of the mended site; None if the test has to generate one."""
        return next((b.text for b in self.blocks if b.word == "lock" and b.mended is mended), None)

    @property
    def expected(self) -> Block:
        """The `text` block, with the findings that a user has to see."""
        shown = [block for block in self.blocks if block.word == "text"]
        assert len(shown) == 1, f"{self.path} has {len(shown)} `text` blocks instead of one, which may be empty"
        return shown[0]

    def write(self, shown: str) -> None:
        """Replace the content of the `text` block in the file."""
        lines = self.path.read_text(encoding="utf-8").splitlines()
        lines[self.expected.start : self.expected.end] = shown.splitlines()
        self.path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def seen(site: Site, code: str, lock: str = "") -> str:
    """The findings with a code, as the command line prints them for a user."""

    def line(file: str, number: int) -> str | None:
        texts = {each.path: each.text for each in site.source.files} | {"specs/taploom.lock": lock}
        lines = texts.get(file, "").splitlines()
        return lines[number - 1] if number <= len(lines) else None

    return full(Findings(tuple(site.of(code)), line))
