"""What torch says of tensors on different devices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["refusal"]


def refusal(name: str, tensors: Sequence[Any], devices: Sequence[str]) -> str:
    """Return the error of a function that got tensors on several devices, which are named in their order."""
    first = next(each for each in devices if each != "cpu")
    other = next(each for each in devices if each != first)
    return (
        f"Expected all tensors to be on the same device, but found at least two devices, {first} and {other}!"
    )
