"""Prints the explanation of a rule for a terminal, as Markdown and as JSON."""

import json
import textwrap
from dataclasses import asdict

from taploom.base.diagnostic_rule import DiagnosticRule, Severity

_WIDTH = 92
_WEIGHT = {
    Severity.ERROR: "An error: taploom writes nothing until it is corrected.",
    Severity.WARNING: "A warning: `taploom validate` fails, but `taploom render` continues.",
    Severity.NOTE: "A note: no command fails because of it.",
}


def plain(rule: DiagnosticRule) -> str:
    """The explanation for a terminal."""
    parts = [f"{rule.code} {rule.name} ({rule.severity.value})", _wrapped(rule.summary, "")]
    parts += [f"Why\n{_wrapped(rule.why)}", f"Fix\n{_wrapped(rule.fix)}"]
    if rule.bad:
        parts.append(f"Refused\n{_code(rule.bad)}")
    if rule.good:
        parts.append(f"Mended\n{_code(rule.good)}")
    parts += [_wrapped(_WEIGHT[rule.severity], ""), *_waiver(rule)]
    return "\n\n".join(parts) + "\n"


def markdown(rule: DiagnosticRule) -> str:
    """The explanation as a section of Markdown, whose heading contains the code."""
    parts = [
        f"## {rule.code} {rule.name} {{ #{rule.code.lower()} }}",
        f"*{rule.severity.value}.* {rule.summary}",
        f"**Why.** {rule.why}",
        f"**Fix.** {rule.fix}",
    ]
    if rule.bad:
        parts.append(f"Refused:\n\n{_fence(rule.bad)}")
    if rule.good:
        parts.append(f"Mended:\n\n{_fence(rule.good)}")
    return "\n\n".join(parts) + "\n"


def _waiver(rule: DiagnosticRule) -> list[str]:
    """How to accept a finding; nothing for an error, since a waiver cannot make a broken site work."""
    if rule.severity is Severity.ERROR:
        return []
    example = f"waivers:\n  NAME: {{code: {rule.code}, on: KIND/NAME, reason: why this is acceptable here}}"
    return [f"To accept the finding, add a waiver to the spec:\n{_code(example)}"]


def rule_json(rule: DiagnosticRule) -> str:
    """The explanation as `taploom-rule/1`."""
    body = {"format": "taploom-rule/1", **asdict(rule), "severity": rule.severity.value}
    return json.dumps(body, indent=2) + "\n"


def _wrapped(text: str, indent: str = "  ") -> str:
    paragraphs = text.strip().split("\n\n")
    return "\n\n".join(
        textwrap.fill(
            part,
            _WIDTH,
            initial_indent=indent,
            subsequent_indent=indent,
            break_on_hyphens=False,
            break_long_words=False,
        )
        for part in paragraphs
    )


def _code(yaml: str) -> str:
    return textwrap.indent(textwrap.dedent(yaml).strip("\n"), "    ")


def _fence(yaml: str) -> str:
    return f"```yaml\n{textwrap.dedent(yaml).strip(chr(10))}\n```"
