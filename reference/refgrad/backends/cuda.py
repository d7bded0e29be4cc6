"""`torch.backends.cuda`: how matrices are multiplied on GPUs. The switch is kept, and changes nothing."""

from __future__ import annotations

from types import SimpleNamespace

from .. import cuda
from ..absent import nothing_else

__all__ = ["is_built", "matmul"]

matmul = SimpleNamespace(allow_tf32=False)


def is_built() -> bool:
    """Return whether GPUs can be used where there are any."""
    return cuda.is_available()


__getattr__ = nothing_else("torch.backends.cuda")
