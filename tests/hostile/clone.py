"""A clone with a change in it, to which a stranger adds anything; a program that must not run would leave a mark."""

import hashlib
import os
import subprocess
import zlib
from dataclasses import dataclass
from pathlib import Path

from tests.diff.site import BASE

TRUTH = "tcp/8443"
"""The service that the change opens: every report of the change has to show it."""

_WHO = ("user.name=Ann", "user.email=ann@example.org", "commit.gpgsign=false", "core.hooksPath=/dev/null")


@dataclass(frozen=True, slots=True)
class Clone:
    """A working tree at the change, with branches `main` and `change`.

    Attributes:
        top: the top of the working tree.
        marker: a file that is not there, unless something ran that must not.
    """

    top: Path
    marker: Path

    @property
    def mark(self) -> str:
        """A command that leaves the mark."""
        return f"touch {self.marker}"

    def git(self, *words: str, stdin: bytes = b"") -> str:
        """Runs git here, as the owner of the clone would before the stranger came."""
        options = [word for one in _WHO for word in ("-c", one)]
        env = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", *options, *words], cwd=self.top, env=env, input=stdin, capture_output=True, check=True
        )
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def name(self, revision: str) -> str:
        """The full name of a commit."""
        return self.git("rev-parse", "--verify", f"{revision}^{{commit}}")

    def write(self, path: str, content: str | bytes) -> Path:
        """Writes a file, and the folders that it is in."""
        file = self.top / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def site(self, folder: str, *, changed: bool) -> None:
        """Writes a site into a folder: that of `main`, or with the change."""
        for file, text in BASE.items():
            self.write(f"{folder}/{file}", text.replace("tcp/443", f"[tcp/443, {TRUTH}]") if changed else text)
        self.write(f"{folder}/taploom.lock", "")

    def commit(self, message: str = "more") -> None:
        """Commits all that is there."""
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)

    def object(self, kind: str, raw: bytes) -> str:
        """Writes an object that git does not check, and returns its name."""
        found = hashlib.sha1(f"{kind} {len(raw)}\0".encode() + raw, usedforsecurity=False).hexdigest()
        file = self.top / ".git/objects" / found[:2] / found[2:]
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(zlib.compress(f"{kind} {len(raw)}\0".encode() + raw))
        return found

    def tree(self, *entries: tuple[str, str, bytes]) -> str:
        """Writes a tree of entries (mode, object, raw name), and returns its name."""
        rows = (mode.encode() + b" " + path + b"\0" + bytes.fromhex(name) for mode, name, path in entries)
        return self.object("tree", b"".join(rows))

    def head(self, *entries: tuple[str, str, bytes], message: str = "hostile") -> None:
        """Commits a tree of these entries; nothing is checked out."""
        self.git("update-ref", "HEAD", self.git("commit-tree", self.tree(*entries), "-p", "HEAD", "-m", message))

    def specs(self) -> list[tuple[str, str, bytes]]:
        """The entries of the folder of specs at HEAD."""
        rows = (row.split(None, 3) for row in self.git("ls-tree", "HEAD:specs").splitlines())
        return [(mode, name, path.encode()) for mode, _, name, path in rows]

    def repository(self, folder: str, *, partial: bool = False) -> None:
        """Makes a folder look like a repository of its own, in which nothing has changed.

        Args:
            folder: which.
            partial: have it lack its objects, so that git would run a command to get them.
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
