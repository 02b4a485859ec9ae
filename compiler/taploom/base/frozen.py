"""Frozen dataclasses that are made as fast as others.

Python guards a frozen dataclass by a call for each field of each object, and by two more functions that are compiled
for each class whenever taploom starts: together that is a tenth of all its time. The type checker, which sees the
library's own decorator here, refuses every assignment already, and strictly (`make check`). How objects are compared
and hashed is compiled for a class when it is first asked for: of most classes nobody ever asks.
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
        """The decorator of `dataclasses`, with its options; equal frozen values have equal hashes."""

        def decorate(cls: type[T]) -> type[T]:
            if options.pop("frozen", False):
                cls.__repr__ = _told
                if not options.get("order"):  # which the library compiles only together with equality
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
        """The same for their hash."""
        cls = type(self)
        cls.__hash__ = eval(f"lambda a: hash(({''.join(f'a.{name}, ' for name in _compared(cls))}))")  # noqa: S307 - as above
        return cls.__hash__(self)

    def _compared(cls: type) -> list[str]:
        return [field.name for field in dataclasses.fields(cls) if field.compare]

    def _told(self: object) -> str:
        """The fields by name, as the library has them."""
        found = ((field.name, getattr(self, field.name)) for field in dataclasses.fields(self) if field.repr)
        return f"{type(self).__qualname__}({', '.join(f'{name}={value!r}' for name, value in found)})"


__all__ = ["dataclass"]
