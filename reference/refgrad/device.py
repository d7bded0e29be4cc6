"""Devices. The elements live on the CPU; the other names of torch are refused as a build without them does."""

from __future__ import annotations

import re
from typing import Any

from .c_names import NamedInC

__all__ = ["CPU", "device", "require"]

NEGATIVE = "Device index must not be negative"
NO_ACCELERATOR = "Cannot access accelerator device when none is available."


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
            raise RuntimeError(NEGATIVE if given < 0 else NO_ACCELERATOR)
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
    if found.type in ("cuda", "xpu"):
        raise AssertionError(f"Torch not compiled with {found.type.upper()} enabled")
    if found.type != "cpu":
        raise NotImplementedError(f"refgrad keeps tensors on the CPU; there is no {found} here")
    return found
