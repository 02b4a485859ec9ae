"""Changes the output of taploom in a CI job so that the runner does not interpret a part of it as a command.

GitHub's runner executes `##[…]` anywhere in a line, and `::…::` at the beginning of a line, even after blanks
(`src/Runner.Common/ActionCommand.cs`). Azure's runner executes `##vso[…]` (`azure-pipelines-agent`, `Command.cs`). The
output contains text from specs, which may be untrusted. So one character of such a sequence is replaced by a similar
one or, in a data format, by an escape.
"""

import re

_BRACKET = re.compile(r"##(?=(?:vso)?\[)")
_OPENED = re.compile(r"(##(?:vso)?)\[")
_START = re.compile(r"^(\s*):(?=:.*::)", re.MULTILINE)
_ENTITIES = ("html", "junit", "svg")
_JSON = ("json", "sarif", "gitlab")


def inert(text: str, form: str = "text") -> str:
    r"""`text` without commands for a runner; text in a data format keeps its meaning.

    Args:
        text: the output, with any number of lines.
        form: format of the text, as in `--format`: JSON gets an escape, XML and HTML get an entity, other formats get a
            similar character. `github` keeps `::` at the start of a line, since these commands are from taploom.
    """
    if "##" not in text and "::" not in text:
        return text
    if form in _JSON:
        return _OPENED.sub(r"\1\\u005b", text)
    if form in _ENTITIES:
        return _START.sub(r"\1&#58;", _OPENED.sub(r"\1&#91;", text))
    shown = _BRACKET.sub("#\u266f", text)
    return shown if form == "github" else _START.sub("\\1\u2236", shown)
