"""Recording: wrap the result of an operation and, where an input requires grad, attach the node that differentiates it.

Every differentiable operation ends in a call of `record`.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import get_ident
from typing import Any
from weakref import ref

from . import backend
from .c_names import takes_nothing
from .grad_mode import mode
from .graph import PACKED, PLAIN, AccumulateGrad, Node, next_sequence_number
from .tensor import Tensor, new, wrap

__all__ = [
    "gradient_edge",
    "hooks_on_saved",
    "record",
    "record_several",
    "refuse_integral",
    "requires_recording",
    "saved_hooks",
]

ndarray = backend.ndarray

# The `saved_tensors_hooks` that are in force, each with the thread that entered it.
saved_hooks: list[tuple[int, Any]] = []


def hooks_on_saved() -> list[tuple[int, Any]]:
    """Return the hooks that this thread has entered, the innermost last."""
    thread = get_ident()
    return [each for each in saved_hooks if each[0] == thread]


def record(
    kind: type[Node],
    array: Any,
    inputs: tuple[Any, ...],
    args: tuple[Any, ...] = (),
    extra: tuple[Any, ...] = (),
) -> Tensor:
    """Return the result `array` as a tensor that remembers how it was made.

    `inputs` are the operation's operands in the order of the rules of `kind` (tensors, numbers or None); `args`
    and `extra` are what the table entry lists under `args` and `saves`.
    """
    if type(array) is not ndarray:
        array = backend.as_array(array)
    out: Tensor = new(Tensor)
    out._array = array
    out._output_nr = 0
    out._counter = out._view = out._node = None
    out._requires_grad = False
    if mode.enabled:
        for each in inputs:
            if isinstance(each, Tensor) and (
                each._requires_grad or (each._view is not None and each.requires_grad)
            ):
                connect(kind, out, inputs, args, extra)
                break
    elif mode.inference:
        out._inference = True
    return out


def connect(
    kind: type[Node],
    out: Tensor,
    inputs: tuple[Any, ...],
    args: tuple[Any, ...] = (),
    extra: tuple[Any, ...] = (),
    others: Sequence[Tensor] = (),
) -> Node:
    """Make the node of an operation, with an edge to each input that requires grad, and let `out` point to it.

    `others` are its further results, which it may save.
    """
    node: Node = new(kind)
    node.seq = next_sequence_number()
    node.args = args
    array = out._array
    node.metas = ((array.shape, array.dtype),)
    node.slots = node.hooks = None
    edges: list[Node | None] = []
    mask, bit = 0, 1  # bit i of the mask: input i requires grad
    for each in inputs:
        if isinstance(each, Tensor) and (
            each._requires_grad or (each._view is not None and each.requires_grad)
        ):
            mask |= bit
            target = each._node if each._view is None else each.grad_fn
            edges.append(target if target is not None else accumulator(each))
            if each._output_nr:
                node.slots = tuple([t._output_nr if isinstance(t, Tensor) else 0 for t in inputs])
        else:
            edges.append(None)
        bit += bit
    node.edges = tuple(edges)
    if kind.tensors:
        plan = kind.plans.get(mask)
        if plan is None:
            plan = kind.plans[mask] = _plan(kind, mask)
        save(node, plan, (out, *others), inputs, extra)
    else:
        node.saved = node.versions = ()
    out._node = node
    out._requires_grad = True
    if _anomaly.enabled:
        _anomaly.remember(node)
    return node


def record_several(
    kind: type[Node],
    arrays: Sequence[Any],
    inputs: tuple[Any, ...],
    args: tuple[Any, ...] = (),
    extra: tuple[Any, ...] = (),
) -> tuple[Tensor, ...]:
    """Return the results of one operation, which share a node; `kind` gets the list of their gradients."""
    outs = [wrap(backend.as_array(array)) for array in arrays]
    if mode.enabled and any(isinstance(each, Tensor) and each.requires_grad for each in inputs):
        for at, each in enumerate(outs):
            each._output_nr = at
        node = connect(kind, outs[0], inputs, args, extra, outs[1:])
        node.metas = [(each._array.shape, each._array.dtype) for each in outs]
        for each in outs[1:]:
            each._node, each._requires_grad = node, True
    return tuple(outs)


def refuse_integral(input: Tensor, dtype: Any) -> None:
    """Refuse to record a result of integers, through which no gradient flows."""
    if dtype is not None and dtype._is_integral and requires_recording(input):
        raise RuntimeError(f"Autograd not support dtype: {dtype._scalar}")


def _plan(kind: Any, mask: int) -> tuple[int, ...]:
    """List, for each tensor the rules name, where it comes from: an index into (*inputs, *extra, result), or -1.

    As in torch, a result that any rule names is kept whichever inputs require grad.
    """
    needed = set(kind.results)
    for index, names in enumerate(kind.asked):
        if mask >> index & 1:
            needed.update(names)
    return tuple(
        [source if name in needed else -1 for name, source in zip(kind.tensors, kind.sources, strict=True)]
    )


def save(
    node: Node,
    plan: tuple[int, ...],
    outs: tuple[Tensor, ...],
    inputs: tuple[Any, ...],
    extra: tuple[Any, ...],
) -> None:
    """Keep what the node's rules will ask for, with the versions it has now."""
    saved: list[Any] = []
    versions: list[int] = []
    operands = (*inputs, *extra) if extra else inputs
    hooks = hooks_on_saved() if saved_hooks else None
    for source in plan:
        made = source - len(operands)  # counts the results
        item = None if source < 0 else operands[source] if made < 0 else _shadow(outs[made])
        if not isinstance(item, Tensor):
            versions.append(PLAIN)
        elif hooks:
            if made >= 0:
                item._node, item._requires_grad = node, True
            item = hooks[-1][1].pack(item, made >= 0)
            versions.append(PACKED)
        else:
            if item._inference:
                raise RuntimeError(INFERENCE_SAVED)
            counter = item._counter
            versions.append(counter[0] if counter else 0)
        saved.append(item)
    node.saved = tuple(saved)
    node.versions = tuple(versions)


def _shadow(out: Tensor) -> Tensor:
    """Return a second tensor over a result and its version: a node that held the result itself would be a cycle."""
    if out._counter is None:
        out._counter = [0]
    shadow: Tensor = new(Tensor)
    shadow._array, shadow._counter = out._array, out._counter
    shadow._node = shadow._view = None
    shadow._output_nr, shadow._requires_grad = out._output_nr, False
    return shadow


def accumulator(leaf: Tensor) -> Node | None:
    """Return the node that adds to the leaf's `.grad`: the one in use by some graph, or a new one.

    None for a view that was made while nothing was recorded: only its base requires grad.
    """
    if not leaf._requires_grad:
        return None
    reference = leaf._accumulator
    node = None if reference is None else reference()
    if node is None:
        node = AccumulateGrad(leaf)
        leaf._accumulator = ref(node)
    return node


def gradient_edge(tensor: Tensor) -> tuple[Node | None, int]:
    """Return the node, and which of its outputs, that a gradient for `tensor` goes to."""
    node = tensor.grad_fn
    return (accumulator(tensor), 0) if node is None else (node, tensor._output_nr)


def requires_recording(*tensors: Tensor) -> bool:
    """Return whether an operation on these tensors would be recorded now."""
    return mode.enabled and any(each.requires_grad for each in tensors)


INFERENCE_SAVED = (
    "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in "
    "computation tracked by autograd. To work around this, you can make a clone to get a normal tensor and use it "
    "in autograd, or use `torch.no_grad()` instead of `torch.inference_mode()`."
)


class _Anomaly:
    """Anomaly mode: while it is on, each node remembers where it was made."""

    def __init__(self) -> None:
        self.enabled = False
        self.check_nan = True
        self.running: Node | None = None  # the innermost node whose derivative is being computed

    def remember(self, node: Node) -> None:
        import traceback

        node.trace = traceback.extract_stack()[:-3]
        node.parent = self.running


_anomaly = _Anomaly()
anomaly = _anomaly


@takes_nothing
def is_anomaly_enabled() -> bool:
    """Return whether anomaly mode is on."""
    return _anomaly.enabled


@takes_nothing
def is_anomaly_check_nan_enabled() -> bool:
    """Return whether anomaly mode refuses gradients with nan, if it is on."""
    return _anomaly.check_nan


def check_constants(function: str, **given: Any) -> None:
    """Refuse arguments that need a gradient, of which torch has no derivative."""
    for name, each in given.items():
        if each is not None and requires_recording(each):
            raise RuntimeError(
                f"The function '{function}' is not differentiable with respect to argument '{name}'. This input cannot "
                "have requires_grad True."
            )
