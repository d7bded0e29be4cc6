"""The rarely taken steps of the engine around a node: hooks, captured gradients, anomaly checks."""

from __future__ import annotations

import sys
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from . import backend, storage
from .accumulate import accumulate, tell_leaf
from .backend import xp
from .grad_mode import mode
from .graph import Node
from .recording import anomaly
from .tensor import Tensor, wrap

if TYPE_CHECKING:
    from .engine import _Task

__all__ = ["after", "arrive", "before", "call", "explained", "run_tensor_hooks"]


def lift(grad: Any, recording: bool) -> Any:
    """Return a gradient as the tensor that a hook sees."""
    if recording or grad is None:
        return grad
    array = grad if isinstance(grad, backend.arrays) else backend.as_array(grad)
    if not getattr(array.flags, "writeable", True):  # as NumPy makes what it repeats
        array = storage.restride(array, array.shape, storage.strides(array))
    return wrap(array)


def lower(grad: Any, recording: bool) -> Any:
    """Return what a hook gave as the engine passes it on."""
    return grad if recording or grad is None else grad._array


def before(node: Node, grad: Any, task: _Task) -> Any:
    """Run tensor hooks, keep retained and captured gradients, run pre-hooks: in torch's order."""
    several = len(node.metas) > 1
    parts = list(grad) if several and grad is not None else [grad] * max(1, len(node.metas))
    hooks = node.hooks
    if hooks is not None:
        for output, registered in hooks.tensor.items():
            parts[output] = run_tensor_hooks(registered, parts[output], task.recording)
        for output, reference in hooks.retain.items():
            tensor = reference()
            if tensor is not None and parts[output] is not None:
                _retain(tensor, parts[output], task.recording)
    if node in task.watched:
        _capture(node, parts, task)
        if task.needed is None or node not in task.needed:
            return grad
    if hooks is not None and hooks.pre:
        parts = _run_pre_hooks(hooks.pre, parts, task.recording)
    if hooks is not None:
        task.shared.add(node)  # whoever saw the gradient may have kept it
    return parts if several else parts[0]


def call(node: Node, grads: tuple[Any, ...]) -> Any:
    """Run one node on gradients of its outputs (or None): the gradients of its inputs, one alone as it is."""
    if len(grads) != len(node.metas):
        raise TypeError(f"expected {len(node.metas)} arguments, got {len(grads)} instead")
    for at, each in enumerate(grads):
        if each is not None and not isinstance(each, Tensor):
            raise TypeError(f"argument {at} is not a Variable")
    recording = mode.enabled
    parts = [lower(each, recording) for each in grads]
    if all(each is None for each in parts) and not node.runs_without_gradient:
        found = [None] * len(node.edges)
    else:
        found = list(node.apply(parts if len(parts) > 1 else parts[0], recording, node.edges))
    returned = tuple([lift(each, recording) for each in found])
    return returned[0] if len(returned) == 1 else returned


def _retain(tensor: Tensor, grad: Any, recording: bool) -> None:
    if tensor._grad is None:
        kept = lift(grad, recording)
        tensor._grad = kept if recording else kept.clone()
    else:
        tensor._grad = tensor._grad + lift(grad, recording)


def _capture(node: Node, parts: list[Any], task: _Task) -> None:
    for output in task.watched[node]:
        task.captured[node, output] = lift(parts[output], task.recording)


def arrive(leaf: Any, grad: Any, task: _Task) -> None:
    """Let a gradient (or None) arrive at a leaf that is watched or has hooks: run them in torch's order."""
    with explained(leaf):
        variable, given, recording = leaf.variable, grad, task.recording
        hooks = variable._leaf_hooks
        if hooks is not None and hooks.pre:
            grad = run_tensor_hooks(hooks.pre, grad, recording)
        if leaf in task.watched:
            _capture(leaf, [grad], task)
        if task.needed is not None and leaf not in task.needed:
            return
        own = leaf.hooks
        if own is not None and own.pre:
            (grad,) = _run_pre_hooks(own.pre, [grad], recording)
        if grad is not None:
            owned = own is None and grad is given and leaf not in task.shared
            accumulate(variable, grad, recording, owned)
        else:
            tell_leaf(variable)
        if own is not None and own.post:
            _run_post_hooks(own.post, (), (lift(grad, recording),))


@contextmanager
def explained(node: Node) -> Iterator[None]:
    """In anomaly mode, tell of a node that fails where its operation ran, and which node's derivative that was."""
    if not anomaly.enabled:
        yield
        return
    outer, anomaly.running = anomaly.running, node
    try:
        yield
    except Exception:
        try:
            warn_of(node)
        except UserWarning as warning:  # warnings are errors here, but the failure is what matters
            sys.stderr.write(f"Warning: {warning}\n")
        raise
    finally:
        anomaly.running = outer


def _name(value: Any) -> str:
    from ._signatures import type_name

    return type_name(value)


def run_tensor_hooks(hooks: dict[int, Callable[..., Any]], grad: Any, recording: bool) -> Any:
    """Call each hook with the gradient; what it returns, unless None, goes to the next one."""
    tensor = lift(grad, recording)
    for hook in list(hooks.values()):
        returned = hook(tensor)
        if returned is None:
            continue
        if tensor is None:
            raise RuntimeError(NONE_REPLACED)
        if not isinstance(returned, Tensor):
            raise TypeError(f"expected Variable, but hook returned '{_name(returned)}'")
        _check_replacement(hook, tensor, returned)
        tensor = returned
    return lower(tensor, recording)


def _check_replacement(hook: Any, old: Tensor, returned: Tensor) -> None:
    name = getattr(hook, "__name__", repr(hook))
    if returned.dtype is not old.dtype or returned.is_cuda is not old.is_cuda:
        raise RuntimeError(
            f"hook '{name}' has changed the type of value (was {old.type()} got {returned.type()})"
        )
    if returned.shape != old.shape:
        raise RuntimeError(f"hook '{name}' has changed the size of value")


def _run_pre_hooks(hooks: dict[int, Callable[..., Any]], parts: list[Any], recording: bool) -> list[Any]:
    given = tuple([lift(part, recording) for part in parts])
    for hook in list(hooks.values()):
        returned = hook(given)
        if returned is None:
            continue
        if not isinstance(returned, tuple):
            raise TypeError(f"expected tuple, but hook returned '{_name(returned)}'")
        given = _checked(hook, given, returned)
    return [lower(part, recording) for part in given]


def _checked(hook: Any, old: tuple[Any, ...], returned: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(returned) != len(old):
        name = getattr(hook, "__name__", repr(hook))
        raise RuntimeError(
            f"hook '{name}' has returned an incorrect number of values (got {len(returned)}, but expected {len(old)})"
        )
    for a, b in zip(old, returned, strict=True):
        if a is None and b is not None:
            raise RuntimeError(NONE_REPLACED)
        if isinstance(a, Tensor) and isinstance(b, Tensor):
            _check_replacement(hook, a, b)
    return returned


def after(node: Node, grad: Any, found: Iterable[Any], recording: bool) -> Iterable[Any]:
    """Run the node's own hooks, then, in anomaly mode, look for nan."""
    found = list(found)
    hooks = node.hooks
    if hooks is not None and hooks.post:
        outputs = grad if isinstance(grad, list) else [grad]
        received = tuple([lift(part, recording) for part in outputs])
        given = tuple([lift(part, recording) for part in found])
        given = _run_post_hooks(hooks.post, given, received)
        found = [lower(part, recording) for part in given]
    if anomaly.enabled and anomaly.check_nan:
        _check_nan(node, found)
    return found


def _run_post_hooks(
    hooks: dict[int, Callable[..., Any]], given: tuple[Any, ...], received: tuple[Any, ...]
) -> tuple[Any, ...]:
    for hook in list(hooks.values()):
        returned = hook(given, received)
        if returned is not None:
            if not isinstance(returned, tuple):
                raise TypeError(f"expected tuple, but hook returned '{_name(returned)}'")
            given = _checked(hook, given, returned)
    return given


def _check_nan(node: Node, found: list[Any]) -> None:
    for index, part in enumerate(found):
        array = part._array if isinstance(part, Tensor) else part
        if array is not None and xp.isnan(array).any():
            raise RuntimeError(f"Function '{node.name()}' returned nan values in its {index}th output.")


def warn_of(node: Any) -> None:
    """Tell where the operation ran whose derivative failed, and whose derivative that was itself."""
    start = f"Error detected in {node.name()}. "
    induced = "Traceback of forward call that caused the error:\n"
    while node is not None:
        if node.trace is None:
            text = f"Error detected in {node.name()}. {NO_TRACE}"
        else:
            text = start + induced + "".join(traceback.format_list(node.trace))
        warnings.warn(text, UserWarning, stacklevel=2)
        node = node.parent
        if node is not None:
            start = f"\n\nPrevious calculation was induced by {node.name()}. "
            induced = "Traceback of forward call that induced the previous calculation:\n"


NO_TRACE = (
    "No forward pass information available. Enable detect anomaly during forward pass for more information."
)
NONE_REPLACED = "can't replace a None gradient with a non-None value"
