"""The specs themselves, a page a file and an anchor a line, so that every fact leads to its origin."""

from collections.abc import Iterator

from taploom.site.markdown import codepoints, link, sections
from taploom.site.page import Page
from taploom.site.sources import FOLDER, page_of
from taploom.site.view import View


def pages(view: View) -> Iterator[Page]:
    """The list of files, and each of them."""
    files = sorted(view.sources)
    body = "\n".join(f"- {link(page_of(file), file)}" for file in files) or "There is no spec."
    yield Page(f"{FOLDER}/index.md", "Specs", body, listed=True)
    for file in files:
        yield Page(page_of(file), file, sections(numbered(view.sources[file])), wide=True, searched=False)


def numbered(text: str) -> str:
    """Text with an anchor at each line."""
    rows = [
        f'<span class="tl-line" id="L{n}">{codepoints(line)}</span>'
        for n, line in enumerate(text.removesuffix("\n").split("\n"), 1)
    ]
    return f'<div class="tl-source tl-whole"><pre><code>{"".join(rows)}</code></pre></div>'
