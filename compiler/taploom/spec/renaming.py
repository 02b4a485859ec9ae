"""The edits in the files of a site that rename one of its objects."""

from collections.abc import Mapping as Map

from taploom.base.frozen import dataclass
from taploom.plan.origin import SECTIONS
from taploom.source.edits import Edits, NodePath
from taploom.source.tree import Mapping, Scalar
from taploom.spec.decode import MapOf, Model
from taploom.spec.document import SECTIONS as KEYS
from taploom.spec.references import references

MOVED_FROM = "moved-from"
_SECTION_KEYS = {key.name: key for key in KEYS}


@dataclass(frozen=True, slots=True)
class Renaming:
    """An object and its new name.

    Attributes:
        kinds: the kinds of the object; a network that is its own zone has two.
        old: its old name.
        new: its new name.
    """

    kinds: tuple[str, ...]
    old: str
    new: str


def edits_of(root: Mapping, renaming: Renaming) -> Edits:
    """The edits of one file: references, the keys that define the object, and `moved-from`."""
    values: dict[NodePath, str] = {}
    keys: dict[NodePath, str] = {}
    for reference in references(root):
        mention = reference.mention
        if mention.name == renaming.old and not set(renaming.kinds).isdisjoint(mention.kinds):
            (keys if reference.is_key else values)[reference.path] = reference.renamed(renaming.new)
    defined = [path for kind in renaming.kinds if (path := _definition(root, kind, renaming.old))]
    keys.update((path, renaming.new) for path in defined)
    entries: dict[NodePath, Map[str, str]] = {
        path: _moved(root, path, renaming) for path in defined if _knows_moves(path)
    }
    return Edits(values, keys, entries, {path: _entry_model(path).shorthand for path in defined})


def places_of(edits: Edits) -> int:
    """Number of places that edits change, without the keys that they add to entries."""
    return len(edits.values) + len(edits.keys)


def _definition(root: Mapping, kind: str, name: str) -> tuple[str, str] | None:
    """The path of the entry that defines an object; None if this file does not define it."""
    section = SECTIONS.get(kind, "")
    found = root.pairs.get(section)
    there = found is not None and isinstance(found.value, Mapping) and name in found.value.pairs
    return (section, name) if there else None


def _entry_model(path: tuple[str, str]) -> Model[object]:
    parser = _SECTION_KEYS[path[0]].parser
    assert isinstance(parser, MapOf), "sections map names to entries"
    assert isinstance(parser.item, Model), "entries of sections are models"
    return parser.item


def _knows_moves(path: tuple[str, str]) -> bool:
    return MOVED_FROM in _entry_model(path).by_name


def _moved(root: Mapping, path: tuple[str, str], renaming: Renaming) -> Map[str, str]:
    """The new `moved-from` of the entry; "", which removes the key, if the entry gets its former name back."""
    section = root.pairs[path[0]].value
    entry = section.pairs[path[1]].value if isinstance(section, Mapping) else None
    former = entry.pairs.get(MOVED_FROM) if isinstance(entry, Mapping) else None
    back = former is not None and isinstance(former.value, Scalar) and former.value.text == renaming.new
    return {MOVED_FROM: "" if back else renaming.old}
