"""Differences in taploom's files (missing, edited, left over, changed by a drop-in) and in the host's bundle."""

from collections.abc import Iterator

from taploom.backends.artifact import Artifact
from taploom.delivery.manifest import sha256
from taploom.drift.model import Row, Subject, Word
from taploom.drift.view import View
from taploom.plan.origin import Origin

_OURS = "taploom"


def rows(view: View) -> Iterator[Row]:
    """The differences of files.

    The plan's files are not compared if the host took up no bundle and all existing ones are symbolic links: then
    another tool, such as NixOS, manages them.
    """
    yield from _bundle(view)
    there = (view.facts.files[path] for path in view.installed if path in view.facts.files)
    if view.facts.taken is not None or any(not file.linked for file in there):
        for path, artifact in view.installed.items():
            yield from _file(view, path, artifact)
    yield from (row for path in view.facts.files for row in _further(view, path))


def _bundle(view: View) -> Iterator[Row]:
    taken = view.facts.taken
    if taken is None:
        return
    if taken.host != view.host.name:
        message = f"the host took up the bundle of another host, {taken.host}"
        yield view.row(Word.DRIFTED, Subject.BUNDLE, "bundle", message, None, view.host.name, taken.host)
    elif view.older:
        message = "a newer plan was not taken up"
        yield view.row(Word.PENDING, Subject.BUNDLE, "bundle", message, None, view.planned.hash, taken.plan)


def _file(view: View, path: str, artifact: Artifact) -> Iterator[Row]:
    found = view.facts.files.get(path)
    wanted, origin = sha256(artifact.text.encode()), _origin(artifact)
    if found is None:
        word = Word.PENDING if view.older and not _taken(view, path) else Word.DRIFTED
        yield view.row(word, Subject.FILE, path, "the file is gone", origin, f"sha256 {wanted}")
    elif found.sha256 != wanted:
        word = view.word(path)
        message = "the file is from an older plan" if word is Word.PENDING else "somebody edited the file"
        yield view.row(word, Subject.FILE, path, message, origin, f"sha256 {wanted}", f"sha256 {found.sha256}")
    elif found.linked:
        message = "somebody replaced the file by a link"
        yield view.row(Word.DRIFTED, Subject.FILE, path, message, origin, "a regular file", "a symbolic link")
    elif found.mode not in (None, artifact.mode):
        modes = (f"mode {artifact.mode:04o}", f"mode {found.mode:04o}")
        message = "somebody changed the mode of the file"
        yield view.row(Word.DRIFTED, Subject.FILE, path, message, origin, *modes)


def _further(view: View, path: str) -> Iterator[Row]:
    """The row of a file that the plan does not have: an old file of taploom, or a drop-in for a unit of taploom."""
    if path in view.installed:
        return
    folder, _, name = path.rpartition("/")
    unit = view.installed.get(folder.removesuffix(".d")) if folder.endswith(".d") else None
    if unit:
        message = "somebody added a drop-in, which changes a unit of taploom"
        yield view.row(Word.DRIFTED, Subject.FILE, path, message, _origin(unit), "", path)
    elif _OURS in name and path.startswith("/etc/"):
        word = Word.PENDING if view.older and _taken(view, path) else Word.DRIFTED
        yield view.row(word, Subject.FILE, path, "the plan does not have this file of taploom", None, "", path)


def _taken(view: View, path: str) -> bool:
    return view.facts.taken is not None and path in view.facts.taken.files


def _origin(artifact: Artifact) -> Origin | None:
    return next((line.origin for line in artifact.lines if line.origin), None)
