"""In-place operations: compute the result, check that it may be written, write it, and move the history on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import backend, dtypes, storage
from ..grad_mode import mode
from ..graph import Node
from ..recording import requires_recording
from ..tensor import Tensor, wrap
from ..views import OVERLAP, rebase, refuse_view
from .broadcasting import check_broadcast
from .registry import method

__all__ = ["check_cast", "check_sizes", "refuse_overlap", "update", "update_late", "write"]

LEAF = "a leaf Variable that requires grad is being used in an in-place operation."
PARTIAL_OVERLAP = (
    "unsupported operation: some elements of the input tensor and the written-to tensor refer to a single memory "
    "location. Please clone() the tensor before performing the operation."
)
INFERENCE = (
    "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal "
    "tensor before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details."
)


def update(
    name: str,
    self: Tensor,
    compute: Callable[..., Tensor],
    *args: Any,
    before: Callable[..., None] | None = None,
    promotes: bool = False,
    broadcasts: bool = False,
    floats: bool = False,
    repeats: bool = False,
    **options: Any,
) -> Tensor:
    """Replace the elements of `self` by `compute(self, *args)`, and its history by that of the result.

    `before(self, *args)` is checked before the memory is. `promotes` says that the result has the sizes and the dtype
    that the operands have together, so that they can be refused before anything is computed
    (`floats`: integers give the default dtype); `broadcasts` says so only of the sizes. `repeats` allows memory that
    overlaps itself.
    """
    tensors = [each for each in args if isinstance(each, Tensor)]
    check_writable(self, *tensors, repeats=True)
    if before is not None:
        before(self, *args)
    if not repeats and storage.overlaps_itself(self._array):
        raise RuntimeError(OVERLAP)
    for each in tensors:
        refuse_overlap(self, each, partial=True)
    if promotes or broadcasts:
        check_sizes(self, tensors)
        if promotes and (self._array.dtype.kind != "f" or any(map(_is_complex, args))):
            joint = dtypes.result_of((self, *[each for each in args if each is not None]))
            check_cast(dtypes.get_default_dtype() if floats and joint._is_integral else joint, self.dtype)
    result = compute(self, *args, **options)
    if result._array.shape != self._array.shape:
        raise RuntimeError(MISMATCH.format(list(self.shape), list(result.shape)))
    check_cast(result.dtype, self.dtype)
    return write(self, result)


def _is_complex(operand: Any) -> bool:
    return operand._array.dtype.kind == "c" if isinstance(operand, Tensor) else isinstance(operand, complex)


MISMATCH = "output with shape {} doesn't match the broadcast shape {}"


def check_sizes(self: Tensor, others: Sequence[Tensor]) -> None:
    """Refuse operands that do not broadcast to the sizes of the tensor that is written to."""
    shape = joint = self._array.shape
    for each in others:
        if each._array.shape != joint:
            check_broadcast(joint, each._array.shape)
            joint = backend.broadcast_shapes(joint, each._array.shape)
    if joint != shape:
        raise RuntimeError(MISMATCH.format(list(shape), list(joint)))


def update_late(
    call: Callable[..., Tensor],
    compute: Any = None,
    *,
    repeats: bool = False,
    first: bool = False,
    shares: bool = False,
) -> None:
    """Publish the in-place form of `call` (by `compute`), whose operands are checked before the memory is.

    `repeats` allows memory that overlaps itself; `first` checks the memory first nevertheless; `shares`
    allows operands in the same memory.
    """
    compute = compute or call

    def check_memory(self: Tensor, tensors: list[Tensor]) -> None:
        if not repeats and storage.overlaps_itself(self._array):
            raise RuntimeError(OVERLAP)
        for each in () if shares else tensors:
            refuse_overlap(self, each)

    def in_place(self: Tensor, *args: Any, **options: Any) -> Tensor:
        tensors = [each for each in (*args, *options.values()) if isinstance(each, Tensor)]
        check_writable(self, *tensors, repeats=True)
        if first:
            check_memory(self, tensors)
        result = compute(self, *args, **options)
        check_memory(self, tensors)
        return write(self, result)

    in_place.__name__ = in_place.__qualname__ = f"{call.__name__}_"
    in_place.__doc__ = f"Do `{call.__name__}` in place."
    in_place.declared = True  # type: ignore[attr-defined]
    method(in_place)


def check_writable(self: Tensor, *others: Any, repeats: bool = False) -> None:
    """Refuse to change a leaf that requires grad, a view that must not change, or memory that overlaps itself.

    `repeats` allows the last: to set all elements alike makes sense where some share one place.
    """
    view = self._view
    if mode.enabled and (
        self.requires_grad
        or (view is not None and view.base.requires_grad)
        or requires_recording(*[each for each in others if isinstance(each, Tensor)])
    ):
        if view is not None:
            refuse_view(self)
        elif self._requires_grad and self._node is None:
            raise RuntimeError(LEAF)
    refuse_inference(self)
    if not repeats and storage.overlaps_itself(self._array):
        raise RuntimeError(OVERLAP)


def refuse_inference(self: Tensor) -> None:
    """Refuse to change a tensor of inference mode outside of that."""
    if self._inference and not mode.inference:
        raise RuntimeError(INFERENCE)


def refuse_overlap(self: Tensor, other: Tensor, *, partial: bool = False) -> None:
    """Refuse operands that share memory with what is written to; `partial` allows exactly the same elements."""
    a, b = self._array, other._array
    if self is other and not partial and not hasattr(a, "memory"):
        raise RuntimeError(PARTIAL_OVERLAP)
    if not a.size or not b.size or not backend.xp.may_share_memory(a, b):
        return
    if partial and (a is b or storage.same_elements(a, b)):
        return
    if storage.is_dense(a) and storage.is_dense(b):
        raise RuntimeError(PARTIAL_OVERLAP)


def check_cast(given: dtypes.dtype, into: dtypes.dtype) -> None:
    """Refuse to store a result whose kind is higher."""
    if not dtypes.castable(given, into):
        raise RuntimeError(
            f"result type {given._scalar} can't be cast to the desired output type {into._scalar}"
        )


def write(self: Tensor, result: Tensor) -> Tensor:
    """Copy the elements of a just computed result into `self`, which takes over its node."""
    node = result._node
    if node is not None:
        _keep_original(node, self, result)
    self._array[...] = result._array
    bump(self)
    if node is not None:
        _adopt_result(node, self, result)
        rebase(self, node)
    return self


def bump(self: Tensor) -> None:
    """Count a change of the memory."""
    if not self._inference:
        self._share_counter()[0] += 1


def _keep_original(node: Node, self: Tensor, result: Tensor) -> None:
    """Let the node keep a copy where it saved `self`, which is about to change.

    Only as the first operand: as another one it is saved as it is, and backward will find it changed.
    """
    first = [source == 0 for source in node.sources]
    if node.saved and any(each is self and own for each, own in zip(node.saved, first, strict=True)):
        original: Tensor = self.clone()
        node.saved = tuple(
            [original if each is self and own else each for each, own in zip(node.saved, first, strict=True)]
        )
        node.versions = tuple(
            [
                0 if each is original else version
                for each, version in zip(node.saved, node.versions, strict=True)
            ]
        )


def _adopt_result(node: Node, self: Tensor, result: Tensor) -> None:
    """Let a node that saved its result keep `self`, whose elements are now that."""
    node.metas = ((self._array.shape, self._array.dtype),)
    if node.saved and "result" in node.tensors:
        index = node.tensors.index("result")
        if node.versions[index] >= 0:
            shadow = wrap(self._array)
            shadow._counter = self._share_counter()
            node.saved = (*node.saved[:index], shadow, *node.saved[index + 1 :])
            node.versions = (*node.versions[:index], shadow._counter[0], *node.versions[index + 1 :])
