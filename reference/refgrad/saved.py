"""What nodes keep for the backward pass: taking it out again, with the checks that it is still what was saved."""

from __future__ import annotations

from typing import Any

from .graph import PACKED, PLAIN, Node
from .tensor import Tensor, wrap

__all__ = ["FREED", "unpack"]

FREED = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already "
    "been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). "
    "Specify retain_graph=True if you need to backward through the graph a second time or if you need to access "
    "saved tensors after calling backward."
)


def unpack(node: Node, recording: bool) -> list[Any]:
    """Return what the node's rules ask for: saved values, then plain ones; bare arrays unless `recording`."""
    saved = node.saved
    if not saved:
        if saved is None:
            raise RuntimeError(FREED)
        return list(node.args)
    values: list[Any] = []
    for index, item in enumerate(saved):
        version = node.versions[index]
        if version >= 0:
            counter = item._counter
            if counter is not None and counter[0] != version:
                raise RuntimeError(_modified(node, index, item, version))
            if recording:
                item = _as_variable(node, index, item)
            else:
                item = item._array
        elif version == PACKED:
            item = item.unpack(node)
            if not recording:
                item = item._array
        values.append(item)
    values += node.args
    return values


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
    return unpack(node, True)[index]


def wrap_number(value: float) -> Tensor:
    """Return a Python number as torch's 0-dim tensor of its own kind."""
    from . import backend, dtypes

    return wrap(backend.as_array(value, dtypes.of_number(value).numpy))
