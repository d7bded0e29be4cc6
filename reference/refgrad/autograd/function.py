"""Operations with derivatives of one's own: subclasses of `Function`."""

from __future__ import annotations

import functools
import inspect
import warnings
from collections.abc import Callable
from typing import Any, ClassVar

from ..absent import nothing_else
from ..grad_mode import mode, no_grad
from ..graph import Node, next_sequence_number
from ..ops.inplace import LEAF
from ..recording import anomaly, gradient_edge
from ..tensor import Tensor, wrap
from ..views import attach, rebase
from .context import FunctionCtx

__all__ = ["Function", "FunctionCtx", "InplaceFunction", "once_differentiable"]


class _Meta(type):
    """Give each Function its kind of node, named after it."""

    def __init__(cls, name: str, bases: tuple[type, ...], attributes: dict[str, Any]) -> None:
        super().__init__(name, bases, attributes)
        node = f"{name}Backward"
        cls._backward_cls = type(
            node,
            (FunctionCtx,),
            {"function": cls, "full_name": node, "plans": {}, "__module__": "torch.autograd.function"},
        )


class Function(metaclass=_Meta):
    """Subclass it with static methods `forward(ctx, *inputs)` and `backward(ctx, *output_gradients)`."""

    __module__ = "torch.autograd.function"
    _backward_cls: ClassVar[Any]

    generate_vmap_rule = False  # whether `torch.vmap` may look into the function
    clear_saved_tensors_on_access = False  # whether `saved_tensors` may be asked for once only
    boxed_grads_call = False  # whether `backward` gets its gradients as one list

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
        """Compute the gradients of the inputs from those of the outputs; `vjp` is another name of it."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    vjp = backward

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        """Compute the tangents of the outputs; for forward mode, which refgrad does not have."""
        raise NotImplementedError(
            "You must implement the jvp function for custom autograd.Function to use it with forward mode AD."
        )

    @staticmethod
    def vmap(info: Any, in_dims: Any, *args: Any) -> Any:
        """Compute a batch; never called here, where `torch.vmap` calls a function once for each place."""
        raise NotImplementedError(
            "To use autograd.Function with vmap, you must either override the vmap staticmethod or set "
            "generate_vmap_rule=True."
        )

    @classmethod
    def derivative(cls) -> Callable[..., Any]:
        """Return the user's `backward`, by whichever of its names."""
        if cls.vjp is Function.vjp:
            return cls.backward
        if cls.backward is not Function.backward:
            raise RuntimeError(
                "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should only implement "
                "one of them."
            )
        return cls.vjp

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Run `forward` unrecorded and record the function as one node."""
        apart = cls.setup_context is not Function.setup_context
        if apart:
            bound = inspect.signature(cls.forward).bind(*args, **kwargs)
            bound.apply_defaults()
            args, kwargs = bound.args, bound.kwargs
        ctx: FunctionCtx = cls._backward_cls()
        tensors = [(at, each) for at, each in enumerate(args) if isinstance(each, Tensor)]
        recorded = mode.enabled and any(each.requires_grad for _, each in tensors)
        ctx._is_tensor = tuple([isinstance(each, Tensor) for each in args])
        ctx.needs_input_grad = tuple([isinstance(each, Tensor) and each.requires_grad for each in args])
        ctx.hooks, ctx.saved, ctx.versions, ctx.args, ctx.edges, ctx.slots = None, (), (), (), (), None
        with no_grad():
            if apart:
                returned = cls.forward(*args, **kwargs)
                cls.setup_context(ctx, args, returned)
            else:
                returned = cls.forward(ctx, *args, **kwargs)
        outputs = returned if isinstance(returned, tuple) else (returned,)
        _check_dirty(ctx, outputs)
        if recorded:
            ctx.check_to_save()
            _connect(ctx, tensors)
        attached = _attach_outputs(ctx, args, outputs, recorded, apart)
        if recorded:
            ctx.keep(outputs, attached)
        for name in ("_to_save", "_dirty", "_constant"):
            ctx.__dict__.pop(name, None)
        return attached if isinstance(returned, tuple) else attached[0]


class InplaceFunction(Function):
    """The old base of functions that change their input in place."""

    __module__ = "torch.autograd.function"

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace


def _connect(ctx: FunctionCtx, tensors: list[tuple[int, Tensor]]) -> None:
    edges = [gradient_edge(each) if each.requires_grad else (None, 0) for _, each in tensors]
    ctx.seq = next_sequence_number()
    ctx.edges = tuple([edge for edge, _ in edges])
    ctx.slots = tuple([slot for _, slot in edges])
    ctx._positions = tuple([at for at, _ in tensors])
    if anomaly.enabled:
        anomaly.remember(ctx)


def _check_dirty(ctx: FunctionCtx, outputs: tuple[Any, ...]) -> None:
    for each in ctx._dirty:
        if not any(out is each for out in outputs):
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not returned as output. The inputs that "
                "are modified inplace must all be outputs of the Function."
            )


def _attach_outputs(
    ctx: FunctionCtx, inputs: tuple[Any, ...], outputs: tuple[Any, ...], recorded: bool, apart: bool
) -> tuple[Any, ...]:
    """Let the outputs point to the node: as new tensors, views of inputs, or inputs changed in place.

    No place in a view's history may be given to a Function's own derivative: such outputs are marked. `apart`: what
    is saved was said in `setup_context`, which does not see the outputs that are returned.
    """
    ctx.metas = [
        (each._array.shape, each._array.dtype) if isinstance(each, Tensor) else ((), None) for each in outputs
    ] or [((), None)]
    ctx._flows = tuple([recorded and _flows(ctx, each) for each in outputs])
    found: list[Any] = []
    for at, each in enumerate(outputs):
        if not isinstance(each, Tensor):
            found.append(each)
            continue
        given = any(each is one for one in inputs)
        dirty = any(each is one for one in ctx._dirty)
        if dirty:
            _count_change(each)
        if not ctx._flows[at]:
            each = _without_history(each, given, dirty)
        elif dirty:
            _change(ctx, each, given, at, len(outputs))
        else:
            if given:
                each = _as_itself(ctx, each, apart)
            each._node, each._requires_grad, each._output_nr = ctx, True, at
        if each._view is not None and not (given and dirty):
            each._view.origin = "multi" if sum(ctx._flows) > 1 else "function"
        found.append(each)
    return tuple(found)


def _flows(ctx: FunctionCtx, output: Any) -> bool:
    """Return whether gradients flow through an output."""
    if not isinstance(output, Tensor) or output._array.dtype.kind not in "fc":
        return False
    return not any(output is one for one in ctx._constant)


def _count_change(tensor: Tensor) -> None:
    if not tensor._inference:
        tensor._share_counter()[0] += 1


def _without_history(output: Tensor, given: bool, dirty: bool) -> Tensor:
    """Return an output through which no gradient flows; an input as a tensor of its own."""
    if given and output.requires_grad:
        alone: Tensor = output.detach()
        return alone
    if given and not dirty:
        view = wrap(output._array)
        attach(view, output, "function")
        return view
    return output


def _as_itself(ctx: FunctionCtx, input: Tensor, apart: bool) -> Tensor:
    """Return a view of an input that `forward` returned as it is."""
    if apart and any(input is one for one in ctx._to_save):
        raise RuntimeError(
            "An input that has been returned as-is as output is being saved for backward. This is not supported if you "
            "override setup_context. You should return and save a view of the input instead, e.g. with x.view_as(x) or "
            "setup ctx inside the forward function itself."
        )
    view = wrap(input._array)
    attach(view, input, "function")
    return view


def _change(ctx: FunctionCtx, output: Tensor, given: bool, at: int, count: int) -> None:
    """Make the function the history of an input that it changed in place."""
    if output._requires_grad and output._node is None:
        raise RuntimeError(LEAF.replace("is being used", "has been used"))
    if not given:
        warnings.warn(
            "ctx.mark_dirty() received a tensor that was not an input. Only input Tensors that have been mutated should "
            "be passed to ctx.mark_dirty().",
            UserWarning,
            stacklevel=4,
        )
    if output._view is not None and count > 1:
        raise RuntimeError(
            "If your Function modifies inplace an input that is a view of another Tensor, your Function cannot return "
            "more than one Tensor. This is not supported by the current autograd engine. You should either make sure the "
            "input is not a view (using .clone() for example) or make your Function only return one Tensor (potentially "
            "splitting it into two Functions: one doing the inplace that returns a single Tensor and a second one that "
            "does the other operations). You can ask on the forum https://discuss.pytorch.org/ if you need help to do "
            "this change."
        )
    rebase(output, ctx)
    output._output_nr = at if output._view is None else output._output_nr


class _Between(Node):
    """Stands between a tensor and its history, as many outputs as inputs."""

    __slots__ = ()
    runs_without_gradient = True

    def release(self) -> None:
        """Keep nothing, release nothing."""


class _Error(_Between):
    """Stands where a derivative cannot be taken again."""

    __slots__ = ()
    full_name = "torch::autograd::Error"

    def apply(self, grad: Any, recording: bool, edges: tuple[Node | None, ...]) -> list[Any]:
        raise RuntimeError(
            "trying to differentiate twice a function that was marked with @once_differentiable"
        )


class _UndefinedGrad(_Between):
    """Lets no gradient through."""

    __slots__ = ()
    full_name = "torch::autograd::UndefinedGrad"

    def apply(self, grad: Any, recording: bool, edges: tuple[Node | None, ...]) -> list[Any]:
        """Send nothing on."""
        return [None] * len(edges)


_Error.__name__, _UndefinedGrad.__name__ = "Error", "UndefinedGrad"


def _behind(kind: type[_Between], tensors: list[Any]) -> list[Any]:
    """Return new tensors over the same memory, whose gradients go through one node of a kind; None stays None."""
    node = kind()
    node.seq = next_sequence_number()
    node.args, node.saved, node.versions, node.hooks = (), (), (), None
    edges = [(None, 0) if each is None else gradient_edge(each) for each in tensors]
    node.edges, node.slots = tuple([edge for edge, _ in edges]), tuple([slot for _, slot in edges])
    node.metas = [((), None) if each is None else (each._array.shape, each._array.dtype) for each in tensors]
    found: list[Any] = []
    for at, each in enumerate(tensors):
        out = None
        if each is not None:
            out = wrap(each._array)
            out._node, out._output_nr, out._requires_grad = node, at, True
        found.append(out)
    return found


def without_gradient(tensor: Tensor) -> Tensor:
    """Return the same values, with the same history, to which no gradient flows back."""
    (out,) = _behind(_UndefinedGrad, [tensor])
    return out  # type: ignore[no-any-return]


def once_differentiable(backward: Callable[..., Any]) -> Callable[..., Any]:
    """Let a `backward` compute without being recorded; to differentiate its result is an error."""

    @functools.wraps(backward)
    def wrapper(ctx: Any, *args: Any) -> Any:
        with no_grad():
            outputs = backward(ctx, *args)
        if not mode.enabled or not any(isinstance(each, Tensor) and each.requires_grad for each in args):
            return outputs
        several = isinstance(outputs, tuple)
        leaves = [
            None if each is None else each.detach().requires_grad_()
            for each in (outputs if several else (outputs,))
        ]
        found = _behind(_Error, leaves)
        return tuple(found) if len(found) > 1 else found[0]

    return wrapper


__getattr__ = nothing_else("torch.autograd.function")
