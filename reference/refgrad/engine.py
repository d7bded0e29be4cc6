"""Backward: run the nodes behind some tensors, newest first, and pass gradients along their edges.

Gradients travel as bare arrays. With `create_graph` they travel as tensors and grad mode is on, so that the same
rules record a graph of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from heapq import heappop, heappush
from math import inf
from threading import get_ident
from typing import Any

from . import engine_hooks
from .accumulate import accumulate
from .both import cast, real, sum_to
from .grad_mode import mode
from .graph import AccumulateGrad, Meta, Node
from .recording import anomaly, hooks_on_saved, saved_hooks
from .reentrance import MOST_ON_ONE_STACK, on_new_stack
from .storage import laid_out
from .tensor import Tensor

__all__ = ["run"]

Root = tuple[Node, int, Any]


def run(
    roots: Sequence[Root],
    *,
    keep_graph: bool,
    create_graph: bool,
    captures: Sequence[tuple[Node, int]] = (),
    only: Iterable[Node] = (),
) -> list[Tensor | None]:
    """Run the graph behind `roots` (node, output, gradient tensor) and return the gradients of `captures`.

    With `captures` or `only`, just the nodes on the way to those run.
    """
    task = _Task(roots, keep_graph, create_graph, captures, only)
    before = mode.enabled, mode.backward_pass
    mode.enabled, mode.backward_pass = create_graph, task
    entered = hooks_on_saved() if saved_hooks else []
    outer = before[1]
    task.depth = 0 if outer is None else outer.depth + 1
    try:
        if task.depth % MOST_ON_ONE_STACK == MOST_ON_ONE_STACK - 1:
            on_new_stack(task.run)
        else:
            task.run()
        for callback in task.callbacks:  # which may add others
            callback()
    except (TypeError, ValueError) as error:
        from .array_errors import in_words_of_torch

        refusal = in_words_of_torch(error)
        if refusal is error:
            raise
        raise refusal from error
    finally:
        mode.enabled, mode.backward_pass = before
        if saved_hooks:  # what a hook entered or left does not outlast the pass
            saved_hooks[:] = [each for each in saved_hooks if each[0] != get_ident()] + entered
    return [task.captured.get(each) for each in captures]


def pass_reaches(node: Node) -> bool:
    """Return whether the running backward pass has come, or will come, to a node."""
    task: _Task = mode.backward_pass
    if type(node) is AccumulateGrad and node in task.watched:
        raise RuntimeError(
            "A leaf node was passed to _will_engine_execute_node but we are currently running autograd.grad(). This is "
            "currently not supported."
        )
    return node in task.waiting and (task.needed is None or node in task.needed or node in task.watched)


class _Task:
    """One backward pass.

    `waiting` counts, for each node, the gradients still to come; `grads` holds the sum of those that came (a list,
    for a node with several outputs); `shared` are the nodes whose very gradient object somebody else may hold too,
    so that a leaf has to copy it (a view of it counts as another object, as in torch). Ready nodes run by descending sequence number, leaves before all others.
    """

    depth = 0  # how many passes this one runs within
    careful = False  # whether all nodes take the careful way

    def __init__(
        self,
        roots: Sequence[Root],
        keep_graph: bool,
        create_graph: bool,
        captures: Sequence[tuple[Node, int]],
        only: Iterable[Node],
    ) -> None:
        self.keep_graph = keep_graph
        self.recording = create_graph
        self.callbacks: list[Callable[[], Any]] = []
        self.captured: dict[tuple[Node, int], Tensor | None] = {}
        self.watched: dict[Node, list[int]] = {}
        for node, output in captures:
            self.watched.setdefault(node, []).append(output)
        self.waiting = _count_edges(node for node, _, _ in roots)
        self.needed = _on_the_way(self.waiting, set(only), self.watched) if captures or only else None
        self.leaves: list[Node] = []
        self.ready: list[tuple[float, Node]] = []
        self.grads: dict[Node, Any] = {}
        self.shared: set[Node] = set()
        for at, (node, output, grad) in enumerate(roots):
            part = grad if create_graph else grad._array
            meta = node.metas[output]
            if part.shape != meta[0] or (grad._array.dtype is not meta[1]):
                part = self.fit(part, meta, None, at)
            self.receive(node, output, part)
        for node in self.grads:
            self.shared.add(node)
            if self.waiting[node]:
                continue
            if type(node) is AccumulateGrad:
                if self.needed is None or node in self.needed or node in self.watched:
                    self.leaves.append(node)
            else:
                heappush(self.ready, (-node.seq, node))

    def receive(self, node: Node, output: int, grad: Any) -> None:
        """Add a gradient to what has already come for one output of a node."""
        grads = self.grads
        if len(node.metas) > 1:
            parts = grads.get(node)
            if parts is None:
                parts = grads[node] = [None] * len(node.metas)
            parts[output] = grad if parts[output] is None else self.add(parts[output], grad)
        elif node in grads:
            grads[node] = self.add(grads[node], grad)
            self.shared.discard(node)
        else:
            grads[node] = grad

    def add(self, before: Any, grad: Any) -> Any:
        """Return the sum of two gradients; where they are laid out differently, as the first is."""
        total = before + grad
        if self.recording or total.ndim < 2 or before.flags.c_contiguous:
            return total
        return laid_out(total, (before, grad))

    def run(self) -> None:
        """Run every node that is ready until none is: leaves first, then the newest."""
        leaves, ready, grads, recording = self.leaves, self.ready, self.grads, self.recording
        careful, keep = self.careful or self.needed is not None, self.keep_graph
        while ready or leaves:
            if leaves:
                self.arrive(_pop_leaf(leaves))
                continue
            node = heappop(ready)[1]
            grad = grads.pop(node, None)
            if anomaly.enabled:
                with engine_hooks.explained(node):
                    self.run_carefully(node, grad)
                continue
            if grad is None or node.hooks is not None or careful:
                self.run_carefully(node, grad)
                continue
            edges = node.edges
            found = node.apply(grad, recording, edges)
            if not keep:
                node.release()
            self.send(node, edges, grad, found)

    def run_carefully(self, node: Node, grad: Any) -> None:
        """Run a node that has hooks or no gradient, in a pass to chosen inputs, or in anomaly mode."""
        watched, needed, edges = self.watched, self.needed, node.edges
        if node.hooks is not None or node in watched:
            grad = engine_hooks.before(node, grad, self)
        if needed is not None:
            if node not in needed:
                return
            edges = tuple([edge if edge in needed or edge in watched else None for edge in edges])
        if grad is None and not node.runs_without_gradient:
            found: Iterable[Any] = (None,) * len(edges)
        else:
            found = node.apply(grad, self.recording, edges)
        if node.hooks is not None or anomaly.enabled:
            found = engine_hooks.after(node, grad, found, self.recording)
        if not self.keep_graph:
            node.release()
        self.send(node, edges, grad, found)

    def arrive(self, leaf: Any) -> None:
        """Add what came for a leaf to its `.grad`."""
        grad, variable = self.grads.pop(leaf, None), leaf.variable
        if (
            leaf.hooks is not None
            or variable._leaf_hooks is not None
            or leaf in self.watched
            or anomaly.enabled
        ):
            engine_hooks.arrive(leaf, grad, self)
        elif grad is not None:
            accumulate(variable, grad, self.recording, leaf not in self.shared)

    def send(self, node: Node, edges: tuple[Node | None, ...], grad: Any, found: Iterable[Any]) -> None:
        """Hand what a node returned for its inputs to the nodes of those, and let run which have all."""
        waiting, slots, grads, recording = self.waiting, node.slots, self.grads, self.recording
        at = -1
        for part in found:
            at += 1
            target = edges[at]
            if target is None:
                continue
            if part is not None:
                output = 0 if slots is None else slots[at]
                metas = target.metas
                shape, dtype = metas[output]
                if recording or part.shape != shape or part.dtype is not dtype:
                    part = self.fit(part, metas[output], node, at)
                if part is grad and (len(edges) > 1 or node in self.shared):
                    self.shared.add(target)
                if target in grads or len(metas) > 1:
                    self.receive(target, output, part)
                else:
                    grads[target] = part
            count = waiting[target] - 1
            if count:
                waiting[target] = count
            elif type(target) is AccumulateGrad:
                self.leaves.append(target)
            else:
                heappush(self.ready, (-target.seq, target))

    def fit(self, grad: Any, meta: Meta, node: Node | None, index: int) -> Any:
        """Return the gradient in the shape and dtype of what it belongs to: this undoes broadcasting and casts.

        It came from `node`, or (None) was given.
        """
        shape, dtype = meta
        own = grad._array.dtype if self.recording else grad.dtype
        if own.kind == "c" and dtype is not None and dtype.kind != "c":
            grad = real(grad)
        if grad.shape != shape:
            if not _expands(shape, grad.shape):
                source = "" if node is None else f"Function {node.name()} returned an "
                raise RuntimeError(
                    f"{source}invalid gradient at index {index} - got {list(grad.shape)} but expected shape compatible "
                    f"with {list(shape)}"
                )
            grad = sum_to(grad, shape)
        if dtype is not None and (grad._array.dtype if self.recording else grad.dtype) != dtype:
            grad = cast(grad, dtype)
        return grad


def _count_edges(roots: Iterable[Node]) -> dict[Node, int]:
    """Count the edges that lead to each node behind the roots."""
    counts = dict.fromkeys(roots, 0)
    stack = list(counts)
    while stack:
        for target in stack.pop().edges:
            if target is None:
                continue
            count = counts.get(target)
            if count is None:
                counts[target] = 1
                stack.append(target)
            else:
                counts[target] = count + 1
    return counts


def _on_the_way(nodes: Iterable[Node], targets: set[Node], watched: Collection[Node]) -> set[Node]:
    """Return the targets and all nodes with a path to one of them or to a watched node.

    A node is older than those that lead to it, so that one pass by age finds them all. Only the history that a view
    gets when it is next used, after its base was changed, is newer than what uses it: then passes are repeated.
    """
    ordered = sorted(nodes, key=lambda each: each.seq)
    before, late = -1, True
    while late and len(targets) > before:
        before, late = len(targets), False
        for node in ordered:
            for edge in node.edges:
                if edge is None:
                    continue
                if edge in targets or edge in watched:
                    targets.add(node)
                    break
                late = late or node.seq < edge.seq < inf
    return targets


def _expands(shape: tuple[int, ...], to: tuple[int, ...]) -> bool:
    if len(shape) > len(to):
        return False
    return all(a in (1, b) for a, b in zip(reversed(shape), reversed(to), strict=False))


def _pop_leaf(leaves: list[Node]) -> Node:
    """Take the next leaf as torch's heap of equal priorities does: the first, then by the heap's sifting."""
    first = leaves[0]
    last = leaves.pop()
    if leaves:
        hole, size = 0, len(leaves)
        while (child := 2 * hole + 2) < size:
            leaves[hole] = leaves[child]
            hole = child
        if child == size:
            leaves[hole] = leaves[child - 1]
            hole = child - 1
        leaves[hole] = last
    return first
