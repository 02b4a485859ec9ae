"""Reads one YAML text into a tree.

The reader uses the events of libyaml, whose parser accepts MACs and IPv6 addresses in flow style, never recurses, and
is ten times as fast as a parser in Python. If PyYAML was built without libyaml, its own parser gives the same events.
"""

import yaml

from taploom.base.diagnostic import Diagnostic, Report
from taploom.base.span import Span, start_of
from taploom.source import codes
from taploom.source.builder import NODES, Builder, RefusedError
from taploom.source.characters import first_banned, name_of, position
from taploom.source.conflicts import conflicts
from taploom.source.mistakes import explained
from taploom.source.tree import Mapping, Scalar, YamlNode

LOADER: type[yaml.CSafeLoader] | type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read(text: str, file: str, report: Report) -> Mapping | None:
    """Read the text of one spec.

    Args:
        text: decoded content of the file, without a byte order mark.
        file: path of the file, which spans will contain.
        report: collector of findings.

    Returns:
        The tree, without the parts that are reported; None if the text is not a mapping or not YAML.
    """
    root, _ = read_counted(text, file, report, NODES)
    return root


def read_counted(text: str, file: str, report: Report, limit: int) -> tuple[Mapping | None, int]:
    """The tree as from `read`, and the number of its values, at most `limit`; an alias counts as its whole value."""
    index = first_banned(text)
    if index is not None:
        report.add(_banned(text, index, file))
        return None, 0
    if unresolved := tuple(conflicts(text, file)):
        report.extend(unresolved)
        return None, 0
    builder = Builder(text, file, report, limit)
    try:
        _build(builder)
    except RefusedError as refusal:
        report.add(refusal.diagnostic)
        if refusal.diagnostic.rule is not codes.DOCUMENTS:
            return None, builder.count
    except yaml.YAMLError as error:
        report.add(explained(error, text, file))
        return None, builder.count
    return _mapping(builder.root, file, report), builder.count


def _build(builder: Builder) -> None:
    # Editors add a last line break, which must not change the value of a block scalar at the end of a file.
    ended = builder.text.endswith("\n")
    loader = LOADER(builder.text if ended else f"{builder.text}\n")
    take = builder.take
    try:
        for event in iter(loader.get_event, None):
            take(event)
    finally:
        loader.dispose()


def _mapping(root: YamlNode | None, file: str, report: Report) -> Mapping | None:
    if isinstance(root, Mapping):
        return root
    if root is None or (isinstance(root, Scalar) and not root.text):
        message, help_ = "the file has no content", "delete it, or begin it with `taploom: 1`"
        report.add(Diagnostic(codes.EMPTY, message, start_of(file), help_))
    else:
        help_ = "begin the file with `taploom: 1`, and put entries into sections"
        report.add(Diagnostic(codes.NOT_A_MAPPING, "a spec must be a mapping of sections", root.span, help_))
    return None


def _banned(text: str, index: int, file: str) -> Diagnostic:
    line, column = position(text, index)
    span = Span(file, line, column, line, column + 1)
    return Diagnostic(codes.CHARACTER, f"the file contains {name_of(text[index])}", span, "delete it")
