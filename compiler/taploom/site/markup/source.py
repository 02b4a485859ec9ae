"""A file as HTML for both printers: Markdown leaves an HTML element unchanged."""

from taploom.report.plan.escape import html as escaped
from taploom.site.markup.block import FileText


def source_html(source: FileText) -> str:
    """The lines of a file as HTML, with unprintable characters made visible."""
    if not source.numbered:
        lines = "\n".join(map(_shown, source.text.splitlines()))
        return f'<div class="tl-source" data-tl-copy><pre><code>{lines}</code></pre></div>'
    numbered = enumerate(source.text.removesuffix("\n").split("\n"), 1)
    rows = "".join(f'<span class="tl-line" id="L{number}">{_shown(line)}</span>' for number, line in numbered)
    return f'<div class="tl-source tl-whole"><pre><code>{rows}</code></pre></div>'


def line_anchors(source: FileText) -> list[str]:
    """The anchors of a file's lines; none if the lines are not numbered."""
    return [f"L{number + 1}" for number in range(source.text.removesuffix("\n").count("\n") + 1)] * source.numbered


def _shown(line: str) -> str:
    return escaped(line.replace("\t", "    "))
