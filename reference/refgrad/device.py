"""Devices: the CPU and, where CuPy finds them, GPUs. The other names of torch are refused as a build without them does."""

from __future__ import annotations

import re
import threading
from typing import Any

from .backend import ndarray
from .c_names import NamedInC

__all__ = ["CPU", "default_device", "device", "device_of", "require", "set_default"]

NEGATIVE = "Device index must not be negative"
NO_ACCELERATOR = "Cannot access accelerator device when none is available."


NO_SUCH_GPU = (
    "CUDA error: invalid device ordinal\nGPU device may be out of range, do you have enough GPUs?\nCUDA kernel errors "
    "might be asynchronously reported at some other API call, so the stacktrace below might be incorrect.\nFor debugging "
    "consider passing CUDA_LAUNCH_BLOCKING=1\nCompile with `TORCH_USE_CUDA_DSA` to enable device-side assertions.\n"
)


class device(metaclass=NamedInC):  # noqa: N801 - torch's name
    """Where a tensor's elements are: a type and, for some, an index."""

    __slots__ = ("index", "type")
    __module__ = "torch"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        from ._signatures import bind

        values = bind("device", args, kwargs)[1]
        given = values["device"] if "device" in values else values["type"]
        self.index: int | None = values.get("index")
        if isinstance(given, device):
            self.type: str = given.type
            self.index = given.index
            return
        if isinstance(given, int):
            if given < 0:
                raise RuntimeError(NEGATIVE)
            from .attachment import is_importable

            if not is_importable():
                raise RuntimeError(NO_ACCELERATOR)
            self.type, self.index = "cuda", given
            return
        kind, colon, number = given.partition(":")
        if not given:
            raise RuntimeError("Device string must not be empty")
        indexed = number.isdigit() and str(int(number)) == number
        if not re.fullmatch("[a-zA-Z_]+", kind) or (colon and not indexed):
            raise RuntimeError(f"Invalid device string: '{given}'")
        if kind not in _TYPES:
            raise RuntimeError(
                f"Expected one of {', '.join(_TYPES)} device type at start of device string: {kind}"
            )
        self.type = kind
        if number:
            self.index = int(number)

    def __repr__(self) -> str:
        return (
            f"device(type='{self.type}')"
            if self.index is None
            else f"device(type='{self.type}', index={self.index})"
        )

    def __str__(self) -> str:
        return self.type if self.index is None else f"{self.type}:{self.index}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, device) and (self.type, self.index) == (other.type, other.index)

    def __hash__(self) -> int:
        return hash((self.type, self.index))

    def __reduce__(self) -> tuple[Any, ...]:
        return by_text, (str(self),)

    def __enter__(self) -> device:
        """Make tensors here, where no device is given, until the end of the `with` block."""
        _defaults.stack.append(require(self))
        return self

    def __exit__(self, *_: Any) -> None:
        _defaults.stack.pop()


def by_text(text: str) -> device:
    """Return the device that is written so: a pickle finds this function, but no class that goes by torch's name."""
    return device(text)


_TYPES = (
    *("cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia", "xla"),
    *("lazy", "vulkan", "mps", "meta", "hpu", "mtia", "privateuseone"),
)
CPU = object.__new__(device)
CPU.type, CPU.index = "cpu", None


def require(where: str | int | device) -> device:
    """Return the device that was asked for, or refuse one that this build does not have."""
    found = device(where)
    if found.type == "cuda":
        return _gpu(found.index)
    if found.type == "xpu":
        raise AssertionError("Torch not compiled with XPU enabled")
    if found.type != "cpu":
        raise NotImplementedError(
            f"refgrad keeps tensors on the CPU and on NVIDIA's GPUs; there is no {found} here"
        )
    return CPU


def _gpu(index: int | None) -> device:
    """Return a GPU by its number, or the one that is current; refused where it is not there."""
    from .attachment import AcceleratorError, here, load

    count = load().count()
    number = here.current if index is None else index
    if number >= count:
        raise AcceleratorError(NO_SUCH_GPU)
    return device("cuda", number)


def device_of(array: Any) -> device:
    """Return the device that an array is on."""
    if type(array) is ndarray:
        return CPU
    from .placement import device_of as find

    return find(array)


class _Defaults(threading.local):
    """The devices of the `with torch.device(...)` blocks that this thread is in, above what was set as default."""

    def __init__(self) -> None:
        self.stack = [CPU]


_defaults = _Defaults()


def default_device() -> device:
    """Return where tensors are made if no device is given."""
    return _defaults.stack[-1]


def set_default(where: Any) -> None:
    """Make tensors there from now on, in this thread, if no device is given; None stands for the CPU."""
    _defaults.stack[0] = CPU if where is None else require(where)
