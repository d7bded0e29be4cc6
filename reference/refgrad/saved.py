"""What nodes keep for the backward pass: taking it out again, with the checks that it is still what was saved."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .grad_mode import no_grad
from .graph import PACKED, PLAIN, Node
from .recording import anomaly, hooks_on_saved
from .tensor import Tensor, wrap

__all__ = ["Packed", "SavedList", "SavedTensor", "pack", "unpack_one"]


def unpack_one(node: Node, index: int, recording: bool) -> Any:
    """Return one saved value: a tensor in its place in the graph if `recording`, else what it holds."""
    assert node.saved is not None
    item, version = node.saved[index], node.versions[index]
    if version == PLAIN:
        return item
    if version == PACKED:
        item = item.unpack(node)
    else:
        check_version(node, item, version, is_result=node.keeps_result(index))
        if recording:
            item = _as_variable(node, index, item)
    return item if recording else item._array


def check_version(node: Node | None, item: Tensor, version: int, *, is_result: bool) -> None:
    """Refuse a saved tensor that was changed in place since."""
    counter = item._counter
    if counter is not None and counter[0] != version:
        raise RuntimeError(_modified(node if is_result else item.grad_fn, item, version))


class SavedList:
    """Tensors (or None) that a node keeps as one value, as torch keeps the indices of `x[i, j]`."""

    __slots__ = ("items", "versions")

    def __init__(self, tensors: Iterable[Tensor | None]) -> None:
        self.items: list[Any] = list(tensors)
        self.versions = [
            PLAIN if each is None else 0 if each._counter is None else each._counter[0] for each in self.items
        ]
        hooks = hooks_on_saved()
        for at, each in enumerate(self.items) if hooks else ():
            if each is not None:
                self.items[at], self.versions[at] = hooks[-1][1].pack(each, False), PACKED

    def unpacked(self) -> tuple[Tensor | None, ...]:
        """Return the tensors; refused where one is no longer what was saved."""
        found = []
        for item, version in zip(self.items, self.versions, strict=True):
            if version == PACKED:
                item = item.unpack(None)
            elif version != PLAIN:
                check_version(None, item, version, is_result=False)
            found.append(item)
        return tuple(found)

    @property
    def packed(self) -> bool:
        """Whether hooks packed any of the tensors."""
        return PACKED in self.versions


class SavedTensor:
    """A tensor that a node keeps, `grad_fn._raw_saved_self`: hooks of its own may pack and unpack it."""

    __module__ = "torch._C._autograd"

    def __init__(self, node: Node, index: int) -> None:
        self._node = node
        self._index = index

    def register_hooks(self, *hooks: Callable[[Any], Any]) -> None:
        """Pack the tensor now with the first of two hooks, and unpack it with the second whenever it is needed."""
        if len(hooks) != 2 or not all(map(callable, hooks)):
            given = ", ".join(map(repr, (self, *hooks)))
            raise TypeError(
                "register_hooks(): incompatible function arguments. The following argument types are supported:\n"
                "    1. (self: torch._C._autograd.SavedTensor, arg0: collections.abc.Callable, arg1: "
                f"collections.abc.Callable) -> None\n\nInvoked with: {given}"
            )
        pack_hook, unpack_hook = hooks
        node, index = self._node, self._index
        if node.saved is None:
            raise RuntimeError(RAW_FREED)
        if node.versions[index] == PACKED:
            raise RuntimeError(
                "Calling register_hooks on a saved tensor whose hooks have already been set. Hint: only one pair of "
                "hooks is allowed at a time."
            )
        item, is_result = node.saved[index], node.keeps_result(index)
        if not isinstance(item, Tensor):
            raise RuntimeError("Calling register_hooks on a saved tensor with value None is forbidden")
        check_version(node, item, node.versions[index], is_result=is_result)
        packed = Packed(pack(pack_hook, wrap(item._array)), unpack_hook, item, is_result)
        node.saved = (*node.saved[:index], packed, *node.saved[index + 1 :])
        node.versions = (*node.versions[:index], PACKED, *node.versions[index + 1 :])


RAW_FREED = (
    "Calling register_hooks on a saved tensor after it has been freed. Saved intermediate values of the graph are freed "
    "when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the graph "
    "a second time or if you need to access saved variables after calling backward."
)


def _as_variable(node: Node, index: int, item: Tensor) -> Tensor:
    """Give a saved result its place in the graph back; a saved input never lost it."""
    if not node.keeps_result(index):
        return item
    result = wrap(item._array)
    result._counter = item._counter
    if node.history is not None:  # the operation changed a view: its result is now that part of the base
        node.history.place(result)
    else:
        result._node, result._output_nr, result._requires_grad = node, item._output_nr, True
    return result


def _modified(made_by: Node | None, item: Tensor, version: int) -> str:
    from .ops.shape import type_in_messages

    source = ""
    if made_by is not None:
        from .views import AsStridedBackward0, short_name

        name = short_name(made_by if made_by.history is None else AsStridedBackward0())
        source = f", which is output {item._output_nr} of {name},"
    return (
        "one of the variables needed for gradient computation has been modified by an inplace operation: "
        f"[{type_in_messages(item)} {list(item.shape)}]{source} is at version {item._version}; expected version {version} "
        f"instead. Hint: {HINT_IN_ANOMALY_MODE if anomaly.enabled else HINT}"
    )


HINT = (
    "enable anomaly detection to find the operation that failed to compute its gradient, with "
    "torch.autograd.set_detect_anomaly(True, check_nan=False)."
)
HINT_IN_ANOMALY_MODE = (
    "the backtrace further above shows the operation that failed to compute its gradient. The variable in question was "
    "changed in there or anywhere later. Good luck!"
)


def pack(hook: Callable[[Tensor], Any], tensor: Tensor) -> Any:
    """Return what a hook makes of a tensor, which it must not change."""
    before = 0 if tensor._inference else tensor._version
    with no_grad():
        packed = hook(tensor)
    if not tensor._inference and tensor._version != before:
        raise RuntimeError(
            "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook cannot be "
            "modified by in-place operations as this can lead to unexpected side-effects. Please open an issue if you "
            "need to perform in-place operations on the input to a pack hook."
        )
    return packed


class Packed:
    """A saved tensor in the form that the user's pack hook gave it."""

    __slots__ = ("output", "packed", "source", "unpack_hook")

    def __init__(self, packed: Any, unpack_hook: Any, source: Tensor, is_result: bool) -> None:
        self.packed = packed
        self.unpack_hook = unpack_hook
        # Where the value belongs in the graph: an input's edge; None for a result, which is the node's own.
        self.source = None
        self.output = source._output_nr
        if not is_result:
            leaf = source if source._node is None and source._requires_grad else None
            self.source = (source._node, source._output_nr, leaf)

    def unpack(self, node: Node | None) -> Tensor:
        """Return the tensor in its place in the graph."""
        given = self.unpack_hook(self.packed)
        if not isinstance(given, Tensor):
            raise TypeError(
                "Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                f"{type(given).__name__}"
            )
        if self.source is None:
            result = wrap(given._array)
            result._node, result._output_nr, result._requires_grad = node, self.output, True
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
