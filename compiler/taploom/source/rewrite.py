"""Formats a text as canonical YAML with exactly the same values, for `taploom fmt`.

The round trip of ruamel.yaml drops comments inside of braces and leaves comments in their old columns. So taploom has a
printer of its own. The result is read again, and if its tree or its comments differ, the text stays unchanged.
"""

from taploom.base.diagnostic import Diagnostic, Report
from taploom.base.span import Span, start_of
from taploom.source import codes
from taploom.source.layout import comments_of, laid_out
from taploom.source.printer import Printer, UnprintableError
from taploom.source.reader import read
from taploom.source.tree import Mapping, same_text


def formatted(text: str, file: str, report: Report) -> str:
    """The canonical form of a spec.

    Args:
        text: content of the file.
        file: path of the file, for diagnostics.
        report: collector of findings about the YAML, and of the finding that the text cannot be formatted.

    Returns:
        The canonical text; the unchanged text if a finding was reported.
    """
    findings = Report()
    before = read(text, file, findings)
    if before is None or findings.diagnostics:
        report.extend(findings.diagnostics)
        return text
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    comments = comments_of(plain)
    try:
        after = Printer(plain.split("\n"), list(reversed(comments))).document(laid_out(plain))
    except UnprintableError as error:
        span = Span(file, error.line + 1, error.column + 1, error.line + 1, error.column + 2)
        report.add(_unformatted(span, "this part has no canonical form"))
        return text
    if not _same(before, after) or comment_texts(plain) != comment_texts(after):
        report.add(_unformatted(start_of(file), "the file cannot be formatted without changing its meaning"))
        return text
    return after


def comment_texts(text: str) -> list[str]:
    """The comments of a text, sorted, since comments may change their order when entries move."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return sorted(comment.text for comment in comments_of(plain))


def _same(before: Mapping, after: str) -> bool:
    findings = Report()
    tree = read(after, "", findings)
    return tree is not None and not findings.diagnostics and same_text(before, tree)


def _unformatted(span: Span, message: str) -> Diagnostic:
    return Diagnostic(codes.UNFORMATTED, message, span, "write it in a simpler form; the file was not changed")
