"""Devices. The elements live on the CPU; the other names of torch are refused as a build without them does."""

from __future__ import annotations

from typing import Any

__all__ = ["CPU", "device", "require"]


class device:  # noqa: N801 - torch's name
    """Where a tensor's elements are: a type and, for some, an index."""

    __slots__ = ("index", "type")
    __module__ = "torch"

    def __init__(self, type: str | device, index: int | None = None) -> None:  # noqa: A002
        if isinstance(type, device):
            self.type: str = type.type
            self.index: int | None = type.index
            return
        kind, colon, number = type.partition(":")
        if not type:
            raise RuntimeError("Device string must not be empty")
        if kind not in _TYPES:
            raise RuntimeError(
                f"Expected one of {', '.join(_TYPES)} device type at start of device string: {kind}"
            )
        if colon and not (number.isdigit() and str(int(number)) == number):
            raise RuntimeError(f"Invalid device string: '{type}'")
        self.type = kind
        self.index = int(number) if number else index

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
        return device, (str(self),)


_TYPES = (
    *("cpu", "cuda", "ipu", "xpu", "mkldnn", "opengl", "opencl", "ideep", "hip", "ve", "fpga", "maia", "xla"),
    *("lazy", "vulkan", "mps", "meta", "hpu", "mtia", "privateuseone"),
)
CPU = device("cpu")


def require(where: str | int | device) -> device:
    """Return the device that was asked for, or refuse one that this build does not have."""
    if isinstance(where, int):
        raise RuntimeError(
            "Device index must not be negative"
            if where < 0
            else "Cannot access accelerator device when none is available."
        )
    found = device(where)
    if found.type in ("cuda", "xpu"):
        raise AssertionError(f"Torch not compiled with {found.type.upper()} enabled")
    if found.type != "cpu":
        raise NotImplementedError(f"refgrad keeps tensors on the CPU; there is no {found} here")
    return found
