"""Cases as Markdown: what a reader sees in the documentation is what runs.

A case is titled with a code and holds fenced blocks. Blocks of `yaml` (with a file name behind the word, or
`site.yaml`) are the specs, a block of `lock` is the lock, a block of `text` what the findings of that code look like.
What stands below the heading `## Mended` is another site, which has none of them.
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
    """A fenced block.

    Attributes:
        word: first word behind the fence.
        name: the rest of it.
        start: number of the first line within.
        end: number of the closing line.
        mended: whether it stands below the heading.
    """

    word: str
    name: str
    text: str
    start: int
    end: int
    mended: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A case, parsed."""

    path: Path
    code: str
    blocks: tuple[Block, ...]

    @classmethod
    def read(cls, path: Path) -> Case:
        """Parse a file."""
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
        """The specs, by name."""
        return {b.name or "site.yaml": b.text for b in self.blocks if b.word == "yaml" and b.mended is mended}

    def lock(self, *, mended: bool) -> str | None:
        """The lock, or None where one is to be made."""
        return next((b.text for b in self.blocks if b.word == "lock" and b.mended is mended), None)

    @property
    def expected(self) -> Block:
        """What a person sees."""
        shown = [block for block in self.blocks if block.word == "text"]
        assert len(shown) == 1, f"{self.path} has {len(shown)} `text` blocks instead of one, which may be empty"
        return shown[0]

    def write(self, shown: str) -> None:
        """Replace what is expected."""
        lines = self.path.read_text(encoding="utf-8").splitlines()
        lines[self.expected.start : self.expected.end] = shown.splitlines()
        self.path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def seen(site: Site, code: str, lock: str = "") -> str:
    """What a person sees of the findings with a code."""

    def line(file: str, number: int) -> str | None:
        texts = {each.path: each.text for each in site.source.files} | {"specs/taploom.lock": lock}
        lines = texts.get(file, "").splitlines()
        return lines[number - 1] if number <= len(lines) else None

    return full(Findings(tuple(site.of(code)), line))
