"""How elements lie in memory: `torch.strided`, `torch.contiguous_format`, `torch.channels_last`, ..., and their strides."""

from __future__ import annotations

from collections.abc import Sequence

from .c_names import NamedInC
from .storage import contiguous_strides

__all__ = [
    "channels_last",
    "channels_last_3d",
    "contiguous_format",
    "layout",
    "memory_format",
    "preserve_format",
    "strided",
    "strides_in",
    "suggested",
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

_RANKS = {channels_last: 4, channels_last_3d: 5}


def strides_in(wanted: _Named, shape: Sequence[int]) -> tuple[int, ...]:
    """Return the strides, in elements, that a memory format gives a tensor of this shape."""
    if wanted not in _RANKS:
        return contiguous_strides(shape)
    rank = _RANKS[wanted]
    if len(shape) != rank:
        raise RuntimeError(f"required rank {rank} tensor to use {wanted._name} format")
    found, step = [0] * rank, 1
    for axis in (1, *range(rank - 1, 1, -1), 0):
        found[axis] = step
        step *= shape[axis]
    return tuple(found)


def suggested(shape: Sequence[int], steps: Sequence[int]) -> _Named:
    """Return the memory format that a tensor of these sizes and strides passes for."""
    for wanted, rank in _RANKS.items():
        if len(shape) == rank and _has_channels_last(shape, steps):
            return wanted
    return contiguous_format


def _has_channels_last(shape: Sequence[int], steps: Sequence[int]) -> bool:
    least = 0
    if not steps[1]:
        return False
    for axis in (1, *range(len(shape) - 1, 1, -1), 0):
        # Sizes of 1 and strides that say nothing: row by row wins.
        if not shape[axis] or steps[axis] < least or (axis == 0 and least == steps[1]):
            return False
        least = steps[axis] * max(shape[axis], 1)
    return True
