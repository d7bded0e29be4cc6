"""What pooling refuses before it looks at a number, in the order in which torch looks: sizes, settings, dtypes."""

from __future__ import annotations

from ..tensor import Tensor

__all__ = [
    "check_adaptive",
    "check_one",
    "check_pool1d",
    "check_pool2d",
    "check_rank1d",
    "check_steps",
    "check_types",
    "check_windows",
    "refuse_empty_outputs",
]

Sizes = tuple[int, ...]
_BATCHED = "3D or 4D (batch mode) tensor"


def check_types(name: str, input: Tensor, *scalars: str, without: str = "") -> None:
    """Refuse a dtype that torch's kernel does not know.

    It knows floating-point numbers but those of the dtype `without`, and `scalars`.
    """
    own = input.dtype._scalar
    if own == without or not (input.dtype.is_floating_point or own in scalars):
        raise NotImplementedError(f"\"{name}\" not implemented for '{input.dtype._scalar}'")


def check_rank1d(name: str, input: Tensor) -> None:
    """Refuse what is neither a signal of several channels nor a batch of them."""
    ndim = input._array.ndim
    if ndim not in (2, 3):
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {ndim}-dimensional tensor for argument #1 'self' (while checking "
            f"arguments for {name})"
        )


def check_one(name: str, **settings: Sizes) -> None:
    """Refuse several sizes where there is one dimension."""
    for what, value in settings.items():
        if len(value) != 1:
            raise RuntimeError(f"{name}() argument '{what}' should contain one int (got {len(value)})")


def check_pool1d(input: Tensor, kernel: Sizes, stride: Sizes | None, padding: Sizes, dilation: Sizes) -> None:
    """Refuse for max_pool1d a signal that is none, and windows that lead nowhere."""
    shape = input._array.shape
    if len(shape) not in (2, 3) or 0 in shape[-2:]:
        raise RuntimeError(
            "max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for input, but "
            f"got:{list(shape)}"
        )
    given = {"kernel_size": kernel, "stride": stride, "padding": padding, "dilation": dilation}
    for what, value in given.items():
        if value is not None and len(value) != 1:
            kinds = "None, an int, list of ints," if what == "stride" else "an int, list of ints"
            comma = "" if what in ("stride", "kernel_size") else ","
            raise RuntimeError(
                f"max_pool1d() {what} must be {kinds}{comma} or tuple of ints of size 1 but got size {len(value)}"
            )
    size, step, pad, spread = kernel[0], (stride or kernel)[0], padding[0], dilation[0]
    for what, number in (("kernel_size", size), ("stride", step)):
        if number <= 0:
            raise RuntimeError(f"max_pool1d() {what} must be greater than zero, but got {number}")
    if pad < 0:
        raise RuntimeError(f"max_pool1d() padding must be non-negative, but got {pad}")
    if pad > size // 2:
        raise RuntimeError(
            f"max_pool1d() padding should be at most half of kernel size, but got padding={pad} and kernel_size={size}"
        )
    if spread <= 0:
        raise RuntimeError(f"max_pool1d() dilation must be greater than zero, but got {spread}")


def check_pool2d(name: str, input: Tensor, given: dict[str, Sizes], divisor: int | None = None) -> None:
    """Refuse a divisor of 0, settings that are not one or two numbers, and what has no image's dimensions."""
    for what, value in given.items():
        if len(value) not in ((0, 1, 2) if what == "stride" else (1, 2)):
            order = {"stride": "must either be omitted, a", "dilation": "must be either a"}
            raise RuntimeError(
                f"{name}: {what} {order.get(what, 'must either be a')} single int, or a tuple of two ints"
            )
    if divisor == 0:
        raise RuntimeError("divisor must be not zero")
    if name == "avg_pool2d":
        input.size(-3)
    elif input._array.ndim not in (3, 4):
        raise RuntimeError(f"non-empty {_BATCHED} expected for input")


def check_windows(
    shape: Sizes, kernel: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, outs: Sizes | None = None
) -> None:
    """Refuse windows over an image without size or step, a border of more than half a window, and no output.

    Without `outs` the check is about what is needed to compute these.
    """
    if outs is None:
        for size, step, pad, spread in zip(kernel, stride, padding, dilation, strict=True):
            check_steps(size, step, pad, spread)
        return
    named = (
        ("kernel size", "k", kernel),
        ("stride", "d", stride),
        ("dilation", "dilation", dilation),
    )
    for what, letter, values in named:
        if min(values) <= 0:
            raise RuntimeError(
                f"{what} should be greater than zero, but got {letter}H: {values[0]} {letter}W: {values[1]}"
            )
    if len(shape) not in (3, 4) or 0 in shape[-3:]:
        raise RuntimeError(
            f"Expected {_BATCHED} with optional 0 dim batch size for input, but got:{list(shape)}"
        )
    if any(pad > size // 2 for size, pad in zip(kernel, padding, strict=True)):
        raise RuntimeError(
            f"pad should be smaller than or equal to half of kernel size, but got padW = {padding[1]}, padH = "
            f"{padding[0]}, kW = {kernel[1]}, kH = {kernel[0]}"
        )
    if min(outs) < 1:
        given, made = ["x".join(map(str, (shape[-3], *sizes))) for sizes in (shape[-2:], outs)]
        raise RuntimeError(
            f"Given input size: ({given}). Calculated output size: ({made}). Output size is too small"
        )


def check_steps(size: int, step: int, pad: int, spread: int) -> None:
    """Refuse, along one dimension, what leaves open how many windows there are."""
    if step == 0:
        raise RuntimeError("stride should not be zero")
    if pad < 0:
        raise RuntimeError(f"pad must be non-negative, but got pad: {pad}")
    if pad > int(((size - 1) * spread + 1) / 2):
        raise RuntimeError(
            f"pad should be at most half of effective kernel size, but got pad={pad}, kernel_size={size} and "
            f"dilation={spread}"
        )


def check_adaptive(shape: Sizes, outs: Sizes) -> None:
    """Refuse another number of sizes than two, negative ones, and what is no image."""
    if len(outs) != 2:
        raise RuntimeError("adaptive_avg_pool2d: output_size must be 2")
    if min(outs) < 0:
        raise RuntimeError(
            "adaptive_avg_pool2d: elements of output_size must be greater than or equal to 0 but received "
            f"{{{outs[0]}, {outs[1]}}}"
        )
    if outs == (1, 1):
        return
    if len(shape) not in (3, 4):
        raise RuntimeError(f"adaptive_avg_pool2d(): Expected 3D or 4D tensor, but got {list(shape)}")
    for dim in (-2, -1):
        if not shape[dim]:
            raise RuntimeError(
                "adaptive_avg_pool2d(): Expected input to have non-zero size for non-batch dimensions, but input has "
                f"sizes {list(shape)} with dimension {dim + len(shape)} being empty"
            )


def refuse_empty_outputs(shape: Sizes) -> None:
    """Refuse to go back from an output without elements."""
    for dim, size in list(enumerate(shape))[1:]:
        if not size:
            raise RuntimeError(
                "adaptive_avg_pool2d_backward(): Expected grad_output to have non-zero size for non-batch dimensions, "
                f"but grad_output has sizes {list(shape)} with dimension {dim} being empty"
            )
