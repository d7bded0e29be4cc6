"""A reference engine that behaves as PyTorch 2.13 does: `import refgrad as torch`.

How it is built, from the bottom: `backend` (the array library), `dtypes`, `storage`, `grad_mode`, `graph`,
`tensor`, `recording`, `engine`, `ops`, `nn`, `optim`, `utils`. Read `graph`, `recording` and `engine` to see how
derivatives work; each module in `ops` is a table of them. What is rarely needed is imported on first use.
"""

from __future__ import annotations

import importlib
from math import e, inf, nan, pi
from typing import Any

from . import construction, creation, ops, ranges  # noqa: F401 - for what they publish
from . import dtypes as _dtypes
from . import late as _late
from ._package import show_only as _show_only
from .construction import tensor  # the function, in place of the module of that name
from .device import device
from .grad_mode import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .ops.registry import FUNCTIONS as _FUNCTIONS
from .size import Size
from .tensor import Tensor

__version__ = "2.13.0"
newaxis = None

_DTYPES = {name: getattr(_dtypes, name) for name in _dtypes.__all__}
_LAZY_MODULES = (
    "accelerator",
    "autograd",
    "backends",
    "cuda",
    "func",
    "linalg",
    "mps",
    "nn",
    "optim",
    "random",
    "return_types",
    "special",
    "testing",
    "utils",
    "version",
    "xpu",
)

# Where the names live that are imported on first use.
_LAZY_NAMES: dict[str, str] = {
    **_late.FUNCTIONS,
    **dict.fromkeys(("finfo", "iinfo"), "limits"),
    **dict.fromkeys(("get_printoptions", "printoptions", "set_printoptions"), "_printing"),
    **dict.fromkeys(
        ("default_generator", "get_rng_state", "initial_seed", "manual_seed", "seed", "set_rng_state"),
        "random",
    ),
    **dict.fromkeys(("frombuffer", "from_dlpack"), "foreign_memory"),
    **dict.fromkeys(("AcceleratorError", "OutOfMemoryError"), "attachment"),
    "Generator": "generator",
    **dict.fromkeys(("einsum", "kron", "tensordot"), "ops.contraction"),
    **dict.fromkeys(
        (
            *("_assert", "are_deterministic_algorithms_enabled", "get_default_device"),
            *("get_deterministic_debug_mode", "get_float32_matmul_precision", "get_num_interop_threads"),
            *("get_num_threads", "is_deterministic_algorithms_warn_only_enabled", "is_storage"),
            *("is_warn_always_enabled", "set_default_device", "set_default_tensor_type"),
            *("set_deterministic_debug_mode", "set_float32_matmul_precision", "set_flush_denormal"),
            *("set_num_interop_threads", "set_num_threads", "set_warn_always", "typename"),
            "use_deterministic_algorithms",
        ),
        "settings",
    ),
    **dict.fromkeys(("bilinear", "cosine_similarity", "pairwise_distance", "prelu"), "nn.functional"),
    "vmap": "func",
    **dict.fromkeys(("load", "save"), "serialization"),
    **dict.fromkeys(("is_anomaly_check_nan_enabled", "is_anomaly_enabled"), "recording"),
    **dict.fromkeys(
        (
            *("channels_last", "channels_last_3d", "contiguous_format", "layout", "memory_format"),
            *("preserve_format", "strided"),
        ),
        "layouts",
    ),
}

__all__ = [
    "Size",
    "Tensor",
    "device",
    "e",
    "enable_grad",
    "inf",
    "inference_mode",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "nan",
    "newaxis",
    "no_grad",
    "pi",
    "set_grad_enabled",
    "tensor",
]


def __getattr__(name: str) -> Any:
    """Find a function, dtype or submodule: `torch.exp`, `torch.float32`, `torch.nn`."""
    found: Any
    if name in _FUNCTIONS:
        found = _FUNCTIONS[name]
    elif name in _DTYPES:
        found = _DTYPES[name]
    elif name in _LAZY_MODULES:
        found = importlib.import_module(f"{__name__}.{name}")
    elif name in _LAZY_NAMES:
        module = importlib.import_module(f"{__name__}.{_LAZY_NAMES[name]}")
        found = _FUNCTIONS[name] if name in _FUNCTIONS else getattr(module, name)
    else:
        from .absent import missing

        raise missing("torch", name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*__all__, *_FUNCTIONS, *_DTYPES, *_LAZY_MODULES, *_LAZY_NAMES})


def _preload() -> None:
    """Read the files that are otherwise read on first need, for a process that is about to lose its files."""
    from . import _signatures, absent

    _signatures.overloads("tensor")
    absent.names()
    _late.load_all()


_show_only(__name__, _LAZY_MODULES)
