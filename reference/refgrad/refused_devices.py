"""What torch says of tensors on different devices.

Most operations say it while they go through the elements; those of `_CHECKED` name the first argument that is not where
those before it are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .backend import broadcast_shapes
from .ops.broadcasting import check_broadcast
from .ops.inplace import MISMATCH
from .tensor import Tensor

__all__ = ["is_in_place", "refusal"]

# Function: the kernel, and its arguments in the order in which it looks at them; `name@2` is the third tensor given.
_CHECKED = {
    "addbmm": ("addbmm", "self batch1 batch2"),
    "addmm": ("addmm", "self mat1 mat2"),
    "addmv": ("addmv_", "self mat vec"),
    "addr": ("addr", "self vec1 vec2"),
    "baddbmm": ("baddbmm", "self batch1 batch2"),
    "batch_norm": ("_native_batch_norm", "input weight@3 bias@4 running_mean@1 running_var@2"),
    "bincount": ("_bincount", "self weights"),
    "bmm": ("bmm", "self mat2"),
    "bucketize": ("Tensor_bucketize", "self boundaries"),
    "cdist": ("__cdist_forward", "x1 x2"),
    "clamp": ("clamp_Tensor", "self min max"),
    "conv1d": ("__slow_conv2d_forward", "self weight bias"),
    "conv2d": ("__slow_conv2d_forward", "self weight bias"),
    "cross": ("linalg_cross", "self other"),
    "cross_entropy": ("nll_loss_forward", "self target weight"),
    "dot": ("_dot", "self tensor"),
    "embedding": ("_index_select", "self@1 index@0"),
    "equal": ("_equal", "self other"),
    "gather": ("gather", "self index"),
    "index_add": ("index_add", "self index source"),
    "index_copy": ("index_copy", "self index source"),
    "index_select": ("_index_select", "self index"),
    "layer_norm": ("_native_layer_norm", "input weight bias"),
    "linear": ("addmm", "self@2 mat1@0 mat2@1"),
    "logaddexp": ("logaddexp", "self other"),
    "masked_select": ("_masked_select", "self mask"),
    "mm": ("mm", "self mat2"),
    "mv": ("addmv_", "self@1 mat@0 vec@1"),
    "nll_loss": ("nll_loss_forward", "self target weight"),
    "prelu": ("__prelu_kernel", "self weight"),
    "put": ("_put_", "self index source"),
    "scatter": ("scatter_value", "self index"),
    "scatter_add": ("scatter_add", "self index src"),
    "searchsorted": ("Tensor_searchsorted", "sorted_sequence self"),
    "solve": ("_linalg_solve_ex", "A B"),
    "take": ("_take", "self index"),
}
_SAME = "Expected all tensors to be on the same device, but "


def is_in_place(name: str) -> bool:
    """Return whether a function changes its first argument: `add_`, `__iadd__`."""
    return (name.startswith("__i") and name != "__invert__") or (
        name.endswith("_") and not name.endswith("__")
    )


def refusal(name: str, tensors: Sequence[Tensor]) -> str:
    """Return the error of a function that got tensors on several devices, in the order of its arguments."""
    changes, name = is_in_place(name), name.strip("_")
    places = [str(each.device) for each in tensors]
    if name in ("cat", "concat", "hstack", "stack", "vstack"):
        return _named("cat", [("tensors", place) for place in places])
    if name == "masked_fill":
        return f"expected self and mask to be on the same device, but got mask on {places[1]} and self on {places[0]}"
    if name == "take_along_dim":
        return (
            f"Expected tensor to have {places[0]} Device, but got tensor with {places[1]} Device (while checking arguments "
            "for torch.take_along_dim():)"
        )
    if name == "inner":
        one, other = [each.partition(":")[0] for each in places]
        return (
            f"Expected tensor to have {one} DeviceType, but got tensor with {other} DeviceType (while checking arguments for "
            "inner())"
        )
    if name in ("conv1d", "conv2d", "conv3d") and tensors[0].is_cuda:
        return f"Input type ({tensors[0].type()}) and weight type ({tensors[1].type()}) should be the same"
    kernel, arguments = _CHECKED.get(_product(name, tensors), ("", ""))
    if kernel:
        named = []
        for at, argument in enumerate(arguments.split()):
            label, _, position = argument.partition("@")
            if int(position or at) < len(places):
                named.append((label, places[int(position or at)]))
        return _named(kernel, named)
    _check_shapes(tensors, changes)
    return _two(places)


def _product(name: str, tensors: Sequence[Tensor]) -> str:
    """Return the product that a function computes with these tensors."""
    dims = tensors[0].ndim, tensors[1].ndim
    if name in ("matmul", "imatmul", "rmatmul"):
        return {(1, 1): "dot", (2, 1): "mv", (1, 2): "mv", (2, 2): "mm"}.get(dims, "bmm")
    if name == "linear":
        return "mm" if len(tensors) < 3 else "linear"
    return {"tensordot": "mm", "einsum": "bmm", "chain_matmul": "mm", "multi_dot": "mm"}.get(name, name)


def _named(kernel: str, arguments: Sequence[tuple[str, str]]) -> str:
    where = arguments[0][1]
    for name, place in arguments:
        if place != where:
            return (
                f"{_SAME}got {name} is on {place}, different from other tensors on {where} (when checking argument in method "
                f"wrapper_CUDA_{kernel})"
            )
    return _two([place for _, place in arguments])


def _two(places: Sequence[str]) -> str:
    first = next((each for each in places if each != "cpu"), "cpu")
    other = next((each for each in places if each != first), "cpu")
    return f"{_SAME}found at least two devices, {first} and {other}!"


def _check_shapes(tensors: Sequence[Any], changes: bool) -> None:
    """Refuse shapes that do not go together: operations on elements do so first."""
    shapes = [tuple(each.shape) for each in tensors]
    joint = shapes[0]
    for each in shapes[1:]:
        check_broadcast(joint, each)
        joint = broadcast_shapes(joint, each)
    if changes and joint != shapes[0]:
        raise RuntimeError(MISMATCH.format(list(shapes[0]), list(joint)))
