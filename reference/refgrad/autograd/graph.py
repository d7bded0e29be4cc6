"""Nodes of the graph, and hooks on what they save."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable, Sequence
from threading import get_ident
from typing import Any, ClassVar, NamedTuple

from .. import grad_mode
from ..absent import nothing_else
from ..engine import pass_reaches
from ..graph import Node
from ..hooks import RemovableHandle
from ..recording import gradient_edge, hooks_on_saved, saved_hooks
from ..saved import Packed, pack
from ..tensor import Tensor

__all__ = [
    "GradientEdge",
    "Node",
    "allow_mutation_on_saved_tensors",
    "disable_saved_tensors_hooks",
    "get_gradient_edge",
    "increment_version",
    "register_multi_grad_hook",
    "save_on_cpu",
    "saved_tensors_hooks",
]


class saved_tensors_hooks:  # noqa: N801 - torch's name
    """Let what nodes save be packed by one function and unpacked by another."""

    def __init__(self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]) -> None:
        self.pack_hook = pack_hook
        self.unpack_hook = unpack_hook

    def pack(self, tensor: Tensor, is_result: bool) -> Packed:
        """Return a tensor in the form that a node keeps it in."""
        return Packed(pack(self.pack_hook, tensor), self.unpack_hook, tensor, is_result)

    def __enter__(self) -> None:
        if _refusal:
            raise RuntimeError(_refusal[0])
        saved_hooks.append((get_ident(), self))

    def __exit__(self, *_: Any) -> None:
        own = hooks_on_saved()
        if own:
            saved_hooks.remove(own[-1])


class save_on_cpu(saved_tensors_hooks):  # noqa: N801 - torch's name
    """Keep saved tensors in the main memory, where they are."""

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        getattr(
            self, device_type, None
        )  # refuses what is no name, as the look-up of the device's module does
        super().__init__(lambda tensor: tensor.clone(), lambda tensor: tensor)


class disable_saved_tensors_hooks:  # noqa: N801 - torch's name
    """Refuse `saved_tensors_hooks` inside, with a message of one's own."""

    def __init__(self, error_message: str) -> None:
        self.error_message = error_message

    def __enter__(self) -> None:
        if hooks_on_saved():
            raise RuntimeError(self.error_message)
        self.before = _refusal[:]
        _refusal[:] = [self.error_message]

    def __exit__(self, *_: Any) -> None:
        _refusal[:] = self.before


_refusal: list[str] = []


class allow_mutation_on_saved_tensors(saved_tensors_hooks):  # noqa: N801 - torch's name
    """Let saved tensors be changed in place: what is saved inside is a copy."""

    _running: ClassVar[list[Any]] = []

    def __init__(self) -> None:
        super().__init__(lambda tensor: tensor.detach().clone(), self._inside)

    def _inside(self, tensor: Tensor) -> Tensor:
        if self not in self._running:
            raise AssertionError(
                "Trying to backward outside of the 'allow_mutation_on_saved_tensors' contextin which the graph was "
                "originally recorded."
            )
        return tensor

    def __enter__(self) -> None:
        if self._running:
            raise RuntimeError("allow_mutation_on_saved_tensors contexts cannot be nested")
        super().__enter__()
        self._running.append(self)

    def __exit__(self, *error: Any) -> None:
        self._running.remove(self)
        super().__exit__(*error)


class GradientEdge(NamedTuple):
    """The node, and which of its outputs, that a gradient for a tensor goes to."""

    node: Node
    output_nr: int
    ownership_token: Node | None = None


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """Return the node, and which of its outputs, that a gradient for `tensor` goes to."""
    node, output = gradient_edge(tensor) if tensor.requires_grad else (None, 0)
    if node is None:
        raise RuntimeError(
            "It is not possible to get the gradient edge for a Tensor that does not require gradients"
        )
    return GradientEdge(node, output)


def increment_version(tensor: Any) -> None:
    """Count a change of a tensor's memory (or several tensors') that was made behind the engine's back."""
    if not isinstance(tensor, Iterable):
        raise RuntimeError("increment_version expect a Iterable[Tensor] as input")
    for each in (tensor,) if isinstance(tensor, Tensor) else tensor:
        if not isinstance(each, Tensor):
            raise RuntimeError("increment_version expects each element of the iterable to be a tensor")
        each._share_counter()[0] += 1


class _MultiHandle(RemovableHandle):
    """Takes several hooks away at once."""

    def __init__(self, handles: list[RemovableHandle]) -> None:
        super().__init__({})
        self.handles = handles

    def remove(self) -> None:
        """Take all of the hooks away."""
        for each in self.handles:
            each.remove()


def register_multi_grad_hook(
    tensors: Sequence[Tensor], fn: Callable[..., Any], *, mode: str = "all"
) -> RemovableHandle:
    """Call `fn` once in each backward pass: with a list of all gradients (None for what the pass does not reach) when
    the last is there, or with the first gradient (`mode="any"`)."""
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    if mode == "any":
        hook = _once_a_pass(fn)
        return _MultiHandle([each.register_hook(hook) for each in tensors if each.requires_grad])
    nodes = [_node_behind(each) for each in tensors]
    found: weakref.WeakKeyDictionary[Any, list[Any]] = weakref.WeakKeyDictionary()

    def keep(at: int) -> Callable[[Tensor], None]:
        def hook(grad: Tensor) -> None:
            state = found.setdefault(grad_mode.mode.backward_pass, [0, [None] * len(nodes)])
            state[0] += 1
            state[1][at] = grad
            if state[0] == sum(map(pass_reaches, nodes)):
                del found[grad_mode.mode.backward_pass]
                fn(state[1])

        return hook

    return _MultiHandle([each.register_hook(keep(at)) for at, each in enumerate(tensors)])


def _once_a_pass(fn: Callable[..., Any]) -> Callable[[Tensor], None]:
    seen: weakref.WeakSet[Any] = weakref.WeakSet()

    def hook(grad: Tensor) -> None:
        if grad_mode.mode.backward_pass not in seen:
            seen.add(grad_mode.mode.backward_pass)
            fn(grad)

    return hook


def _node_behind(tensor: Tensor) -> Node:
    """Return the node that a gradient for a tensor goes to."""
    node = gradient_edge(tensor)[0] if tensor.requires_grad else None
    if node is None:
        raise AssertionError("Expected gradient function to be set")
    return node


__getattr__ = nothing_else("torch.autograd.graph")
