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
        check_version(node, item, version, is_result=node.tensors[index] == "result")
        if recording:
            item = _as_variable(node, index, item)
    return item if recording else item._array


def check_version(node: Node, item: Tensor, version: int, *, is_result: bool) -> None:
    """Refuse a saved tensor that was changed in place since."""
    counter = item._counter
    if counter is not None and counter[0] != version:
        raise RuntimeError(_modified(node if is_result else item.grad_fn, item, version))


def _as_variable(node: Node, index: int, item: Tensor) -> Tensor:
    """Give a saved result its place in the graph back; a saved input never lost it."""
    if node.tensors[index] != "result":
        return item
    result = wrap(item._array)
    result._counter = item._counter
    result._node, result._requires_grad = node, True
    return result


def _modified(made_by: Node | None, item: Tensor, version: int) -> str:
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


class Packed:
    """A saved tensor in the form that the user's pack hook gave it."""

    __slots__ = ("packed", "source", "unpack_hook")

    def __init__(self, packed: Any, unpack_hook: Any, source: Tensor | None) -> None:
        self.packed = packed
        self.unpack_hook = unpack_hook
        # Where the value belongs in the graph: an input's edge; None for a result, which is the node's own.
        self.source = None
        if source is not None:
            leaf = source if source._node is None and source._requires_grad else None
            self.source = (source._node, source._output_nr, leaf)

    def unpack(self, node: Node) -> Tensor:
        """Return the tensor in its place in the graph."""
        given = self.unpack_hook(self.packed)
        if not isinstance(given, Tensor):
            raise TypeError(
                "Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                f"{type(given).__name__}"
            )
        if self.source is None:
            result = wrap(given._array)
            result._node, result._requires_grad = node, True
            return result
        made_by, output, leaf = self.source
        result = wrap(given._array)
        if made_by is None:
            if leaf is not None:
                result._requires_grad = True
                result._accumulator = leaf._accumulator
            return result
        result._node, result._output_nr, result._requires_grad = made_by, output, True
        return result
