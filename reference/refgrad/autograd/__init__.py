"""Gradients on request: `backward` adds them to `.grad`, `grad` returns them."""

from __future__ import annotations

import importlib
import operator
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from .._package import show_only as _show_only
from ..backend import xp
from ..engine import run
from ..graph import Node
from ..recording import gradient_edge
from ..tensor import Tensor, wrap

__all__ = ["backward", "grad"]

CREATE_GRAPH_WARNING = (
    "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient "
    "which can cause a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you "
    "have to use this function, make sure to reset the .grad fields of your parameters to None after use to break "
    "the cycle and avoid the leak."
)


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Any = None,
) -> None:
    """Add the derivatives of `tensors`, weighted with `grad_tensors`, to `.grad` of the leaves or of `inputs`."""
    if grad_variables is not None:
        warnings.warn(
            "`grad_variables` is deprecated. Use `grad_tensors` instead.", FutureWarning, stacklevel=2
        )
        if grad_tensors is not None:
            raise RuntimeError(
                "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to `backward()`. Please only "
                "use `grad_tensors`."
            )
        grad_tensors = grad_variables
    if inputs is not None and not isinstance(inputs, Tensor) and len(inputs) == 0:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    outputs = _as_tuple(tensors)
    grads = _gradients(grad_tensors, len(outputs))
    _check_outputs(outputs)
    only = []
    for each in () if inputs is None else _inputs(inputs):
        if each.grad_fn is not None or not each.requires_grad:
            each.retain_grad()
        only.append(target_edge(each)[0])
    keep = create_graph if retain_graph is None else retain_graph
    roots = _roots(outputs, grads, keep)
    if create_graph:
        warnings.warn(CREATE_GRAPH_WARNING, UserWarning, stacklevel=3)
    run(roots, keep_graph=keep, create_graph=create_graph, only=only)


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Any, ...]:
    """Return the derivatives of `outputs`, weighted with `grad_outputs`, with respect to `inputs`; `.grad` stays."""
    if not only_inputs:
        warnings.warn(
            "only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate gradient for other "
            "parts of the graph, please use torch.autograd.backward.",
            FutureWarning,
            stacklevel=2,
        )
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
        )
    if is_grads_batched:
        return _grad_of_each(outputs, inputs, grad_outputs, retain_graph, create_graph, allow_unused)
    allowed = materialize_grads if allow_unused is None else allow_unused
    sources = _as_tuple(outputs)
    targets = tuple(inputs.values()) if isinstance(inputs, Mapping) else _as_tuple(inputs)
    if not targets:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    grads = _gradients(grad_outputs, len(sources))
    _check_outputs(sources)
    keep = create_graph if retain_graph is None else retain_graph
    roots = _roots(sources, grads, keep)
    targets = _inputs(targets)
    for each in targets:
        if not each.requires_grad:
            raise RuntimeError("One of the differentiated Tensors does not require grad")
    # A view that was made before its base required grad has no place in the graph.
    edges = [gradient_edge(each) for each in targets]
    placed = [(node, slot) for node, slot in edges if node is not None]
    arrived = iter(run(roots, keep_graph=keep, create_graph=create_graph, captures=placed))
    found = [None if node is None else next(arrived) for node, _ in edges]
    for index, each in enumerate(found):
        if each is None and not allowed:
            raise RuntimeError(
                f"The differentiated Tensor at index {index} appears to not have been used in the graph. Set "
                "allow_unused=True if this is the desired behavior."
            )
        if each is None and materialize_grads:
            found[index] = wrap(xp.zeros_like(targets[index]._array))
    return tuple(found)


def _grad_of_each(
    outputs: Any, inputs: Any, grad_outputs: Any, retain: bool | None, create_graph: bool, allow_unused: Any
) -> tuple[Any, ...]:
    """Return the derivatives for each of a batch of gradients, stacked."""
    from ..ops.joining import stack

    batches = _as_tuple(grad_outputs)
    rows = [
        grad(outputs, inputs, each, True, create_graph, allow_unused=allow_unused)
        for each in zip(*[batch.unbind(0) for batch in batches], strict=True)
    ]
    found = [None if parts[0] is None else stack(parts) for parts in zip(*rows, strict=True)]
    return tuple(found)


def target_edge(tensor: Tensor) -> tuple[Node, int]:
    """Return where gradients for a tensor arrive that is to be differentiated by."""
    node, slot = gradient_edge(tensor)
    if node is None:
        raise RuntimeError("One of the differentiated Tensors does not require grad")
    return node, slot


def _as_tuple(given: Any) -> tuple[Any, ...]:
    return (given,) if isinstance(given, Tensor) else tuple(given)


def _check_outputs(given: tuple[Any, ...]) -> None:
    for each in given:
        if not isinstance(each, Tensor):
            raise AssertionError("Expected output to be a torch.Tensor")


def _inputs(given: Any) -> tuple[Any, ...]:
    """Return what to differentiate by; of a mapping its values."""
    found = tuple(given.values()) if isinstance(given, Mapping) else _as_tuple(given)
    for each in found:
        if not isinstance(each, Tensor):
            raise RuntimeError(
                f"all inputs have to be Tensors or GradientEdges, but got {type(each).__name__}"
            )
    return found


def _gradients(given: Any, count: int) -> Sequence[Any]:
    if given is None:
        return [None] * count
    return [given] if isinstance(given, Tensor) else list(given)


def _roots(outputs: tuple[Any, ...], grads: Sequence[Any], keep_graph: Any) -> list[tuple[Node, int, Tensor]]:
    """Pair each output with its gradient, 1 for a scalar's; refuse what does not fit."""
    checked = []
    for output, given in zip(outputs, grads, strict=False):
        checked.append(_first_gradient(output) if given is None else _checked(output, given, outputs, grads))
    if type(keep_graph) is not bool:
        operator.index(keep_graph)  # refuses what is no number
    if len(outputs) != len(checked):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(checked)} gradients")
    roots = []
    for index, (output, given) in enumerate(zip(outputs, checked, strict=True)):
        if not output.requires_grad:
            raise RuntimeError(
                f"element {index} of tensors does not require grad and does not have a grad_fn"
            )
        node, slot = gradient_edge(output)
        if node is None:
            raise RuntimeError(
                f"element {index} of tensors does not require grad and does not have a grad_fn"
            )
        if given._array.dtype != output._array.dtype:
            given = given.to(output.dtype)
        roots.append((node, slot, given))
    return roots


def _first_gradient(output: Tensor) -> Tensor:
    if output._array.size != 1 and output.requires_grad:
        raise RuntimeError("grad can be implicitly created only for scalar outputs")
    if output._array.dtype.kind == "c" and output.requires_grad:
        raise RuntimeError(
            f"grad can be implicitly created only for real scalar outputs but got {output.dtype}"
        )
    return wrap(xp.ones_like(output._array))


def _checked(output: Tensor, given: Any, outputs: Sequence[Any], grads: Sequence[Any]) -> Tensor:
    if not isinstance(given, Tensor):
        raise TypeError(f"gradients can be either Tensors or None, but got {type(given).__name__}")
    if given.shape != output.shape:
        # `index` compares with those before, and may fail on that: so does torch
        raise RuntimeError(
            f"Mismatch in shape: grad_output[{grads.index(given)}] has a shape of {given.shape} and "
            f"output[{outputs.index(output)}] has a shape "
            f"of {output.shape}."
        )
    if (given._array.dtype.kind == "c") != (output._array.dtype.kind == "c"):
        index = grads.index(given)
        raise RuntimeError(
            "For complex Tensors, both grad_output and output are required to have the same dtype. Mismatch in dtype: "
            f"grad_output[{index}] has a dtype of {given.dtype} and output[{index}] has a dtype of {output.dtype}."
        )
    if given.is_cuda is not output.is_cuda:
        if given._array.ndim:
            index = next(at for at, each in enumerate(grads) if each is given)
            raise RuntimeError(
                f"invalid gradient at index {index} - expected device {output.device} but got {given.device}"
            )
        moved: Tensor = given.to(output.device)
        return moved
    return given


_ELSEWHERE = {
    **dict.fromkeys(("Function", "FunctionCtx"), ".function"),
    **dict.fromkeys(("detect_anomaly", "set_detect_anomaly"), ".anomaly_mode"),
    **dict.fromkeys(("gradcheck", "gradgradcheck", "GradcheckError"), ".checking"),
    "GradientEdge": ".graph",
    **dict.fromkeys(
        (
            *("enable_grad", "inference_mode", "is_multithreading_enabled", "no_grad", "set_grad_enabled"),
            "set_multithreading_enabled",
        ),
        "..grad_mode",
    ),
}
_MODULES = ("anomaly_mode", "function", "functional", "graph")


def __getattr__(name: str) -> Any:
    """Import on first use what is rarely needed."""
    if name == "grad_mode":
        return importlib.import_module("..grad_mode", __name__)
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    if name in _ELSEWHERE:
        globals()[name] = found = getattr(importlib.import_module(_ELSEWHERE[name], __name__), name)
        return found
    from ..absent import missing

    raise missing("torch.autograd", name)


_show_only(__name__, _MODULES)
