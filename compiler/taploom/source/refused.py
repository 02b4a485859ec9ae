"""The reasons why paths in the folder of specs are refused, which are the same for working trees and commits."""

import enum
from collections import deque
from collections.abc import Callable

from taploom.base.diagnostic import Diagnostic, Report
from taploom.base.diagnostic_rule import DiagnosticRule
from taploom.base.span import start_of
from taploom.source import codes
from taploom.source.characters import printable_path

Refusal = tuple[DiagnosticRule, str, str]
"""The reason why a path is refused: rule, message and help."""

A_FOLDER: Refusal = (codes.UNREADABLE, "this is a folder, not a file", "move it out of the folder of specs")
SPECIAL: Refusal = (codes.UNREADABLE, "this is a pipe, a socket or a device, not a file", A_FOLDER[2])
CIRCLE: Refusal = (codes.LINK, "the link leads in a circle", "remove it")
NOWHERE: Refusal = (codes.LINK, "the link leads nowhere", "remove it")
OUT: Refusal = (codes.LINK, "the link leads out of the folder of specs", "put the file itself here")
ELSEWHERE: Refusal = (
    codes.LINK,
    "the link leads to an absolute path of this machine",
    "put the file itself here",
)
TO_FOLDER: Refusal = (
    codes.LINK,
    "the link leads to a folder, and only links to files are followed",
    "put the files here, or remove the link",
)
BESIDE: Refusal = (
    codes.LINK,
    "this file must not be a symbolic link",
    "put the file itself here",
)
AROUND: Refusal = (
    codes.LINK,
    "the path of the folder of specs must not contain this symbolic link",
    "put the folder itself here, or name it with `--specs`",
)
HIDDEN_NAME: Refusal = (codes.FILE_NAME, "the name of the file has characters that cannot be shown", "rename it")
NESTED: Refusal = (codes.NESTED, "this folder is a repository of its own", "put its files themselves here")

_HOPS = 40
"""Maximum number of links that Linux follows on the path of a file (path_resolution(7))."""


def refuse(report: Report, path: str, why: Refusal) -> None:
    """Report that a path is not read, with the reason."""
    rule, message, help_ = why
    report.add(Diagnostic(rule, message, start_of(printable_path(path)), help_))


def followed(path: str, target: Callable[[str], str | None]) -> str | Refusal:
    """A path with links resolved, or the reason why the path does not stay in the folder of specs.

    A link out of the folder is refused even if it leads back in, since such a target depends on the folder's name.

    Args:
        path: the path relative to the folder.
        target: reads the link at a path relative to the folder; None if there is no link.
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
    """The kind of a link's target: a file in the folder of specs, a folder anywhere, or neither."""

    FILE = "file"
    FOLDER = "folder"
    NOTHING = "nothing"


def link_refused(found: str | Refusal, end: LinkTarget, *, is_spec: bool) -> Refusal | None:
    """Why a link in the folder of specs is refused, or None; links that are not named like a spec may lead to any file.

    Args:
        found: the result of `followed` for the link.
        end: the kind of the link's target.
        is_spec: whether the link has the name of a spec.
    """
    if end is LinkTarget.FOLDER and (isinstance(found, str) or found is OUT):
        return TO_FOLDER
    if isinstance(found, str):
        return NOWHERE if is_spec and end is LinkTarget.NOTHING else None
    return found if is_spec or found is not OUT else None
