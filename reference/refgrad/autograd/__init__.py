"""Gradients on request: `backward` adds them to `.grad`, `grad` returns them."""

from __future__ import annotations

import importlib
import operator
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

from .._package import show_only as _show_only
from ..backend import xp
from ..dtypes import of as dtype_of
from ..engine import run
from ..graph import Meta, Node
from ..recording import gradient_edge
from ..size import Size
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
    targets = () if inputs is None else _inputs(inputs, "backward")
    outputs = _as_tuple(tensors)
    grads = _gradients(grad_tensors, len(outputs))
    _check_outputs(outputs)
    keep = create_graph if retain_graph is None else retain_graph
    roots = _roots(outputs, grads, keep)
    only = []
    for each in targets:
        _check_target(each)
        if isinstance(each, Tensor) and (each.grad_fn is not None or not each.requires_grad):
            each.retain_grad()
        only.append(target_edge(each)[0])
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
) -> Any:
    """Return the derivatives of `outputs`, weighted with `grad_outputs`, with respect to `inputs`; `.grad` stays.

    They come in a tuple, or in a dict where `inputs` is one.
    """
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
    sources, targets = _as_tuple(outputs), _inputs(inputs, "grad")
    allowed = materialize_grads if allow_unused is None else allow_unused
    keep = create_graph if retain_graph is None else retain_graph
    gradients = _gradients(grad_outputs, len(sources))
    _check_outputs(sources)
    if is_grads_batched:
        _check_batches(sources, gradients)
        found = _grad_of_each(sources, targets, gradients, keep, create_graph, allowed)
    else:
        found = _grad(sources, targets, gradients, keep, create_graph, allowed)
    if materialize_grads:
        found = [_materialized(*each, create_graph) for each in zip(found, targets, strict=True)]
    return dict(zip(inputs, found, strict=True)) if type(inputs) is dict else tuple(found)


def _grad(
    sources: tuple[Any, ...],
    targets: tuple[Any, ...],
    gradients: Sequence[Any],
    keep: bool,
    create_graph: bool,
    allow_unused: bool,
) -> list[Tensor | None]:
    """Return the derivatives with respect to `targets`; None for what was not used."""
    roots = _roots(sources, gradients, keep)
    for each in targets:
        _check_target(each)
        if isinstance(each, Tensor) and not each.requires_grad:
            raise RuntimeError("One of the differentiated Tensors does not require grad")
    # A view that was made before its base required grad has no place in the graph.
    edges = [gradient_edge(each) if isinstance(each, Tensor) else _edge(each) for each in targets]
    placed = [(node, slot) for node, slot in edges if node is not None]
    arrived = iter(run(roots, keep_graph=keep, create_graph=create_graph, captures=placed))
    found = [None if node is None else next(arrived) for node, _ in edges]
    for index, each in enumerate(found):
        if each is None and not allow_unused:
            raise RuntimeError(
                f"The differentiated Tensor at index {index} appears to not have been used in the graph. Set "
                "allow_unused=True if this is the desired behavior."
            )
    return found


def _materialized(found: Tensor | None, target: Any, create_graph: bool) -> Tensor:
    """Return the derivative by a target, zeros where there is none."""
    if found is not None:
        return found
    if not isinstance(target, Tensor):
        raise RuntimeError("materialize_grads cannot be used when the given input is a GradientEdge")
    zeros: Tensor = wrap(xp.zeros_like(target._array))
    return zeros.requires_grad_(create_graph)


def _check_batches(sources: tuple[Any, ...], gradients: Sequence[Any]) -> None:
    """Refuse gradients whose rows are not gradients of the outputs."""
    for at, (output, batch) in enumerate(zip(sources, gradients, strict=False)):
        if not isinstance(batch, Tensor):
            continue
        first = batch[0]
        if isinstance(output, Tensor) and first.shape != output.shape:
            # torch cuts the batch dimension off twice where it says what the gradient's shape is
            raise RuntimeError(
                "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch "
                "dimension. The sizes of the remaining dimensions are expected to match the shape of corresponding "
                f"output, but a mismatch was detected: grad_output[{at}] has a shape of {first.shape[1:]} and "
                f"output[{at}] has a shape of {output.shape}. If you only want some tensors in `grad_output` to be "
                "considered batched, consider using vmap."
            )
        if not isinstance(output, Tensor) and first.shape != _edge_meta(output)[0]:
            raise RuntimeError("Batched grads are not supported with GradientEdge")


def _grad_of_each(
    sources: tuple[Any, ...],
    targets: tuple[Any, ...],
    batches: Sequence[Any],
    keep: bool,
    create_graph: bool,
    allow_unused: bool,
) -> list[Tensor | None]:
    """Return the derivatives for each of a batch of gradients, stacked."""
    from ..ops.joining import stack

    rows = list(
        zip(*[_rows(batch, output) for batch, output in zip(batches, sources, strict=False)], strict=True)
    )
    found = [
        _grad(sources, targets, row, keep or at + 1 < len(rows), create_graph, allow_unused)
        for at, row in enumerate(rows)
    ]
    return [None if parts[0] is None else stack(parts) for parts in zip(*found, strict=True)]


def _rows(batch: Any, output: Any) -> Sequence[Tensor]:
    first = _first_gradient(output) if batch is None else batch
    if first._array.ndim == 0:
        raise ValueError(
            "vmap(vjp, in_dims=0, ...)(<inputs>): Got in_dim=0 for some input, but that input is a Tensor of "
            "dimensionality 0 so expected in_dim to satisfy 0 <= in_dim < 0."
        )
    rows: Sequence[Tensor] = first.unbind(0)
    return rows


def target_edge(target: Any) -> tuple[Node, int]:
    """Return where gradients arrive for a tensor, or a place in the graph, that is to be differentiated by."""
    node, slot = gradient_edge(target) if isinstance(target, Tensor) else _edge(target)
    if node is None:
        raise RuntimeError("One of the differentiated Tensors does not require grad")
    return node, slot


def _is_edge(value: Any) -> bool:
    """Return whether a value is a place in the graph: `torch.autograd.graph.GradientEdge`."""
    from .graph import GradientEdge

    return isinstance(value, GradientEdge)


def _edge(edge: Any) -> tuple[Node, int]:
    if not isinstance(edge.node, Node):
        raise RuntimeError(
            f"GradientEdge's first object must be an autograd.graph.Node but got {type(edge.node).__name__}"
        )
    return edge.node, edge.output_nr


def _edge_meta(edge: Any) -> Meta:
    """Return the shape and dtype of the gradient that goes to a place in the graph."""
    node, output = _edge(edge)
    return node.metas[output]


def _as_tuple(given: Any) -> tuple[Any, ...]:
    return (given,) if isinstance(given, Tensor) or _is_edge(given) else tuple(given)


def _inputs(given: Any, caller: str) -> tuple[Any, ...]:
    """Return what to differentiate by; of a dict its values."""
    if isinstance(given, Mapping) and type(given) is not dict:
        raise TypeError(
            f"`inputs` argument to `{caller}()` must be a dict, not {type(given).__name__}. Other Mapping types are not "
            "supported."
        )
    found = tuple(given.values()) if type(given) is dict else _as_tuple(given)
    if not found:
        raise RuntimeError(f"`inputs` argument to `{caller}()` cannot be empty.")
    return found


def _check_target(target: Any) -> None:
    if not isinstance(target, Tensor) and not _is_edge(target):
        raise RuntimeError(f"all inputs have to be Tensors or GradientEdges, but got {type(target).__name__}")


def _gradients(given: Any, count: int) -> Sequence[Any]:
    if given is None:
        return [None] * count
    return [given] if isinstance(given, Tensor) else list(given)


def _check_outputs(given: tuple[Any, ...]) -> None:
    for each in given:
        if not isinstance(each, Tensor) and not _is_edge(each):
            raise AssertionError("Expected output to be a torch.Tensor")


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
        is_tensor = isinstance(output, Tensor)
        node, slot = gradient_edge(output) if is_tensor else _edge(output)
        if node is None or (is_tensor and not output.requires_grad):
            raise RuntimeError(
                f"element {index} of tensors does not require grad and does not have a grad_fn"
            )
        if is_tensor and given._array.dtype != output._array.dtype:
            given = given.to(output.dtype)
        roots.append((node, slot, given))
    return roots


def _shape_and_dtype(output: Any) -> tuple[Size, Any]:
    if isinstance(output, Tensor):
        return output.shape, output._array.dtype
    shape, dtype = _edge_meta(output)
    return Size(shape), dtype


def _first_gradient(output: Any) -> Tensor:
    """Return the gradient of a scalar by itself, 1."""
    if isinstance(output, Tensor):
        array, differentiable = output._array, output.requires_grad
    else:
        array, differentiable = xp.empty(*_edge_meta(output)), True
    if array.size != 1 and differentiable:
        raise RuntimeError("grad can be implicitly created only for scalar outputs")
    if array.dtype.kind == "c" and differentiable:
        raise RuntimeError(
            f"grad can be implicitly created only for real scalar outputs but got {dtype_of(array.dtype)}"
        )
    return wrap(xp.ones_like(array))


def _checked(output: Any, given: Any, outputs: Sequence[Any], grads: Sequence[Any]) -> Tensor:
    if not isinstance(given, Tensor):
        raise TypeError(f"gradients can be either Tensors or None, but got {type(given).__name__}")
    shape, dtype = _shape_and_dtype(output)
    if given.shape != shape:
        # `index` compares with those before, and may fail on that: so does torch
        raise RuntimeError(
            f"Mismatch in shape: grad_output[{grads.index(given)}] has a shape of {given.shape} and "
            f"output[{outputs.index(output)}] has a shape of {shape}."
        )
    if (given._array.dtype.kind == "c") != (dtype.kind == "c"):
        index = grads.index(given)
        raise RuntimeError(
            "For complex Tensors, both grad_output and output are required to have the same dtype. Mismatch in dtype: "
            f"grad_output[{index}] has a dtype of {given.dtype} and output[{index}] has a dtype of {dtype_of(dtype)}."
        )
    if isinstance(output, Tensor) and given.is_cuda is not output.is_cuda:
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
    **dict.fromkeys(("gradcheck", "gradgradcheck", "GradcheckError"), ".gradcheck"),
    "GradientEdge": ".graph",
    "Variable": ".variable",
    **dict.fromkeys(
        (
            *("enable_grad", "inference_mode", "is_multithreading_enabled", "no_grad", "set_grad_enabled"),
            "set_multithreading_enabled",
        ),
        "..grad_mode",
    ),
}
_MODULES = ("anomaly_mode", "function", "functional", "graph", "variable")


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
