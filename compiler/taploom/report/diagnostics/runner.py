"""Lines that a CI job prints, so that its runner takes none of them for a command.

GitHub's runner obeys `##[…]` anywhere in a line, and `::…::` at the beginning of one, blanks aside
(`src/Runner.Common/ActionCommand.cs`); Azure's obeys `##vso[…]` (`azure-pipelines-agent`, `Command.cs`). What taploom
prints has texts of strangers in it: there such a sign is replaced by one that looks like it, or, in data, is written in
another way.
"""

import re

_BRACKET = re.compile(r"##(?=(?:vso)?\[)")
_OPENED = re.compile(r"(##(?:vso)?)\[")
_START = re.compile(r"^(\s*):(?=:.*::)", re.MULTILINE)
_ENTITIES = ("html", "junit", "svg")
_JSON = ("json", "sarif", "gitlab")


def inert(text: str, form: str = "text") -> str:
    r"""`text` without a command for a runner; data means what it meant.

    Args:
        text: any number of lines.
        form: its format, as `--format` has it: JSON gets an escape, XML and HTML an entity, all else signs that look
            alike; in `github` a `::` that begins a line is taploom's own.
    """
    if "##" not in text and "::" not in text:
        return text
    if form in _JSON:
        return _OPENED.sub(r"\1\\u005b", text)
    if form in _ENTITIES:
        return _START.sub(r"\1&#58;", _OPENED.sub(r"\1&#91;", text))
    shown = _BRACKET.sub("#\u266f", text)
    return shown if form == "github" else _START.sub("\\1\u2236", shown)
