"""What nodes keep for the backward pass: taking it out again, with the checks that it is still what was saved."""

from __future__ import annotations

from typing import Any

from .graph import FREED, PACKED, PLAIN, Node
from .tensor import Tensor, wrap

__all__ = ["saved_attribute", "unpack_one"]


def unpack_one(node: Node, index: int, recording: bool) -> Any:
    """Return one saved value: a tensor in its place in the graph if `recording`, else what it holds."""
    assert node.saved is not None
    item, version = node.saved[index], node.versions[index]
    if version == PLAIN:
        return item
    if version == PACKED:
        item = item.unpack(node)
    else:
        counter = item._counter
        if counter is not None and counter[0] != version:
            raise RuntimeError(_modified(node, index, item, version))
        if recording:
            item = _as_variable(node, index, item)
    return item if recording else item._array


def _as_variable(node: Node, index: int, item: Tensor) -> Tensor:
    """Give a saved result its place in the graph back; a saved input never lost it."""
    if node.tensors[index] != "result":
        return item
    result = wrap(item._array)
    result._counter = item._counter
    result._node, result._requires_grad = node, True
    return result


def _modified(node: Node, index: int, item: Tensor, version: int) -> str:
    made_by: Node | None = node if node.tensors[index] == "result" else item.grad_fn
    source = ""
    if made_by is not None:
        from .views import short_name

        source = f", which is output {item._output_nr} of {short_name(made_by)},"
    return (
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[{item.type()} {list(item.shape)}]{source} is at version {item._version}; expected version {version} "
        "instead. Hint: enable anomaly detection to find the operation that failed to compute its gradient, with "
        "torch.autograd.set_detect_anomaly(True, check_nan=False)."
    )


def saved_attribute(node: Node, name: str) -> Any:
    """Return what `grad_fn._saved_<name>` shows."""
    if name in node.takes:
        return node.args[node.takes.index(name)]
    if name not in node.tensors:
        raise AttributeError(f"'{type(node).__name__}' object has no attribute '_saved_{name}'")
    if node.saved is None:
        raise RuntimeError(FREED)
    index = node.tensors.index(name)
    if not node.saved or node.versions[index] == PLAIN:
        value = node.saved[index] if node.saved else None
        return wrap_number(value) if isinstance(value, bool | int | float) else value
    return unpack_one(node, index, True)


def wrap_number(value: float) -> Tensor:
    """Return a Python number as torch's 0-dim tensor of its own kind."""
    from . import backend, dtypes

    return wrap(backend.as_array(value, dtypes.of_number(value).numpy))
