"""Why paths among the specs are not read, decided and said alike for a working tree and for a commit of it."""

import enum
from collections import deque
from collections.abc import Callable

from taploom.base.diagnostic import Diagnostic, Report
from taploom.base.diagnostic_rule import DiagnosticRule
from taploom.base.span import start_of
from taploom.source import codes
from taploom.source.characters import printable_path

Refusal = tuple[DiagnosticRule, str, str]
"""Why a path is no spec: rule, message and way out."""

A_FOLDER: Refusal = (codes.UNREADABLE, "this is a folder, not a file", "move it out of the folder of specs")
SPECIAL: Refusal = (codes.UNREADABLE, "this is a pipe, a socket or a device, not a file", A_FOLDER[2])
CIRCLE: Refusal = (codes.LINK, "the link leads round in a circle", "remove it")
NOWHERE: Refusal = (codes.LINK, "the link leads nowhere", "remove it")
OUT: Refusal = (codes.LINK, "the link leads out of the folder of specs", "put the file itself here")
ELSEWHERE: Refusal = (codes.LINK, "the link leads to a path of one machine alone", "put the file itself here")
TO_FOLDER: Refusal = (
    codes.LINK,
    "the link leads to a folder, and only links to files are followed",
    "put the files here, or remove the link",
)
BESIDE: Refusal = (
    codes.LINK,
    "this is a link, and none is followed in the place of this file",
    "put the file itself here",
)
AROUND: Refusal = (
    codes.LINK,
    "this is a link, and none is followed on the way to the folder of specs",
    "put the folder itself here, or name it with `--specs`",
)
HIDDEN_NAME: Refusal = (codes.FILE_NAME, "the name of the file has characters that cannot be shown", "rename it")
NESTED: Refusal = (codes.NESTED, "this folder is a repository of its own", "put its files themselves here")

_HOPS = 40
"""Links that Linux follows on the way to a file (path_resolution(7))."""


def refuse(report: Report, path: str, why: Refusal) -> None:
    """Report a path that is not read."""
    rule, message, help_ = why
    report.add(Diagnostic(rule, message, start_of(printable_path(path)), help_))


def followed(path: str, target: Callable[[str], str | None]) -> str | Refusal:
    """Where a path is once links are followed, or why that is nowhere below the folder of specs.

    What leads out of the folder is out, even if it leads in again: the way depends on what the folder is called.

    Args:
        path: from the folder.
        target: what a path from the folder leads to, as the link says it; None for what is no link.
    """
    left, done, hops = deque(path.split("/")), list[str](), 0
    while left:
        part = left.popleft()
        if part == ".." and not done:
            return OUT
        if part == "..":
            done.pop()
        elif part not in ("", "."):
            leads = target("/".join((*done, part)))
            if leads is None:
                done.append(part)
                continue
            hops += 1
            if hops > _HOPS:
                return CIRCLE
            if leads.startswith("/"):
                return ELSEWHERE
            left.extendleft(reversed(leads.split("/")))
    return "/".join(done)


class LinkTarget(enum.Enum):
    """What there is at the end of a link: a file of the specs, a folder, wherever it lies, or neither."""

    FILE = "file"
    FOLDER = "folder"
    NOTHING = "nothing"


def link_refused(found: str | Refusal, end: LinkTarget, *, is_spec: bool) -> Refusal | None:
    """Why a link among the specs is refused; one without the name of a spec may lead to any file.

    Args:
        found: where it leads, the result of `followed`.
        end: what is there.
        is_spec: whether it has the name of a spec.
    """
    if end is LinkTarget.FOLDER and (isinstance(found, str) or found is OUT):
        return TO_FOLDER
    if isinstance(found, str):
        return NOWHERE if is_spec and end is LinkTarget.NOTHING else None
    return found if is_spec or found is not OUT else None
