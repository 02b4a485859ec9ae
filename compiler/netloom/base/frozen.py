"""Frozen dataclasses that are made as fast as others.

Python guards a frozen dataclass by a call for each field of each object, and by two more functions that are compiled
for each class whenever netloom starts: together that is a tenth of all its time. The type checker, which sees the
library's own decorator here, refuses every assignment already, and strictly (`make check`).
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
        """The library's decorator, with its options; equal values of what is frozen have one hash, as there."""

        def decorate(cls: type[T]) -> type[T]:
            if options.pop("frozen", False):
                options.update(unsafe_hash=True, repr=False)
                cls.__repr__ = _told
            return dataclasses.dataclass(**options)(cls)

        return decorate if cls is None else decorate(cls)

    def _told(self: object) -> str:
        """The fields by name, as the library has them."""
        found = ((field.name, getattr(self, field.name)) for field in dataclasses.fields(self) if field.repr)
        return f"{type(self).__qualname__}({', '.join(f'{name}={value!r}' for name, value in found)})"


__all__ = ["dataclass"]
