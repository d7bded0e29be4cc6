"""How gradients arrive at a leaf: torch's rules for taking over, copying and adding to `.grad`."""

from __future__ import annotations

from typing import Any

from . import backend, dtypes, storage
from .backend import Array
from .tensor import Tensor, wrap

__all__ = ["accumulate", "check_assigned", "dtype_of_grad", "set_dtype_of_grad", "tell_leaf"]


def accumulate(leaf: Tensor, grad: Any, recording: bool, owned: bool) -> None:
    """Add a gradient to `.grad` and run the hooks that wait for that.

    The first gradient becomes `.grad`: as it is, if nobody else holds its memory (`owned`) and it is laid out like
    the leaf; as a copy otherwise. Later ones are added in place, so that `.grad` stays the same tensor, or out of
    place when the pass is itself recorded.
    """
    hooks, known = leaf._leaf_hooks, leaf._grad
    if recording:
        leaf._grad = _copy_recorded(leaf, grad) if known is None else known + grad
    elif known is None:
        leaf._grad = _first(leaf._array, grad, owned)
    else:
        _add(known, grad)
    if hooks is not None and hooks.post:
        tell_leaf(leaf)


def tell_leaf(leaf: Tensor) -> None:
    """Run the hooks that wait for a gradient to be added to `.grad`."""
    hooks = leaf._leaf_hooks
    for hook in () if hooks is None else list(hooks.post.values()):
        returned = hook(leaf)
        if returned is not None:
            if isinstance(returned, Tensor):
                raise RuntimeError("Tensor post accumulate grad hooks should return None.")
            raise TypeError(f"expected Variable, but hook returned '{type(returned).__name__}'")


def _first(model: Array, grad: Any, owned: bool) -> Tensor:
    if type(grad) is backend.ndarray:
        owned = owned and grad.flags.writeable
    elif not isinstance(grad, backend.arrays):  # a scalar of NumPy
        return wrap(backend.as_array(grad))
    else:
        owned = owned and getattr(grad.flags, "writeable", True)
        if not grad.size:  # where a copy is taken, a conjugate is computed
            owned = owned and storage.strides(grad) == storage.strides(model)
    if (
        owned
        and grad.shape == model.shape
        and (grad.flags.c_contiguous if model.flags.c_contiguous else _same_layout(model, grad))
    ):
        return wrap(grad)
    made = backend.empty(model.shape, grad.dtype, storage.dense_strides(model))
    if grad.shape != model.shape:
        return _first_of_other_shape(made, grad)
    made[...] = grad
    return wrap(made)


def _first_of_other_shape(made: Array, grad: Array) -> Tensor:
    """Return the first gradient of a leaf that got `data` of other sizes since: it is broadcast to those."""
    steps = zip(grad.shape, storage.strides(grad), storage.strides(made), strict=False)
    if grad.ndim <= made.ndim and all(size == 1 or own == other for size, own, other in steps):
        return wrap(grad)
    copied: Tensor = wrap(made).copy_(wrap(grad))
    return copied


def _same_layout(model: Array, grad: Array) -> bool:
    if not storage.is_dense(model):
        return bool(grad.flags.c_contiguous)
    steps = zip(model.shape, storage.strides(model), storage.strides(grad), strict=True)
    return all(size == 1 or own == other for size, own, other in steps)


def _add(known: Tensor, grad: Any) -> None:
    array = known._array
    if array.shape != grad.shape:
        from .ops.broadcasting import check_broadcast

        check_broadcast(array.shape, grad.shape)
    array += grad
    known._share_counter()[0] += 1


def _copy_recorded(leaf: Tensor, grad: Tensor) -> Tensor:
    if storage.is_dense(leaf._array):
        made = wrap(backend.empty(leaf._array.shape, grad._array.dtype, storage.dense_strides(leaf._array)))
        copied: Tensor = made.copy_(grad)
        return copied
    clone: Tensor = grad.contiguous().clone()
    return clone


def check_assigned(leaf: Tensor, grad: Any) -> None:
    """Refuse what cannot be the gradient of this tensor."""
    if not isinstance(grad, Tensor):
        from ._signatures import type_name

        raise TypeError(
            f"assigned grad expected to be a Tensor or None but got grad of type {type_name(grad)}"
        )
    if grad is leaf:
        raise RuntimeError("can't assign Variable as its own grad")
    wanted = leaf.dtype if leaf._grad_dtype is False else leaf._grad_dtype
    if wanted is not None and grad.dtype is not wanted:
        raise RuntimeError(
            f"attempting to assign a gradient with dtype '{dtypes.c_name(grad.dtype)}' to a tensor with grad_dtype "
            f"'{wanted._scalar}'. The gradient must match the tensor's grad_dtype (defaults to the tensor's "
            "dtype). You can set the tensor's grad_dtype attribute with a specific dtype, or None to allow any dtype. "
            "Set grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may break downstream "
            "systems that assume they match."
        )
    if grad.is_cuda is not leaf.is_cuda:
        raise RuntimeError(
            f"attempting to assign a gradient with device type '{grad.device.type}' to a tensor with device type "
            f"'{leaf.device.type}'. Please ensure that the gradient and the tensor are on the same device"
        )
    if grad.shape != leaf.shape:
        raise RuntimeError(
            f"attempting to assign a gradient of size '{list(grad.shape)}' to a tensor of size "
            f"'{list(leaf.shape)}'. Please ensure that the gradient and the tensor are the same size"
        )


def dtype_of_grad(leaf: Tensor) -> dtypes.dtype | None:
    """Return which dtype the gradient of a leaf has; None if it may be any."""
    if leaf.grad_fn is not None:
        raise RuntimeError("grad_dtype can only be accessed on leaf tensors.")
    return leaf.dtype if leaf._grad_dtype is False else leaf._grad_dtype


def set_dtype_of_grad(leaf: Tensor, dtype: Any) -> None:
    """Say which dtype the gradient of a leaf is brought into; None: it stays what it is."""
    known = leaf.grad  # which warns where there is none to come
    if leaf.grad_fn is not None:
        raise RuntimeError("grad_dtype can only be set on leaf tensors.")
    if dtype is not None and not isinstance(dtype, dtypes.dtype):
        raise RuntimeError(f"grad_dtype must be a torch.dtype or None, but got {type(dtype).__name__}")
    if dtype is not None and known is not None and known.dtype is not dtype:
        raise RuntimeError(
            f"Cannot set grad_dtype to '{dtype._scalar}' because there is already a gradient with dtype "
            f"'{dtypes.c_name(known.dtype)}'. Please clear the gradient (.grad = None) before changing grad_dtype, or "
            "ensure the new grad_dtype matches the existing gradient's dtype."
        )
    leaf._grad_dtype = dtype
    node = None if leaf._accumulator is None else leaf._accumulator()
    if node is not None:
        node.expect()
