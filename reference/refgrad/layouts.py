"""Names for how elements lie in memory: `torch.strided`, `torch.contiguous_format`, ..."""

from __future__ import annotations

from .c_names import NamedInC

__all__ = [
    "channels_last",
    "channels_last_3d",
    "contiguous_format",
    "layout",
    "memory_format",
    "preserve_format",
    "strided",
]


class _Named(metaclass=NamedInC):
    """An object that is only its name."""

    __slots__ = ("_name",)
    __module__ = "torch"
    _name: str

    def __new__(cls, *_: object) -> _Named:
        """Refuse, as torch does: the objects there are stand in this module."""
        raise TypeError(f"cannot create 'torch.{cls.__name__}' instances")

    def __repr__(self) -> str:
        return f"torch.{self._name}"

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return by_name, (self._name,)


class layout(_Named):  # noqa: N801 - torch's name
    """How a tensor keeps its elements; `strided` is the only way here."""

    __slots__ = ()
    __module__ = "torch"


class memory_format(_Named):  # noqa: N801
    """The order in which a new tensor lays out its dimensions."""

    __slots__ = ()
    __module__ = "torch"


def by_name(name: str) -> _Named:
    """Return the layout or memory format called `name`."""
    found: _Named = globals()[name]
    return found


def _define(kind: type[_Named], name: str) -> _Named:
    made: _Named = object.__new__(kind)
    made._name = name
    return made


strided = _define(layout, "strided")
contiguous_format = _define(memory_format, "contiguous_format")
preserve_format = _define(memory_format, "preserve_format")
channels_last = _define(memory_format, "channels_last")
channels_last_3d = _define(memory_format, "channels_last_3d")
