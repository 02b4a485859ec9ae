"""This project's frozen dataclasses behave like the library's, but only the type checker prevents assignments."""

import dataclasses
import pickle
import re
from dataclasses import field, replace
from pathlib import Path
from typing import Any

import pytest
from mypy import api

from taploom.base import frozen


@frozen.dataclass(frozen=True, slots=True)
class Equal:
    """A class without ordering, like most classes of the compiler."""

    name: str
    number: int = 0
    extra: tuple[str, ...] = field(default=(), compare=False, repr=False)


@frozen.dataclass(frozen=True, slots=True)
class Further(Equal):
    """A subclass with more fields."""

    more: str = ""


@frozen.dataclass(frozen=True, slots=True)
class Own:
    """A class with its own `__eq__`."""

    name: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own) and self.name.lower() == other.name.lower()

    def __hash__(self) -> int:
        return hash(self.name.lower())


@frozen.dataclass(frozen=True, slots=True, order=True)
class Ours:
    """A class made by this project's `dataclass`."""

    name: str
    number: int = 0
    extra: tuple[str, ...] = field(default=(), compare=False, repr=False)


@dataclasses.dataclass(frozen=True, slots=True, order=True)
class Theirs:
    """The same class made by the library's `dataclass`."""

    name: str
    number: int = 0
    extra: tuple[str, ...] = field(default=(), compare=False, repr=False)


VALUES: tuple[tuple[Any, ...], ...] = (("a", 1), ("a", 2), ("b",), ("a", 1, ("x",)))


@pytest.mark.parametrize("one", VALUES)
@pytest.mark.parametrize("other", VALUES)
def test_values_are_compared_ordered_and_hashed_as_in_the_library(one: tuple[Any, ...], other: tuple[Any, ...]) -> None:
    ours, theirs = (Ours(*one), Ours(*other)), (Theirs(*one), Theirs(*other))
    assert (ours[0] == ours[1]) is (theirs[0] == theirs[1])
    assert (ours[0] < ours[1]) is (theirs[0] < theirs[1])
    assert hash(ours[0]) == hash(theirs[0])
    assert repr(ours[0]) == repr(theirs[0]).replace("Theirs", "Ours")


@pytest.mark.parametrize("one", VALUES)
@pytest.mark.parametrize("other", VALUES)
def test_classes_without_order_are_compared_and_hashed_as_in_the_library(
    one: tuple[Any, ...], other: tuple[Any, ...]
) -> None:
    ours, theirs = (Equal(*one), Equal(*other)), (Theirs(*one), Theirs(*other))
    assert (ours[0] == ours[1]) is (theirs[0] == theirs[1])
    assert hash(ours[0]) == hash(theirs[0])


def test_one_class_is_never_equal_to_another_and_each_has_its_own_fields() -> None:
    assert Equal("a") != Further("a")
    stranger: object = "a"
    assert Equal("a") != stranger
    assert Further("a", more="x") != Further("a", more="y")
    assert len({Further("a", more="x"), Further("a", more="y"), Further("a", more="x")}) == 2


def test_a_class_keeps_its_own_equality() -> None:
    assert Own("a") == Own("A")
    assert len({Own("a"), Own("A"), Own("b")}) == 2


def test_there_is_no_instance_dict_and_copies_are_equal() -> None:
    value = Ours("a", 1)
    assert not hasattr(value, "__dict__")
    assert pickle.loads(pickle.dumps(value)) == value
    assert replace(value, number=2) == Ours("a", 2)


def test_every_frozen_class_of_the_compiler_uses_this_projects_decorator() -> None:
    """The library's decorator checks each assignment at run time, so only classes that are not frozen may use it."""
    folder = Path(frozen.__file__).parents[1]
    texts = {path.relative_to(folder): path.read_text(encoding="utf-8") for path in folder.rglob("*.py")}
    library = re.compile(r"^from dataclasses import .*\bdataclass\b", re.MULTILINE)
    assert [path for path, text in texts.items() if library.search(text) and "@dataclass(frozen=True" in text] == []


def test_the_type_checker_refuses_an_assignment() -> None:
    source = (
        "from taploom.base.frozen import dataclass\n"
        "@dataclass(frozen=True, slots=True)\n"
        "class Point:\n    x: int\n"
        "Point(1).x = 2\n"
    )
    said, _, status = api.run(["--config-file=", "--no-incremental", "--follow-imports=silent", "-c", source])
    assert status == 1
    assert 'Property "x" defined in "Point" is read-only' in said
