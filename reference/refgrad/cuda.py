"""What `torch.cuda` says where there is no GPU: nothing is available, and what needs one is refused."""

from __future__ import annotations

from typing import Any

__all__ = ["current_device", "device_count", "is_available", "synchronize"]

NOT_COMPILED = "Torch not compiled with CUDA enabled"


def is_available() -> bool:
    """Return whether tensors can be on a GPU."""
    return False


def device_count() -> int:
    """Return how many GPUs there are."""
    return 0


def is_initialized() -> bool:
    """Return whether the GPU is in use."""
    return False


def manual_seed(seed: int) -> None:
    """Do nothing: there is no generator of a GPU."""


def manual_seed_all(seed: int) -> None:
    """Do nothing: there is no generator of a GPU."""


def empty_cache() -> None:
    """Do nothing: there is no memory of a GPU."""


def current_device() -> int:
    """Refuse: there is no GPU."""
    raise AssertionError(NOT_COMPILED)


def synchronize(device: Any = None) -> None:
    """Refuse: there is no GPU."""
    raise AssertionError(NOT_COMPILED)


def get_device_name(device: Any = None) -> str:
    """Refuse: there is no GPU."""
    raise AssertionError(NOT_COMPILED)


def set_device(device: Any) -> None:
    """Refuse: there is no GPU."""
    raise AssertionError(NOT_COMPILED)


class _Missing(type):
    """The old constructors of tensors on a GPU; a call is refused."""

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(f"type torch.cuda.{cls.__name__} not available. {NOT_COMPILED}.")


def __getattr__(name: str) -> Any:
    """Return the class of an old constructor: `torch.cuda.FloatTensor`."""
    if name.endswith("Tensor"):
        return _Missing(name, (), {"__module__": "torch.cuda"})
    raise AttributeError(f"module 'torch.cuda' has no attribute '{name}'")
