"""Frozen dataclasses whose objects are created as fast as objects of mutable dataclasses.

The library's frozen dataclasses need a call for each field when an object is created, and two functions that are
compiled for each class at every start. Together these take a tenth of taploom's time. Here only the type checker
refuses assignments to fields (`make check`): it sees the library's own decorator. The methods that compare and hash
objects of a class are compiled at their first call, since objects of most classes are never compared.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses
    from collections.abc import Callable
    from typing import Any, TypeVar

    T = TypeVar("T")

    def dataclass(cls: type[T] | None = None, /, **options: Any) -> type[T] | Callable[[type[T]], type[T]]:
        """Works like the decorator of `dataclasses`, with the same options, but does not guard fields at run time."""

        def decorate(cls: type[T]) -> type[T]:
            if options.pop("frozen", False):
                cls.__repr__ = _repr
                if not options.get("order"):  # the library compiles ordering only together with equality
                    cls.__eq__, cls.__hash__ = vars(cls).get("__eq__", _equal), vars(cls).get("__hash__", _hash)
                    return dataclasses.dataclass(**options, eq=False, repr=False)(cls)
                options.update(unsafe_hash=True, repr=False)
            return dataclasses.dataclass(**options)(cls)

        return decorate if cls is None else decorate(cls)

    def _equal(self: object, other: object) -> bool:
        """On first use, compiles the `__eq__` that `dataclasses` would have generated, installs it and calls it."""
        cls = type(self)
        values = "({}) == ({})".format(*("".join(f"{of}.{name}, " for name in _compared(cls)) for of in ("a", "b")))
        cls.__eq__ = eval(f"lambda a, b: {values} if b.__class__ is a.__class__ else NotImplemented")  # noqa: S307 - names of our own fields
        return cls.__eq__(self, other)

    def _hash(self: object) -> int:
        """On first use, compiles the `__hash__` that `dataclasses` would have generated, installs it and calls it."""
        cls = type(self)
        cls.__hash__ = eval(f"lambda a: hash(({''.join(f'a.{name}, ' for name in _compared(cls))}))")  # noqa: S307 - as above
        return cls.__hash__(self)

    def _compared(cls: type) -> list[str]:
        return [field.name for field in dataclasses.fields(cls) if field.compare]

    def _repr(self: object) -> str:
        """The text that the `__repr__` of `dataclasses` would return."""
        values = ((field.name, getattr(self, field.name)) for field in dataclasses.fields(self) if field.repr)
        return f"{type(self).__qualname__}({', '.join(f'{name}={value!r}' for name, value in values)})"


__all__ = ["dataclass"]
