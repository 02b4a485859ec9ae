"""`taploom fmt`: rewrites a text as canonical YAML with exactly the same values.

ruamel.yaml's round trip was measured for this: it drops each comment inside of braces and leaves comments in the column
of the old indentation. So layout and printing are our own, and their result is checked: it is read again, and if the
tree or the comments differ at all, the text stays unchanged.
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
        text: the whole file.
        file: its path, for diagnostics.
        report: collects findings about the YAML, and the finding that the text cannot be formatted.

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
    if not _same(before, after) or said_beside(plain) != said_beside(after):
        report.add(_unformatted(start_of(file), "the file cannot be formatted without a change of what it says"))
        return text
    return after


def said_beside(text: str) -> list[str]:
    """The comments of a text, sorted, as an entry that moves takes its comments along."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return sorted(comment.text for comment in comments_of(plain))


def _same(before: Mapping, after: str) -> bool:
    findings = Report()
    tree = read(after, "", findings)
    return tree is not None and not findings.diagnostics and same_text(before, tree)


def _unformatted(span: Span, message: str) -> Diagnostic:
    return Diagnostic(codes.UNFORMATTED, message, span, "write it in a simpler form; the file is left as it is")
