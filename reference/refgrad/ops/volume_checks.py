"""What pooling over volumes and over parts refuses before it looks at a number, in the order in which torch looks."""

from __future__ import annotations

from typing import Any

from .pool_windows import Sizes, settings
from .window_checks import check_steps

__all__ = ["check_ends", "check_outputs", "check_parts", "check_volume", "triple"]


def triple(name: str, what: str, value: Any) -> Sizes:
    """Return a setting along the three dimensions of a volume."""
    if value is None:
        return ()
    sizes = (value,) * 3 if isinstance(value, int) else tuple(value)
    if len(sizes) == 1:
        return sizes * 3
    if len(sizes) not in ((0, 3) if what == "stride" else (3,)):
        order = "omitted, a single int" if what == "stride" else "a single int"
        verb = "be" if name == "avg_pool3d" else "be either" if what == "dilation" else "either be"
        raise RuntimeError(f"{name}: {what} must {verb} {order}, or a tuple of three ints")
    return sizes


def check_volume(shape: Sizes, divisor: int | None) -> None:
    """Refuse what has no volume's dimensions, and a divisor of 0."""
    if len(shape) not in (4, 5):
        raise RuntimeError("non-empty 4D or 5D (batch mode) tensor expected for input")
    if divisor == 0:
        raise RuntimeError("divisor must be not zero")


def check_ends(shown: list[Sizes]) -> None:
    """Refuse, along each dimension, what leaves open how many windows there are."""
    for row in zip(*settings(shown), strict=True):
        check_steps(*row)


def check_outputs(name: str, shape: Sizes, shown: list[Sizes], outs: Sizes) -> None:
    """Refuse windows without size or step, empty volumes, and windows that lead nowhere."""
    sizes, (kernel, stride, padding, dilation) = shape[-3:], settings(shown)
    for what, letter, values in (
        ("kernel size", "k", kernel),
        ("stride", "d", stride),
        ("dilation", "dilation", dilation),
    ):
        if min(values) <= 0:
            raise RuntimeError(f"{what} should be greater than zero, but got {_shown(letter, values)}")
    mean = name == "avg_pool3d"
    if 0 in shape[-4:]:  # torch names the dimension by its size
        where = "avg_pool3d" if mean else "max_pool3d_with_indices_out_cpu_template"
        raise RuntimeError(
            f"{where}(): Expected input's non-batch dimensions to have positive length, but input has a shape of "
            f"{list(shape)} and non-batch dimension 0 has length zero!"
        )
    if mean and any(size < k for size, k in zip(sizes, kernel, strict=True)):
        raise RuntimeError(
            f"input image ({_shown('', sizes)}) smaller than kernel size ({_shown('k', kernel)})"
        )
    if any(pad > k // 2 for k, pad in zip(kernel, padding, strict=True)):
        order = [
            f"{letter}{axis}: {values['THW'.index(axis)]}"
            for letter, values in (("k", kernel), ("pad", padding))
            for axis in "TWH"
        ]
        raise RuntimeError(
            f"pad should be smaller than or equal to half of kernel size, but got {' '.join(order)}"
        )
    if min(outs) < 1:
        own, made = ["x".join(map(str, (shape[-4], *each))) for each in (sizes, outs)]
        raise RuntimeError(
            f"Given input size: ({own}). Calculated output size: ({made}). Output size is too small"
        )


def _shown(letter: str, values: Sizes) -> str:
    return " ".join(f"{letter}{axis}: {each}" for axis, each in zip("THW", values, strict=True))


def check_parts(name: str, shape: Sizes, outs: Sizes, ndim: int) -> None:
    """Refuse another number of parts than there are dimensions, fewer than none, and what is no image or volume."""
    largest = "max" in name
    if not largest:
        _check_counts(name, outs, ndim)
    if len(shape) not in (ndim + 1, ndim + 2):
        colon = ":" if largest else ""
        raise RuntimeError(
            f"{name}(): Expected {ndim + 1}D or {ndim + 2}D tensor, but got{colon} {list(shape)}"
        )
    for dim in range(1 if largest else len(shape) - ndim, len(shape)):
        if not shape[dim]:
            raise RuntimeError(
                f"{name}(): Expected input to have non-zero size for non-batch dimensions, but input has sizes "
                f"{list(shape)} with dimension {dim} being empty"
            )
    if len(outs) != ndim:
        raise RuntimeError(f"{name}(): internal error: output_size.size() must be {ndim}")
    if min(outs) < 0:
        made = [*shape[:-ndim], *outs]
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(outs)}: {made}")


def _check_counts(name: str, outs: Sizes, ndim: int) -> None:
    if len(outs) != ndim:
        raise RuntimeError(f"{name}: output_size must be {ndim}")
    if min(outs) < 0:
        shown = ", ".join(map(str, outs[:2])) + f",{outs[2]}"
        raise RuntimeError(
            f"{name}: elements of output_size must be greater than or equal to 0 but received {{{shown}}}"
        )
