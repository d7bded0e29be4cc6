"""`torch.backends.cudnn`: the library that convolves on NVIDIA's GPUs. Its switches are kept, and change nothing."""

from __future__ import annotations

from ..absent import nothing_else

__all__ = ["allow_tf32", "benchmark", "deterministic", "enabled", "is_available", "version"]

enabled = True
deterministic = False
benchmark = False
allow_tf32 = True


def is_available() -> bool:
    """Return whether it can be used: never here."""
    return False


def version() -> None:
    """Return its version: it has none here."""
    return


__getattr__ = nothing_else("torch.backends.cudnn")
