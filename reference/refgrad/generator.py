"""The random number generator: MT19937 with torch's seeding, draws and state.

`Generator` hands out raw words and uniform numbers; `_random` makes distributions of them.
"""

from __future__ import annotations

import os
import struct
from typing import Any

import numpy as np

from . import dtypes
from .c_names import NamedInC
from .device import CPU, device, require
from .tensor import Tensor, wrap

__all__ = ["Generator", "default"]

_WORDS = 624
_LAYOUT = f"<QiiQ{_WORDS}QdddixxxxfBxxx"  # torch's CPUGeneratorImplState
_SIZE = struct.calcsize(_LAYOUT)
_FIRST_SEED = 67280421310721


class Generator(metaclass=NamedInC):
    """A stream of random numbers that a seed determines."""

    __module__ = "torch._C"

    def __init__(self, device: str | device = "cpu") -> None:
        from .device import device as parse

        self.device = parse(device)
        if self.device.type == "cuda":
            require(self.device)
        elif self.device != CPU:
            raise RuntimeError(f"Device type {self.device.type} is not supported for torch.Generator() api.")
        self._spare: float | None = None  # the second of a pair of normal numbers
        self.manual_seed(_FIRST_SEED)

    # ---- seed and state --------------------------------------------------------------------------------------

    def manual_seed(self, seed: Any) -> Generator:
        """Start the stream that belongs to `seed`, an int of 64 bits, and return self."""
        if isinstance(seed, bool) or not hasattr(type(seed), "__index__"):
            from ._signatures import type_name

            raise RuntimeError(f"manual_seed expected a long, but got {type_name(seed)}")
        self._start(_as_64_bits(seed.__index__()))
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (str(self.device), self.get_state())

    def _start(self, seed: int) -> None:
        from numpy.random import MT19937

        self._seed = seed
        self._bits = MT19937()
        self._bits._legacy_seeding(seed & 0xFFFFFFFF)
        self._spare = None

    def initial_seed(self) -> int:
        """Return the seed that the stream was started with."""
        return self._seed

    def seed(self) -> int:
        """Start a stream that nobody can foresee, and return its seed."""
        self._start(int.from_bytes(os.urandom(8), "little"))
        return self._seed

    def get_state(self) -> Tensor:
        """Return the state as bytes, laid out as torch does."""
        state: Any = self._bits.state["state"]
        position = int(state["pos"])
        fresh = position == _WORDS and self._untouched()
        left, following = (1, 0) if fresh else (_WORDS + 1 - position, position)
        spare = 0.0 if self._spare is None else self._spare
        packed = struct.pack(
            _LAYOUT,
            *(self._seed, left, 1, following, *map(int, state["key"])),
            *(0.0, spare, 0.0, self._spare is not None, 0.0, False),
        )
        return wrap(np.frombuffer(bytearray(packed), np.uint8))

    def _untouched(self) -> bool:
        from numpy.random import MT19937

        fresh = MT19937()
        fresh._legacy_seeding(self._seed & 0xFFFFFFFF)
        ours: Any = self._bits.state["state"]
        theirs: Any = fresh.state["state"]
        return bool((ours["key"] == theirs["key"]).all())

    def set_state(self, new_state: Tensor) -> Generator:
        """Continue where the stream was when `get_state` returned `new_state`."""
        if new_state.dtype is not dtypes.uint8:
            raise TypeError("RNG state must be a torch.ByteTensor")
        if new_state._array.size != _SIZE:
            raise RuntimeError(
                f"Expected a CPUGeneratorImplState of size {_SIZE} but found the input RNG state size to be "
                f"{new_state._array.size}"
            )
        seed, left, _, following, *rest = struct.unpack(_LAYOUT, new_state._array.tobytes())
        self._start(seed)
        position = _WORDS if left == 1 else following
        key = np.array(rest[:_WORDS], np.uint32)
        self._bits.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": position}}
        spare, valid = rest[_WORDS + 1], rest[_WORDS + 3]
        self._spare = spare if valid else None
        return self

    # ---- draws -----------------------------------------------------------------------------------------------

    def words(self, count: int) -> Any:
        """Return `count` numbers of 32 bits, as uint64."""
        return self._bits.random_raw(count)

    def long_words(self, count: int) -> Any:
        """Return `count` numbers of 64 bits, two draws each."""
        pairs: Any = self._bits.random_raw(2 * count)
        return pairs[0::2] << np.uint64(32) | pairs[1::2]

    def uniform24(self, count: int) -> Any:
        """Return float32 numbers in [0, 1) of 24 bits, one draw each."""
        return (self.words(count) & np.uint64(2**24 - 1)).astype(np.float32) * np.float32(2.0**-24)

    def uniform53(self, count: int) -> Any:
        """Return float64 numbers in [0, 1) of 53 bits, two draws each."""
        return (self.long_words(count) & np.uint64(2**53 - 1)).astype(np.float64) * 2.0**-53

    def take_spare(self) -> float | None:
        """Return the normal number that an earlier draw left over, once."""
        spare, self._spare = self._spare, None
        return spare

    def keep_spare(self, value: float) -> None:
        """Keep the second number of a pair for the next draw."""
        self._spare = value


def _restored(device: str, state: Tensor) -> Generator:
    return Generator(device).set_state(state)


def _as_64_bits(seed: int) -> int:
    if not -(2**63) <= seed < 2**64:
        raise ValueError("Overflow when unpacking long long")
    return seed % 2**64


_defaults: dict[device, Generator] = {}


def default(where: device = CPU) -> Generator:
    """Return the generator of a device that is used where none is given, seeded at random at first."""
    found = _defaults.get(where)
    if found is None:
        found = _defaults[where] = Generator(where)
        if where == CPU:
            found.seed()
        else:  # `manual_seed` was for all devices
            found.manual_seed(default().initial_seed())
    return found


def defaults() -> list[Generator]:
    """Return the generators of all devices that drew or were seeded."""
    default()
    return list(_defaults.values())
