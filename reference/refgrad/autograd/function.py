"""Operations with derivatives of one's own: subclasses of `Function`."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable
from typing import Any, ClassVar

from .._signatures import type_name
from ..absent import nothing_else
from ..backend import xp
from ..engine_hooks import lift, lower
from ..grad_mode import mode, no_grad
from ..graph import FREED, Node, next_sequence_number
from ..ops.inplace import LEAF
from ..recording import _shadow, gradient_edge
from ..saved import check_version
from ..tensor import Tensor, wrap
from ..views import attach, rebase

__all__ = ["Function", "FunctionCtx", "once_differentiable"]


class FunctionCtx(Node):
    """What `forward` and `backward` share, and at the same time the node that runs `backward`."""

    __slots__ = ("__weakref__",)
    runs_without_gradient = True
    function: ClassVar[type[Function]]

    needs_input_grad: tuple[bool, ...] = ()
    materialize_grads = True
    _to_save: tuple[Any, ...] = ()
    _dirty: tuple[Any, ...] = ()
    _constant: tuple[Any, ...] = ()

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
        found = []
        for item, version, output in zip(self.saved, self.versions, self._outputs_saved, strict=True):
            if isinstance(item, Tensor):
                check_version(self, item, version, is_result=output >= 0)
                if output >= 0:
                    result = wrap(item._array)
                    result._counter = item._counter
                    result._node, result._output_nr, result._requires_grad = self, output, True
                    item = result
            found.append(item)
        return tuple(found)

    _is_tensor: tuple[bool, ...] = ()
    _outputs_saved: tuple[int, ...] = ()
    _positions: tuple[int, ...] = ()

    def apply(self, grad: Any, recording: bool, edges: tuple[Node | None, ...]) -> list[Any]:
        """Call the user's `backward` with the outputs' gradients and return those of the tensor inputs."""
        parts = list(grad) if len(self.metas) > 1 and grad is not None else [grad] * len(self.metas)
        given = [
            wrap(xp.zeros(*meta))
            if part is None and self.materialize_grads and meta[1] is not None
            else lift(part, recording)
            for part, meta in zip(parts, self.metas, strict=True)
        ]
        returned = self.function.backward(self, *given)
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


def _as_gradient(value: Any) -> Any:
    if value is not None and not isinstance(value, Tensor):
        raise RuntimeError(f"expected Variable or None (got {type_name(value)})")
    return value


class _Meta(type):
    """Give each Function its kind of node, named after it."""

    def __init__(cls, name: str, bases: tuple[type, ...], attributes: dict[str, Any]) -> None:
        super().__init__(name, bases, attributes)
        node = f"{name}Backward"
        cls._node_kind = type(
            node,
            (FunctionCtx,),
            {"function": cls, "full_name": node, "plans": {}, "__module__": "torch.autograd.function"},
        )


class Function(metaclass=_Meta):
    """Subclass it with static methods `forward(ctx, *inputs)` and `backward(ctx, *output_gradients)`."""

    __module__ = "torch.autograd.function"
    _node_kind: ClassVar[Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        warnings.warn(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all static, so you should "
            "invoke them on the class itself. Instantiating an autograd function will raise an error in a future "
            "version of PyTorch.",
            DeprecationWarning,
            stacklevel=2,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd "
            "function with static forward method. (Example: "
            "https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
        )

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Compute the outputs from the inputs."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Save what backward needs, where `forward` takes no ctx."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """Compute the gradients of the inputs from those of the outputs."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run `forward` unrecorded and record the function as one node."""
        ctx: FunctionCtx = cls._node_kind()
        tensors = [(at, each) for at, each in enumerate(args) if isinstance(each, Tensor)]
        recorded = mode.enabled and any(each.requires_grad for _, each in tensors)
        ctx._is_tensor = tuple([isinstance(each, Tensor) for each in args])
        ctx.needs_input_grad = tuple([isinstance(each, Tensor) and each.requires_grad for each in args])
        ctx.hooks, ctx.saved, ctx.versions, ctx.args, ctx.edges, ctx.slots = None, (), (), (), (), None
        with no_grad():
            if cls.setup_context is not Function.setup_context:
                returned = cls.forward(*args, **kwargs)
                cls.setup_context(ctx, args, returned)
            else:
                returned = cls.forward(ctx, *args, **kwargs)
        outputs = returned if isinstance(returned, tuple) else (returned,)
        _check_dirty(ctx, outputs, recorded)
        if recorded:
            _connect(ctx, tensors)
            outputs = _attach_outputs(ctx, args, outputs)
        return outputs if isinstance(returned, tuple) else outputs[0]


def _connect(ctx: FunctionCtx, tensors: list[tuple[int, Tensor]]) -> None:
    edges = [gradient_edge(each) if each.requires_grad else (None, 0) for _, each in tensors]
    ctx.seq = next_sequence_number()
    ctx.edges = tuple([edge for edge, _ in edges])
    ctx.slots = tuple([slot for _, slot in edges])
    ctx._positions = tuple([at for at, _ in tensors])


def _check_dirty(ctx: FunctionCtx, outputs: tuple[Any, ...], recorded: bool) -> None:
    for each in ctx._dirty:
        if not any(out is each for out in outputs):
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not returned as output. The inputs that "
                "are modified inplace must all be outputs of the Function."
            )
        if recorded and each._requires_grad and each._node is None:
            raise RuntimeError(LEAF.replace("is being used", "has been used"))


def _attach_outputs(ctx: FunctionCtx, inputs: tuple[Any, ...], outputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Let the outputs point to the node: as new tensors, views of inputs, or inputs changed in place."""
    found = []
    ctx.metas = [
        (each._array.shape, each._array.dtype) if isinstance(each, Tensor) else ((), None) for each in outputs
    ] or [((), None)]
    for at, each in enumerate(outputs):
        if not isinstance(each, Tensor):
            found.append(each)
            continue
        dirty = any(each is one for one in ctx._dirty)
        given = any(each is one for one in inputs)
        constant = any(each is one for one in ctx._constant) or each._array.dtype.kind not in "fc"
        if constant:
            found.append(each.detach() if given and not dirty else each)
            continue
        if dirty:
            rebase(each, ctx)
        elif given:
            out = wrap(each._array)
            attach(out, each, "function")
            each = out
        elif each._view is not None:
            each._view.origin = "function"
        if not dirty:
            each._node, each._requires_grad = ctx, True
        each._output_nr = at
        found.append(each)
    _save(ctx, outputs, tuple(found))
    return tuple(found)


def _save(ctx: FunctionCtx, outputs: tuple[Any, ...], attached: tuple[Any, ...]) -> None:
    """Keep what was to be saved: inputs as they are, outputs by a shadow (they point to this node)."""
    saved, versions, places = [], [], []
    for at, each in enumerate(ctx._to_save):
        if each is not None and not isinstance(each, Tensor):
            raise TypeError(
                f"save_for_backward can only save variables, but argument {at} is of type {type(each).__name__}"
            )
        place = next((nr for nr, out in enumerate(outputs) if out is each and each is not None), -1)
        if place >= 0 and attached[place]._node is ctx:
            each = _shadow(attached[place])
        else:
            place = -1
        saved.append(each)
        versions.append(0 if each is None or each._inference else each._version)
        places.append(place)
    ctx.saved, ctx.versions, ctx._outputs_saved = tuple(saved), tuple(versions), tuple(places)
    ctx.__dict__.pop("_to_save", None)
    ctx.__dict__.pop("_dirty", None)


class _Error(Node):
    """Stands where a derivative cannot be taken again."""

    __slots__ = ()
    full_name = "torch::autograd::Error"

    def apply(self, grad: Any, recording: bool, edges: tuple[Node | None, ...]) -> list[Any]:
        raise RuntimeError(
            "trying to differentiate twice a function that was marked with @once_differentiable"
        )


_Error.__name__ = "Error"


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Let a `backward` compute without being recorded; to differentiate its result is an error."""

    @functools.wraps(backward)
    def wrapper(ctx: Any, *args: Any) -> Any:
        with no_grad():
            outputs = backward(ctx, *args)
        if not mode.enabled or not any(isinstance(each, Tensor) and each.requires_grad for each in args):
            return outputs
        several = isinstance(outputs, tuple)
        found = [_not_again(each) for each in (outputs if several else (outputs,))]
        return tuple(found) if several else found[0]

    return wrapper


def _not_again(value: Any) -> Any:
    if not isinstance(value, Tensor):
        return value
    out = value.detach()
    node = _Error()
    node.seq, node.edges, node.slots, node.args, node.saved, node.versions = (
        next_sequence_number(),
        (),
        None,
        (),
        (),
        (),
    )
    node.metas, node.hooks = ((out._array.shape, out._array.dtype),), None
    out._node, out._requires_grad = node, True
    return out


__getattr__ = nothing_else("torch.autograd.function")
