"""A clone with a change, for tests that add hostile content; a program that must not run would create a marker file."""

import hashlib
import os
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path

from tests.diff.site import BASE

TRUTH = "tcp/8443"
"""The service that the change opens; every report of the change must show it."""

_WHO = ("user.name=Ann", "user.email=ann@example.org", "commit.gpgsign=false", "core.hooksPath=/dev/null")


@dataclass(frozen=True, slots=True)
class Clone:
    """A working tree that has the branch `change` checked out, and also a branch `main`.

    Attributes:
        top: the top of the working tree.
        marker: a file that exists only if a forbidden program ran.
    """

    top: Path
    marker: Path

    @property
    def mark(self) -> str:
        """A shell command that creates the marker file."""
        return f"touch {self.marker}"

    def git(self, *words: str, stdin: bytes = b"") -> str:
        """Runs git here with safe settings, as the owner of the clone."""
        options = [word for one in _WHO for word in ("-c", one)]
        env = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", *options, *words], cwd=self.top, env=env, input=stdin, capture_output=True, check=True
        )
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def name(self, revision: str) -> str:
        """The full hash of a commit."""
        return self.git("rev-parse", "--verify", f"{revision}^{{commit}}")

    def write(self, path: str, content: str | bytes) -> Path:
        """Writes a file and creates its folders."""
        file = self.top / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def site(self, folder: str, *, changed: bool) -> None:
        """Writes into a folder the site of branch `change` if `changed` is true, else the site of branch `main`."""
        for file, text in BASE.items():
            self.write(f"{folder}/{file}", text.replace("tcp/443", f"[tcp/443, {TRUTH}]") if changed else text)
        self.write(f"{folder}/taploom.lock", "")

    def commit(self, message: str = "more") -> None:
        """Commits all files."""
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)

    def object(self, kind: str, raw: bytes) -> str:
        """Writes an object without git's checks, and returns its hash."""
        found = hashlib.sha1(f"{kind} {len(raw)}\0".encode() + raw, usedforsecurity=False).hexdigest()
        file = self.top / ".git/objects" / found[:2] / found[2:]
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(zlib.compress(f"{kind} {len(raw)}\0".encode() + raw))
        return found

    def tree(self, *entries: tuple[str, str, bytes]) -> str:
        """Writes a tree of entries (mode, object hash, raw file name), and returns the tree's hash."""
        rows = (mode.encode() + b" " + path + b"\0" + bytes.fromhex(name) for mode, name, path in entries)
        return self.object("tree", b"".join(rows))

    def head(self, *entries: tuple[str, str, bytes], message: str = "hostile") -> None:
        """Commits a tree with these entries, without a checkout."""
        self.git("update-ref", "HEAD", self.git("commit-tree", self.tree(*entries), "-p", "HEAD", "-m", message))

    def specs(self) -> list[tuple[str, str, bytes]]:
        """The entries of the folder `specs` at HEAD."""
        rows = (row.split(None, 3) for row in self.git("ls-tree", "HEAD:specs").splitlines())
        return [(mode, name, path.encode()) for mode, _, name, path in rows]

    def repository(self, folder: str, *, partial: bool = False) -> None:
        """Makes a folder look like a separate repository in which nothing has changed.

        Args:
            folder: the folder.
            partial: whether its objects are missing, so that git would run a command to fetch them.
        """
        self.write(f"{folder}/HEAD", "ref: refs/heads/main\n")
        programs = f'\tfsmonitor = "{self.mark}"\n\tpager = "{self.mark}"\n\tsshCommand = "{self.mark}"\n'
        self.write(
            f"{folder}/config",
            "[core]\n\trepositoryformatversion = 1\n\tbare = false\n"
            f'\tworktree = "{self.top / folder}"\n{programs}'
            f'[extensions]\n\tpartialClone = origin\n[remote "origin"]\n\tpromisor = true\n\turl = "{self.top}"\n'
            f'\tuploadpack = "{self.mark};"\n[log]\n\tshowSignature = true\n[gpg]\n\tprogram = "{self.mark}"\n',
        )
        same = self.git("commit-tree", "main:specs", "-m", "the same")
        for name in ("main", "change"):
            self.write(f"{folder}/refs/heads/{name}", f"{same[::-1] if partial else same}\n")
        self.write(f"{folder}/objects/info/alternates", f"{self.top}/.git/objects\n")
