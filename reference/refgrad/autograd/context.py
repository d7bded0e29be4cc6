"""What the `forward` and `backward` of a `Function` share: the node that runs `backward`."""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

from .._signatures import type_name
from ..backend import xp
from ..engine_hooks import lift, lower
from ..graph import FREED, PACKED, Node
from ..recording import _shadow, hooks_on_saved
from ..saved import SavedTensor, check_version
from ..tensor import Tensor, wrap

__all__ = ["FunctionCtx"]


class FunctionCtx(Node):
    """What `forward` and `backward` share, and at the same time the node that runs `backward`."""

    __slots__ = ("__dict__", "__weakref__")
    runs_without_gradient = True
    function: ClassVar[Any]

    needs_input_grad: tuple[bool, ...] = ()
    materialize_grads = True
    _materialize_non_diff_grads = True
    _to_save: tuple[Any, ...] = ()
    _dirty: tuple[Any, ...] = ()
    _constant: tuple[Any, ...] = ()

    # Which inputs are tensors, and where those stand; which outputs gradients flow through.
    _is_tensor: tuple[bool, ...] = ()
    _positions: tuple[int, ...] = ()
    _flows: tuple[bool, ...] = ()
    # For each saved tensor, which of the outputs it is; -1 for none.
    _outputs_saved: tuple[int, ...] = ()
    _looked_at = False

    def __call__(self, *grads: Any) -> Any:
        raise TypeError(f"'{type(self).__name__}' object is not callable")

    def save_for_backward(self, *tensors: Any) -> None:
        """Keep tensors (or None) for `backward`, where `saved_tensors` gives them back."""
        self._to_save = tensors

    def mark_dirty(self, *args: Any) -> None:
        """Name the inputs that `forward` changed in place; they must be returned."""
        self._dirty = args

    def mark_non_differentiable(self, *args: Any) -> None:
        """Name the outputs through which no gradient flows."""
        self._constant = args

    def set_materialize_grads(self, value: bool) -> None:
        """Say whether outputs that received no gradient get zeros (the default) or None."""
        self.materialize_grads = value

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """What `save_for_backward` was given."""
        if self.saved is None:
            raise RuntimeError(FREED)
        if self.function.clear_saved_tensors_on_access:
            if self._looked_at:
                raise RuntimeError(LOOKED_AT)
            self._looked_at = True
        return tuple([self._saved_at(at) for at in range(len(self.saved))])

    @property
    def saved_variables(self) -> tuple[Any, ...]:
        """The old name of `saved_tensors`."""
        warnings.warn(
            "'saved_variables' is deprecated; use 'saved_tensors'", DeprecationWarning, stacklevel=2
        )
        return self.saved_tensors

    @property
    def _raw_saved_tensors(self) -> tuple[SavedTensor, ...]:
        if self.saved is None:
            raise RuntimeError(FREED)
        return tuple([SavedTensor(self, at) for at in range(len(self.saved))])

    def _saved_at(self, at: int) -> Any:
        assert self.saved is not None
        item, version, output = self.saved[at], self.versions[at], self._outputs_saved[at]
        if version == PACKED:
            return item.unpack(self)
        if not isinstance(item, Tensor):
            return item
        check_version(self, item, version, is_result=output >= 0)
        if output < 0:
            return item
        result = wrap(item._array)
        result._counter = item._counter
        result._node, result._output_nr, result._requires_grad = self, output, True
        return result

    def keeps_result(self, index: int) -> bool:
        """Return whether the saved tensor is an output."""
        return self._outputs_saved[index] >= 0

    def keep(self, outputs: tuple[Any, ...], attached: tuple[Any, ...]) -> None:
        """Keep what was to be saved: inputs as they are, outputs by a shadow (they point to this node)."""
        saved, versions, places = [], [], []
        hooks = hooks_on_saved()
        for each in self._to_save:
            place = next((nr for nr, out in enumerate(outputs) if out is each and each is not None), -1)
            if place < 0 or attached[place]._node is not self:
                place = -1
            elif hooks:
                each = attached[place]
            else:
                each = _shadow(attached[place])
            if each is not None and hooks:
                saved.append(hooks[-1][1].pack(each, place >= 0))
                versions.append(PACKED)
            else:
                saved.append(each)
                versions.append(0 if each is None or each._inference else each._version)
            places.append(place)
        self.saved, self.versions, self._outputs_saved = tuple(saved), tuple(versions), tuple(places)

    def check_to_save(self) -> None:
        """Refuse to save what is no tensor."""
        for at, each in enumerate(self._to_save):
            if each is not None and not isinstance(each, Tensor):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {at} is of type {type(each).__name__}"
                )

    def release(self) -> None:
        """Let go of what was saved. The function can run again if it does not ask for it."""
        self.saved = None

    def apply(self, grad: Any, recording: bool, edges: tuple[Node | None, ...]) -> list[Any]:
        """Call the user's `backward` with the outputs' gradients and return those of the tensor inputs."""
        parts = list(grad) if len(self.metas) > 1 and grad is not None else [grad] * len(self.metas)
        given = [
            wrap(xp.zeros(*meta)) if part is None and self._materializes(at) else lift(part, recording)
            for at, (part, meta) in enumerate(zip(parts, self.metas, strict=True))
        ]
        backward = self.function.derivative()
        boxed = self.function.boxed_grads_call
        returned = backward(self, given) if boxed else backward(self, *given)
        found = list(returned) if isinstance(returned, tuple) else [returned]
        count = len(self.needs_input_grad)
        while len(found) > count and found[-1] is None:
            found.pop()
        if len(found) != count:
            raise RuntimeError(
                f"function {self.name()} returned an incorrect number of gradients (expected {count}, got {len(found)})"
            )
        for at, (grad, is_tensor) in enumerate(zip(found, self._is_tensor, strict=True)):
            if grad is not None and not is_tensor:
                raise RuntimeError(
                    f"function {self.name()} returned a gradient different than None at position {at + 1}, but the "
                    "corresponding forward input was not a Variable"
                )
        return [lower(_as_gradient(found[at]), recording) for at in self._positions]

    def _materializes(self, output: int) -> bool:
        """Return whether an output that got no gradient gets zeros."""
        if not self.materialize_grads or self.metas[output][1] is None:
            return False
        return self._materialize_non_diff_grads or self._flows[output]


def _as_gradient(value: Any) -> Any:
    if value is not None and not isinstance(value, Tensor):
        raise RuntimeError(f"expected Variable or None (got {type_name(value)})")
    return value


LOOKED_AT = (
    "saved_tensors can only be accessed once when clear_saved_tensors_on_access=True is set on the autograd.Function. "
    "Either access saved_tensors only once, or set clear_saved_tensors_on_access=False."
)
