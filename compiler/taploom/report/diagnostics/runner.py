"""Changes the output of taploom in a CI job, so that the runner takes no line of it for a command.

GitHub's runner obeys `##[…]` anywhere in a line, and `::…::` at the beginning of one, blanks aside
(`src/Runner.Common/ActionCommand.cs`); Azure's obeys `##vso[…]` (`azure-pipelines-agent`, `Command.cs`). taploom's
output has text from specs, which may be untrusted. So a character of such a sequence is replaced by one that looks like
it, or, in a data format, by an escape.
"""

import re

_BRACKET = re.compile(r"##(?=(?:vso)?\[)")
_OPENED = re.compile(r"(##(?:vso)?)\[")
_START = re.compile(r"^(\s*):(?=:.*::)", re.MULTILINE)
_ENTITIES = ("html", "junit", "svg")
_JSON = ("json", "sarif", "gitlab")


def inert(text: str, form: str = "text") -> str:
    r"""`text` without a command for a runner; a data format keeps its meaning.

    Args:
        text: any number of lines.
        form: its format, as in `--format`: JSON gets an escape, XML and HTML get an entity, other formats a character
            that looks alike; `github` keeps a `::` at the start of a line, as taploom wrote it.
    """
    if "##" not in text and "::" not in text:
        return text
    if form in _JSON:
        return _OPENED.sub(r"\1\\u005b", text)
    if form in _ENTITIES:
        return _START.sub(r"\1&#58;", _OPENED.sub(r"\1&#91;", text))
    shown = _BRACKET.sub("#\u266f", text)
    return shown if form == "github" else _START.sub("\\1\u2236", shown)
