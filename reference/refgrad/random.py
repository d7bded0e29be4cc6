"""`torch.random`: the seed and the state of the default generator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from .absent import nothing_else
from .generator import Generator, default, defaults
from .tensor import Tensor

__all__ = [
    "default_generator",
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
]

default_generator = default()  # of the CPU


def manual_seed(seed: Any) -> Generator:
    """Start the default generators' streams for `seed`, of all devices, and return the CPU's."""
    for each in defaults():
        each.manual_seed(int(seed))
    return default()


def seed() -> int:
    """Start a stream that nobody can foresee, and return its seed."""
    return default().seed()


def initial_seed() -> int:
    """Return the seed that the default generator was started with."""
    return default().initial_seed()


def get_rng_state() -> Tensor:
    """Return the state of the default generator as a tensor of bytes."""
    return default().get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Continue where the default generator was when `get_rng_state` returned `new_state`."""
    if not isinstance(new_state, Tensor):
        from ._signatures import type_name

        raise TypeError(f"expected a torch.ByteTensor, but got {type_name(new_state)}")
    default().set_state(new_state)


def _states() -> list[tuple[Generator, Tensor]]:
    """Return the default generators, of all devices, with their states."""
    return [(each, each.get_state()) for each in defaults()]


def _continue(states: list[tuple[Generator, Tensor]]) -> None:
    """Continue where generators were."""
    for each, state in states:
        each.set_state(state)


@contextmanager
def fork_rng(devices: Any = None, enabled: bool = True, **_: Any) -> Iterator[None]:
    """Draw inside the block without moving on the stream outside."""
    before = _states() if enabled else []
    try:
        yield
    finally:
        _continue(before)


__getattr__ = nothing_else("torch.random")
