"""Views that gradients flow through: making them, and changing base or view in place.

A view shares its base's version counter. When a view is changed in place, the base gets a `CopySlices` node that
applies the operation to that part of the base's gradient; every view, the changed one included, gets a new
`grad_fn` when it is next asked for one (`regenerate`), which takes its part of the base's.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from . import backend, both, storage
from .backend import xp
from .grad_mode import mode
from .graph import FREED, Node, derivative, next_sequence_number
from .recording import connect, gradient_edge, record
from .strided_gradients import Geometry, memory_like, strided_gradient, through_part
from .tensor import Tensor, View, new, wrap

__all__ = ["make_view", "rebase", "refuse_view", "regenerate", "renew"]

ndarray = backend.ndarray
Step = Callable[[Tensor], Tensor]
Path = tuple[Step | Geometry, ...]

OVERLAP = (
    "unsupported operation: more than one element of the written-to tensor refers to a single memory location. "
    "Please clone() the tensor before performing the operation."
)
LEAF_VIEW = "a view of a leaf Variable that requires grad is being used in an in-place operation."


def make_view(kind: type[Node], self: Tensor, array: backend.Array, args: tuple[Any, ...] = ()) -> Tensor:
    """Return `array`, which looks at the memory of `self`, as a recorded view of it."""
    if type(array) is not ndarray:
        return _make_unresolved(kind, self, array, args)
    out = record(kind, array, (self,), args)
    attach(out, self)
    return out


def _make_unresolved(kind: type[Node], self: Tensor, array: backend.Array, args: tuple[Any, ...]) -> Tensor:
    """Do so for what `record` would resolve: a conjugate or negative stays a view of the memory."""
    out = record(kind, getattr(array, "memory", array), (self,), args)
    out._array = array
    attach(out, self)
    return out


class SeenOtherwise(View):
    """A view that differs from its base in more than sizes and strides: by its dtype, by being a conjugate or a negative.

    `path` lists how to come to it from the base: functions of a tensor, and sizes, strides and offsets between them.
    """

    __slots__ = ("path",)
    path: Path


def make_other_view(kind: type[Node], self: Tensor, array: backend.Array, step: Step) -> Tensor:
    """Return `array`, which looks at the memory of `self` as `step` does, as a recorded view of it."""
    out = make_view(kind, self, array)
    view, parent = out._view, self._view
    if view is not None:
        before: Path = ()
        if parent is not None:
            before = parent.path or (geometry(self._array),)
        out._view = _along(view, (*before, step))
    return out


def _along(view: View, path: Path) -> SeenOtherwise:
    """Return what is known of a view, with the path that leads to it."""
    found: SeenOtherwise = new(SeenOtherwise)
    found.base, found.origin, found.version, found.path = view.base, view.origin, view.version, path
    return found


def follow(base: Tensor, path: Path, part: Geometry) -> Tensor:
    """Return the view that a path leads to; one that got other sizes and strides since with these."""
    seen = base
    for step in path:
        seen = step(seen) if callable(step) else seen.as_strided(*step)
    last = geometry(seen._array) if callable(path[-1]) else path[-1]
    return seen if last == part else seen.as_strided(*part)


def attach(out: Tensor, self: Tensor, origin: str | None = None) -> None:
    """Make `out` a view of the tensor that `self` is, or is a view of."""
    if self._inference or out._inference:
        out._inference = self._inference
        if self._inference:
            out._node, out._output_nr, out._requires_grad = None, 0, False
            return
    parent = self._view
    if parent is None:
        base = self
    else:
        base = parent.base
        origin = origin or parent.origin
    counter = base._counter
    if counter is None:
        counter = base._counter = [0]
    out._counter = counter
    if not mode.enabled:
        origin = "inference_mode" if mode.inference else origin or "no_grad"
    out._view = view = new(View)
    view.base, view.origin, view.version = base, origin, counter[0]
    if parent is not None and parent.path is not None:
        out._view = _along(view, (*parent.path, geometry(out._array)))


def refuse_view(self: Tensor, *, directly: bool = True) -> None:
    """Refuse to follow the in-place change of a view, or of its base, where gradients could come out wrong."""
    view = self._view
    assert view is not None
    if view.origin is not None:
        changed = "is being" if directly else "its base or another view of its base has been"
        unrecorded, start = view.origin in UNRECORDED, "A view was created in"
        if self._node is not None:
            start = f"Output {self._output_nr} of {short_name(self._node)} is a view"
            start += " of a view which was created in" if unrecorded else ""
        if self._node is not None and not unrecorded:
            text = f"{start} and {changed} modified inplace."
        elif view.origin == "inference_mode":
            text = f"{start} inference mode and {changed} modified inplace in normal mode."
        else:
            text = f"{start} no_grad mode and {changed} modified inplace with grad mode enabled."
        raise RuntimeError(text + (REASONS.get(view.origin) or AMBIGUOUS.format(view.origin)))
    base = view.base
    if directly and self.requires_grad and base._node is None:
        raise RuntimeError(LEAF_VIEW)


def short_name(node: Node) -> str:
    """Return the name of the operation that a node differentiates."""
    return re.sub(r"Backward(\d*)$", lambda found: found[1].lstrip("0"), node.name())


UNRECORDED = ("inference_mode", "no_grad")
REASONS = {
    "multi": " This view is the output of a function that returns multiple views. Such functions do not allow the "
    "output views to be modified inplace. You should replace the inplace operation by an out-of-place one.",
    "function": " This view was created inside a custom Function (or because an input was returned as-is) and the "
    "autograd logic to handle view+inplace would override the custom backward associated with the custom Function, "
    "leading to incorrect gradients. This behavior is forbidden. You can fix this by cloning the output of the custom "
    "Function.",
}
AMBIGUOUS = (
    " Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both "
    "the view and the inplace either both inside the {0} block (if you don't want the inplace to be tracked) or both "
    "outside (if you want the inplace to be tracked)."
)


def geometry(array: backend.Array) -> Geometry:
    """Return sizes, strides and offset, in elements."""
    return array.shape, storage.strides(array), storage.offset(array)


def rebase(self: Tensor, node: Node) -> None:
    """Make `node` the history of a tensor that it just changed in place, and of the base if that is a view."""
    view = self._view
    if view is None:
        _move_retained(self, self._node, self._output_nr, node)
        self._node, self._output_nr, self._requires_grad = node, 0, True
        return
    base = view.base
    slices = CopySlices(base, self, node)
    _move_retained(base, base._node, base._output_nr, slices)
    base._node, base._output_nr, base._requires_grad = slices, 0, True
    regenerate(self, view)


def renew(self: Tensor, node: Node) -> None:
    """Make `node` the history of a tensor that it gave another shape: the base of a view stays as it is."""
    _move_retained(self, self._node, self._output_nr, node)
    self._node, self._output_nr, self._requires_grad = node, 0, True
    if self._view is not None:
        self._view.version = self._view.base._version


def _move_retained(self: Tensor, old: Node | None, output: int, node: Node | None) -> None:
    """Let `retain_grad` follow a tensor from the node of its old value to that of its new one."""
    if self._retains_grad and old is not None and old.hooks is not None and node is not None:
        from .hooks import hooks_of

        reference = old.hooks.retain.pop(output, None)
        if reference is not None:
            hooks_of(node).retain[0] = reference


def regenerate(self: Tensor, view: View) -> None:
    """Give a view of a changed base a `grad_fn` that takes its part of the base's gradient.

    A leaf may be a view itself, of a base that requires no grad: what was taken from it loses its history.
    """
    base = view.base
    if base._requires_grad or self._node is not None:
        if view.origin is not None and mode.enabled:
            refuse_view(self, directly=False)
        before, mode.enabled = mode.enabled, True
        old, output = self._node, self._output_nr
        try:
            self._node = None
            part = geometry(self._array)
            if view.path is None:
                connect(AsStridedBackward0, self, (base,), (part, geometry(base._array), part[2]))
            else:
                self._node, self._requires_grad = follow(base, view.path, part)._node, True
        finally:
            mode.enabled = before
            _move_retained(self, old, output, self._node)
        self._output_nr = 0
        view.version = base._version


def positions(part: Geometry, whole: Geometry) -> backend.Array:
    """Return, for each element of a view, which element of its base (counted in row-major order) it is, -1 for none."""
    (shape, steps, start), (base_shape, base_steps, base_start) = part, whole
    first = min(start, base_start)
    extent = 1 + max(_last(shape, steps, start), _last(base_shape, base_steps, base_start)) - first
    slots = xp.full(extent, -1, xp.int64)
    count = math.prod(base_shape)
    storage.restride(slots, base_shape, base_steps, base_start - first)[...] = xp.arange(count).reshape(
        base_shape
    )
    return storage.restride(slots, shape, steps, start - first).copy()


def _last(shape: tuple[int, ...], steps: tuple[int, ...], start: int) -> int:
    if 0 in shape:
        return start
    return start + sum((size - 1) * step for size, step in zip(shape, steps, strict=True))


def put_part(g: Any, part: Geometry, whole: Geometry) -> Any:
    """Return the gradient of a base, given that of a view: zeros, and the view's at its positions."""
    places = positions(part, whole)
    put = both.put_or_drop if (places < 0).any() else both.put_flat
    return put(g, places, whole[0])


AsStridedBackward0 = derivative(
    "AsStridedBackward0",
    args="part whole storage_offset",
    self=lambda g, part, whole: strided_gradient(g, part, whole),
)


class CopySlices(Node):
    """The history of a base of which a view was changed in place: `inner` differentiates that change."""

    __slots__ = ("inner", "part", "path", "whole")
    full_name = "torch::autograd::CopySlices"

    def __init__(self, base: Tensor, view: Tensor, inner: Node) -> None:
        self.seq = next_sequence_number()
        edge, slot = gradient_edge(base) if base.requires_grad else (None, 0)
        self.edges = (edge, *inner.edges[1:])
        self.slots = (slot, *(inner.slots[1:] if inner.slots else (0,) * (len(inner.edges) - 1)))
        self.args, self.saved, self.versions, self.hooks = (), (), (), None
        self.metas = ((base._array.shape, base._array.dtype),)
        self.path = None if view._view is None else view._view.path
        self.part, self.whole = geometry(view._array), geometry(base._array)
        self.inner = inner

    def apply(self, grad: Any, recording: bool, edges: tuple[Node | None, ...]) -> list[Any]:
        """Send the view's part of the gradient through the operation, and the rest on as it is."""
        if self.saved is None:
            raise RuntimeError(FREED)
        if self.path is None:  # which is checked where a path is followed
            self._refuse_outside()
        if edges[0] is not None and any(
            size > 1 and not step for size, step in zip(*self.part[:2], strict=True)
        ):  # torch writes the gradient of the view into that of the base
            raise RuntimeError(OVERLAP)
        if recording and edges[0] is not None:
            return through_part(grad, lambda piece: self.run_inner(piece, True, edges), self.lain, self.see)
        if self.path is not None:
            return self.apply_along(grad, recording, edges)
        index = positions(self.part, self.whole)
        piece = both.take_flat(grad, index)
        first, *others = self.run_inner(piece, recording, edges)
        rest = None
        if edges[0] is not None:
            kept = xp.ones(math.prod(self.whole[0]), bool)
            kept[index] = False
            rest = both.keep(grad, kept.reshape(self.whole[0]))
            if first is not None:
                rest = rest + both.put_flat(both.sum_to(first, self.part[0]), index, self.whole[0])
        return [rest, *others]

    def _refuse_outside(self) -> None:
        """Refuse a view that was resized since it was taken, beyond the gradient of its base."""
        shape, steps, start = self.part
        item = self.metas[0][1].itemsize
        have = _last(self.whole[0], self.whole[1], 0) + (0 not in self.whole[0])
        storage.check_within(item, have * item, shape, steps, start - self.whole[2])

    def apply_along(self, grad: Any, recording: bool, edges: tuple[Node | None, ...]) -> list[Any]:
        """Do the same for a view that differs in more than sizes and strides, in a copy of the gradient."""
        from .unresolved import resolved

        whole = memory_like(grad if isinstance(grad, Tensor) else wrap(grad), self.lain)
        whole._array[...] = both.plain(grad)
        piece = self.see(whole)._array
        copied = resolved(storage.copy(piece))
        first, *others = self.run_inner(wrap(copied) if recording else copied, recording, edges)
        if edges[0] is None:
            return [None, *others]
        piece[...] = 0 if first is None else both.sum_to(first, self.part[0])
        return [whole._array, *others]

    @property
    def lain(self) -> Geometry:
        """How memory lies in which `see` finds its part: as the base, whose offset only a path counts in."""
        return self.whole if self.path is not None else (*self.whole[:2], 0)

    def see(self, whole: Tensor) -> Tensor:
        """Return the part of a tensor, which lies as `lain` says, that the view shows of the base."""
        if self.path is not None:
            return follow(whole, self.path, self.part)
        seen: Tensor = whole.as_strided(*self.part[:2], self.part[2] - self.whole[2])
        return seen

    def run_inner(self, piece: Any, recording: bool, edges: tuple[Node | None, ...]) -> Any:
        """Differentiate the change of the view; what that saved of its result is now a part of the base."""
        self.inner.history = self if self.path is None else None
        try:
            return self.inner.apply(piece, recording, edges)
        finally:
            self.inner.history = None

    def place(self, result: Tensor) -> None:
        """Let a tensor be the changed view: a part of the base after the change."""
        base = wrap(result._array)
        base._node, base._requires_grad = self, True
        connect(AsStridedBackward0, result, (base,), (self.part, self.whole, self.part[2]))

    def release(self) -> None:
        """Let go of what the operation on the view saved, if it is nothing, too: such a node runs only once."""
        self.inner.release()
        self.saved = None
