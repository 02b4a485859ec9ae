"""Reads one YAML text.

It uses the events of libyaml, whose parser accepts MACs and IPv6 addresses in flow style, never recurses, and is ten
times as fast as one in Python. If PyYAML was built without libyaml, PyYAML's own parser gives the same events.
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
        text: the whole file, decoded, without a byte order mark.
        file: its path, which spans will contain.
        report: collects the findings.

    Returns:
        The tree of what could be read; None if the text is not a mapping or not YAML.
    """
    root, _ = read_counted(text, file, report, NODES)
    return root


def read_counted(text: str, file: str, report: Report, limit: int) -> tuple[Mapping | None, int]:
    """The tree that `read` returns, for at most `limit` values, and the number of values, with aliases written out."""
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
    # A block scalar at the end of a file must have the same value with or without a last line break, which editors add.
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
        report.add(Diagnostic(codes.NOT_A_MAPPING, "a spec is a mapping of sections", root.span, help_))
    return None


def _banned(text: str, index: int, file: str) -> Diagnostic:
    line, column = position(text, index)
    span = Span(file, line, column, line, column + 1)
    return Diagnostic(codes.CHARACTER, f"the file contains {name_of(text[index])}", span, "delete it")
