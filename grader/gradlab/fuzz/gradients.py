"""Moves about gradients: backward in all its forms, what it releases, no_grad, detach."""

from __future__ import annotations

from typing import Any

import numpy as np

from gradlab.fuzz.draft import STEEPEST, Draft, Item
from gradlab.fuzz.hooks import looks, register
from gradlab.fuzz.moves import Move
from gradlab.fuzz.operations import constant, derived, leaf
from gradlab.worker.probes import ndarray_of

__all__ = ["MOVES", "look_at_gradients", "send_back"]

DEEPER_THAN_RECURSION = 1200
MORE_PATHS_THAN_ATOMS = 30


# --- backward ----------------------------------------------------------------------------------------------------
def send_back(draft: Draft, root: Item | None = None) -> None:
    """Call backward on something that requires a gradient, in a way that works."""
    roots = [item for item in draft.fresh() if item.requires_grad] if root is None else [root]
    if not roots or not draft.recording:
        return
    root = draft.pick(roots)
    arguments: list[Item] = []
    if root.array.size != 1 or (draft.has("Tensor.backward:gradient") and draft.chance(0.15)):
        gradient = _cotangent(draft, root)
        if gradient is None:
            return
        arguments.append(gradient)
    keep = draft.has("Tensor.backward:retain_graph") and draft.chance(0.25)
    _backward(draft, root, arguments, keep)
    if draft.chance(0.6):
        look_at_gradients(draft)


def _cotangent(draft: Draft, root: Item) -> Item | None:
    """Return a tensor of the shape of `root`: one that is there, or a new one, in order or transposed."""
    if not draft.has("Tensor.backward:gradient"):
        return None
    fitting = [i for i in draft.fresh() if i.shape == root.shape and not i.requires_grad]
    if fitting and draft.chance(0.3):
        return draft.rng.choice(fitting)
    if root.array.ndim == 2 and draft.has("Tensor.t") and draft.chance(0.2):
        other = constant(draft, root.shape[::-1])
        return None if other is None else derived(draft, "method", "t", other)
    return constant(draft, root.shape)


def _backward(draft: Draft, root: Item, arguments: list[Item], keep: bool) -> None:
    keywords = {"retain_graph": True} if keep else {}
    draft.items = [item for item in draft.items if not item.is_gradient]  # they may change now, or not
    went, _ = draft.do("method", "backward", root, *arguments, **keywords)
    if not went:
        draft.is_over = True
        return
    if not keep:
        draft.graph.lost |= root.nodes
    _look_after(draft)


def _look_after(draft: Draft) -> None:
    """Keep away from gradients that are too steep, and from tensors whose memory the reference has made a gradient's:
    that is the engine's own business."""
    found: list[np.ndarray[Any, Any]] = []
    for item in list(draft.items):
        array = ndarray_of(item.real.grad) if item.is_leaf and item.requires_grad else None
        if array is None:
            continue
        draft.is_spoiled |= not np.abs(array).max(initial=0.0) <= STEEPEST
        draft.is_spoiled |= any(np.may_share_memory(array, other) for other in found)
        found.append(array)
        shared = [other for other in draft.items if np.may_share_memory(array, other.array)]
        draft.graph.stale |= {other.memory for other in shared}
        draft.items = [other for other in draft.items if other not in shared]


def _send_back(draft: Draft) -> None:
    send_back(draft)


def _twice(draft: Draft) -> None:
    """Go back through what is gone. That has to be refused if anything was saved; nothing is said of what comes
    after, for how far it went is every engine's own business."""
    saves, lost = draft.graph.saves, draft.graph.lost
    gone = [
        item
        for item in draft.items
        if any(saves[node] for node in item.nodes & lost) and not item.touches & draft.graph.stale
    ]
    if gone and draft.recording:
        look_at_gradients(draft)
        root = draft.pick(gone)
        arguments = [constant(draft, root.shape)] if root.array.size != 1 else []
        if all(argument is not None for argument in arguments):
            _backward(draft, root, [a for a in arguments if a is not None], keep=False)
            draft.is_spoiled |= not draft.is_over  # the reference has saved less than we thought


def _badly(draft: Draft) -> None:
    """Call backward in a way that is refused from the start."""
    items = draft.fresh()
    if not items or not draft.recording:
        return
    item = draft.rng.choice(items)
    arguments: list[Item | None] = []
    if item.requires_grad:
        if item.array.size == 1 or (draft.has("Tensor.backward:gradient") and draft.chance(0.5)):
            shape = draft.rng.choice([(), (2,), (1, *item.shape), item.shape[::-1], item.shape[1:]])
            if shape == item.shape or not draft.has("Tensor.backward:gradient"):
                return
            arguments = [constant(draft, shape)]
    elif item.array.size != 1 and draft.has("Tensor.backward:gradient") and draft.chance(0.5):
        arguments = [constant(draft, item.shape)]
    if None not in arguments:
        draft.do("method", "backward", item, *arguments)


def look_at_gradients(draft: Draft, share: float = 1.0) -> None:
    """Observe the gradients of leaves, and now and then that of a result, which may warn."""
    for item in draft.items:
        if item.is_gradient or not draft.chance(share):
            continue
        if item.is_leaf:
            draft.observe("gradient", "grad", item)
        elif draft.chance(0.4):
            if draft.sees("warning"):
                with draft.block("warnings", "warning"):
                    draft.observe("gradient", "grad", item)
            else:
                draft.observe("gradient", "grad", item)


# --- special graphs ----------------------------------------------------------------------------------------------
def _deep_chain(draft: Draft) -> None:
    """Go deeper than Python's recursion does, rarely: it takes as long as many programs."""
    if not draft.chance(0.06) or not draft.recording:
        return
    start = item = leaf(draft, (), wanted=True)
    for _ in range(DEEPER_THAN_RECURSION):
        if item is None:
            return
        item = _following(draft, item, derived(draft, "op", "add", item, 0.0, saves=False), start)
    if item is not None:
        _backward(draft, item, [], keep=False)


def _doubling(draft: Draft) -> None:
    """Let two paths part and meet again so often that nobody can walk them one by one."""
    if not draft.chance(0.15) or not draft.recording:
        return
    start = item = leaf(draft, (), wanted=True)
    for _ in range(MORE_PATHS_THAN_ATOMS):
        if item is None:
            return
        total = derived(draft, "op", "add", item, item, saves=False)
        if total is None:
            return
        half = _following(draft, total, derived(draft, "op", "mul", total, 0.5), None)
        item = _following(draft, item, half, start)
    if item is not None:
        _backward(draft, item, [], keep=False)


def _following(draft: Draft, before: Item, made: Item | None, start: Item | None) -> Item | None:
    if before is not start:
        draft.drop(before)
    return made


def _released(draft: Draft) -> None:
    """Let go of a tensor that an operation saved, and look whether it is gone once backward has been there."""
    inputs = [item for item in draft.fresh() if item.requires_grad]
    if not inputs or not draft.recording:
        return
    functions = [name for name in ("exp", "tanh", "sigmoid") if draft.has(f"Tensor.{name}")]
    x = draft.pick(inputs)
    name = draft.rng.choice(functions) if functions else ""
    saved = (
        derived(draft, "method", name, x, saves=True)
        if name
        else derived(draft, "op", "mul", x, x, saves=True)
    )
    if saved is None or not saved.requires_grad:
        return
    if draft.has("Tensor.retain_grad") and draft.chance(0.7):
        draft.do("method", "retain_grad", saved)
    if draft.has("Tensor.register_hook") and draft.chance(0.3):
        register(draft, saved, looks)
    y = derived(draft, "op", draft.rng.choice(["mul", "add"]), saved, saved, saves=True)
    if y is None:
        return
    token, reference = draft.watch(saved)
    draft.drop(saved)
    gone_with_it = draft.chance(0.3)
    if gone_with_it:  # then nothing but a circle can keep it
        draft.drop(y)
    else:
        gradient = [] if y.array.size == 1 else [constant(draft, y.shape)]
        _backward(draft, y, [g for g in gradient if g is not None], keep=False)
    if reference() is None:
        draft.observe("freed", "alive", token)


# --- without recording -------------------------------------------------------------------------------------------
def _without_recording(draft: Draft) -> None:
    if not draft.recording or not draft.fresh():
        return
    with draft.block("with"):
        for _ in range(draft.rng.randint(1, 2)):
            item = draft.pick(draft.fresh())
            made = derived(draft, "op", draft.rng.choice(["add", "mul"]), item, item)
            if made is not None:
                draft.observe("flags", "flags", made)


def _detach(draft: Draft) -> None:
    items = [item for item in draft.items if not item.is_gradient]
    if items:
        item = draft.pick(items)
        made = draft.make("method", "detach", item)
        if made is not None:
            made.settled = item.settled


def _can_backward(draft: Draft) -> bool:
    return draft.has("Tensor.backward")


def _can_repeat(draft: Draft, *names: str) -> bool:
    return draft.asked.numbers and draft.has("Tensor.backward", *names)


def _can_release(draft: Draft) -> bool:
    return draft.sees("freed") and draft.has("Tensor.backward", "Tensor.__mul__", "Tensor.__add__")


MOVES = (
    Move(9, _send_back, _can_backward),
    Move(2, _twice, _can_backward),
    Move(2, _badly, _can_backward),
    Move(2, _released, _can_release),
    Move(0.6, _deep_chain, lambda draft: _can_repeat(draft, "Tensor.__add__")),
    Move(0.4, _doubling, lambda draft: _can_repeat(draft, "Tensor.__add__", "Tensor.__mul__")),
    Move(2, _without_recording, lambda draft: draft.has("no_grad", "Tensor.__add__", "Tensor.__mul__")),
    Move(2, _detach, lambda draft: draft.has("Tensor.detach")),
)
