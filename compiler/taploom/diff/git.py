"""Runs git on a clone whose files, names and history a stranger may have written; no other module runs git.

Not only arguments control git, but also folders that look like a repository, the environment, configuration (helpers,
pagers, filters, hooks), references that replace objects, and remotes from which it fetches missing objects. So this
module finds the repository by its `.git`, which no git tree can contain. Then git checks the owner (`safe.directory`),
and after that only reads objects, with the environment and options that are set here (git(1), git-config(1)).
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL
from tempfile import TemporaryFile
from threading import Timer

from taploom.base.frozen import dataclass
from taploom.source.characters import printable_path
from taploom.source.repository_folder import own_of_another, top_of

SECONDS = 120
"""Maximum number of seconds that git may take for one answer."""

ANSWER_BYTES = 64 << 20
"""Maximum number of bytes of an answer, by default; enough for the names of half a million files."""

_STDERR_BYTES = 10_000
_OPTIONS = {
    "safe.bareRepository": "explicit",  # a folder with HEAD, objects and refs is no repository (git 2.38)
    "protocol.allow": "never",
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
}
_ENVIRONMENT = {
    "LC_ALL": "C",
    "GIT_ALLOC_LIMIT": "256m",  # no tree or commit that people make is larger
    "GIT_ALLOW_PROTOCOL": "",  # none, whatever `protocol.NAME.allow` says
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
_NO_CONFIGURATION = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
_TRUST = re.compile(r"HOME|XDG_CONFIG_HOME|SUDO_UID|GIT_CONFIG_(GLOBAL|SYSTEM|NOSYSTEM|COUNT|KEY_\d+|VALUE_\d+)")
"""The environment variables that decide which repositories of other owners git trusts (`safe.directory`)."""


class RevisionError(ValueError):
    """A revision or its repository cannot be read; the message is a sentence for the user."""


class GitError(RevisionError):
    """git has failed; most callers raise another error instead, which says what the failure means.

    Attributes:
        stderr: the error output of git, in English.
    """

    def __init__(self, verb: str, stderr: str) -> None:
        lines = stderr.splitlines() or ["no error output"]
        super().__init__(f"git {verb} fails: {printable_path(lines[-1])[:200]}")
        self.stderr = stderr


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository whose owner git trusts.

    Attributes:
        objects: the git directory, mostly `.git`.
        top: the top of the working tree.
    """

    objects: str
    top: Path

    def ask(self, *words: str, stdin: bytes = b"", most: int = ANSWER_BYTES) -> bytes:
        """Run git and return its output.

        Args:
            words: a command that reads objects, and its arguments.
            stdin: the standard input of git.
            most: maximum number of bytes of its output.

        Raises:
            GitError: git fails.
            RevisionError: git takes too long, prints more than `most` bytes, or is not installed.
        """
        options = ("--git-dir", self.objects, "--work-tree", str(self.top))
        return _Question(self.top, options, words, _NO_CONFIGURATION, stdin, most).answer()


def repository(specs: Path) -> tuple[Repository, str]:
    """The repository that a folder is in, and the folder's path from its top; "" for the top itself.

    A repository inside the repository of the current folder is refused: otherwise a submodule, whose content is part of
    a change, would be read instead of the repository that the user means.

    Args:
        specs: folder of the specs; it need not exist in the working tree.

    Raises:
        RevisionError: there is no repository, or git does not trust its owner.
    """
    folder = Path(os.path.normpath(specs.absolute()))
    top = top_of(specs)
    if top is None:
        raise RevisionError(f"{printable_path(str(specs))} is not in a git repository")
    if (own := own_of_another(specs)) is not None:
        shown = printable_path(str(own))
        raise RevisionError(f"{shown} is a separate repository inside this one: run taploom there, with `--specs`")
    inside = (folder if folder.is_relative_to(top) else folder.resolve()).relative_to(top)
    return Repository(_own(top), top), "" if str(inside) == "." else str(inside)


def _own(top: Path) -> str:
    """The git directory of a working tree, if git trusts its owner."""
    trust = {name: value for name, value in os.environ.items() if _TRUST.fullmatch(name)}
    ceiling = {"GIT_CEILING_DIRECTORIES": str(top.resolve().parent)}
    refusal = RevisionError(f"git does not recognise {printable_path(str(top / '.git'))} as a repository")
    try:
        output = _Question(top, (), ("rev-parse", "--absolute-git-dir"), {**trust, **ceiling}).answer()
    except GitError as error:
        distrusted = "dubious ownership" in error.stderr
        raise (RevisionError("git does not trust the owner of this repository") if distrusted else refusal) from None
    own = output.decode("utf-8", "surrogateescape").removesuffix("\n")
    if Path(own).resolve() == top.resolve():  # git before 2.38 uses the folder itself if `.git` is no repository
        raise refusal
    return own


@dataclass(frozen=True, slots=True)
class _Question:
    """One run of git.

    Attributes:
        top: the folder where it runs.
        options: options of git itself.
        words: the command and its arguments.
        environment: variables in addition to `_ENVIRONMENT`.
        stdin: the standard input of git.
        most: maximum number of bytes of its output.
    """

    top: Path
    options: tuple[str, ...]
    words: tuple[str, ...]
    environment: Mapping[str, str]
    stdin: bytes = b""
    most: int = ANSWER_BYTES

    def answer(self) -> bytes:
        """The output of git; errors as for `Repository.ask`."""
        path = ":".join(each for each in os.environ.get("PATH", os.defpath).split(":") if each.startswith("/"))
        program = shutil.which("git", path=path)
        if program is None:
            raise RevisionError(
                "git is not installed; name two folders, such as `./old`, or two plan.json files instead"
            )
        options = [word for name, value in _OPTIONS.items() for word in ("-c", f"{name}={value}")]
        command = [program, "--no-pager", *options, *self.options, *self.words]
        environment = {"PATH": path, **_ENVIRONMENT, **self.environment}
        with TemporaryFile() as asked, TemporaryFile() as errors:
            asked.write(self.stdin)
            asked.seek(0)
            with subprocess.Popen(
                command,
                cwd=self.top,
                env=environment,
                stdin=asked,
                stdout=subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            ) as process:
                found = self._read(process)
            if process.returncode:
                errors.seek(0)
                raise GitError(self.words[0], errors.read(_STDERR_BYTES).decode("utf-8", "replace"))
        return found

    def _read(self, process: "subprocess.Popen[bytes]") -> bytes:
        """All output of the process, unless it is too much or takes too long."""
        assert process.stdout
        late = Timer(SECONDS, _end, (process,))
        late.start()
        try:
            found = process.stdout.read(self.most + 1)
            if len(found) > self.most:
                raise RevisionError(f"git {self.words[0]} prints more than {self.most >> 20} MiB: too much for a site")
            process.wait()
        finally:
            late.cancel()
            late.join()
            _end(process)
        if process.returncode == -SIGKILL:
            raise RevisionError(f"git {self.words[0]} has not ended after {SECONDS} seconds")
        return found


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End git and its child processes, unless git has already ended."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, SIGKILL)
