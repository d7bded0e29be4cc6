"""Moves about memory: views and copies, and tensors that change in place."""

from __future__ import annotations

from typing import Any

from gradlab.fuzz.draft import Draft, Item
from gradlab.fuzz.moves import Move
from gradlab.fuzz.operations import NUMBERS, cut, leaf, turn

__all__ = ["MOVES", "look_at_memory", "may_change"]

DEEP = ((2, 3, 4), (2, 2, 3), (3, 2, 2), (2, 4, 2), (4, 6), (1, 2, 4))  # where views have something to join
IN_PLACE = ("sub_", "mul_", "add_", "zero_", "__isub__", "__imul__", "__iadd__")


# --- shapes ------------------------------------------------------------------------------------------------------
def _reshape(draft: Draft) -> None:
    if items := draft.fresh():
        _lay_out(draft, draft.pick(items))


def _lay_out(draft: Draft, item: Item) -> None:
    """Look at a tensor in another shape, or copy it where its layout is every engine's own business."""
    names = [name for name in ("view", "reshape") if draft.has(f"Tensor.{name}")]
    if not item.settled and "view" in names:
        names.remove("view")
    if not names:
        return
    shape = _near(draft, item.shape) if draft.chance(0.5) else _shape_for(draft, item.array.size)
    arguments: tuple[Any, ...] = (shape,) if not shape or draft.chance(0.2) else shape
    made = draft.make("method", draft.rng.choice(names), item, *arguments, saves=False)
    if made is not None:
        made.settled = item.settled
        if item.settled:
            draft.observe("aliasing", "shares", item, made)


def _rearrange(draft: Draft) -> None:
    """Cut and turn a tensor of several dimensions, and look at that in another shape."""
    item = leaf(draft, draft.rng.choice(DEEP))
    for _ in range(draft.rng.randint(1, 2)):
        if item is None or item.array.ndim < 2:
            return
        item = cut(draft, item) if draft.chance(0.6) else turn(draft, item)
    if item is not None:
        _lay_out(draft, item)


def _near(draft: Draft, shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return a shape with two neighbours joined, or a dimension cut in two."""
    lengths = list(shape)
    place = draft.rng.randrange(max(len(lengths) - 1, 1))
    if len(lengths) > 1 and draft.chance(0.6):
        lengths[place : place + 2] = [lengths[place] * lengths[place + 1]]
    elif lengths:
        length = lengths[place]
        first = draft.rng.choice([n for n in range(1, length + 1) if length % n == 0])
        lengths[place : place + 1] = [first, length // first]
    return tuple(lengths)


def _shape_for(draft: Draft, size: int) -> tuple[int, ...]:
    """Return a way to lay out so many elements, perhaps with -1 in it, and now and then one that does not fit."""
    rng = draft.rng
    lengths: list[int] = []
    rest = size
    while rest > 1 and len(lengths) < 3:
        length = rng.choice([n for n in range(2, rest + 1) if rest % n == 0])
        lengths.append(length)
        rest //= length
    lengths += [rest] * (rest > 1)
    if draft.chance(0.2) or not lengths:
        lengths.insert(rng.randint(0, len(lengths)), 1)
    rng.shuffle(lengths)
    if draft.chance(0.25):
        lengths[rng.randrange(len(lengths))] = -1
    if draft.chance(0.12):
        lengths[rng.randrange(len(lengths))] = rng.choice([-1, 3, 4, 5])
    if draft.chance(0.04):
        lengths.insert(0, -1)
    return tuple(lengths)


def _in_order(draft: Draft) -> None:
    if items := [item for item in draft.fresh() if item.settled]:
        item = draft.pick(items)
        was = item.array.flags.c_contiguous
        made = draft.make("method", "contiguous", item, saves=False)
        if made is not None:
            made.settled = True
            if was:
                draft.observe("same", "same", item, made)
            draft.observe("aliasing", "shares", item, made)


def look_at_memory(draft: Draft) -> None:
    """Ask how tensors lie in memory, and which share it."""
    for item in draft.items:
        if not item.settled or item.is_gradient:
            continue
        if draft.has("Tensor.is_contiguous"):
            draft.ask("method", "is_contiguous", item)
        if draft.has("Tensor.stride") and 1 not in item.shape:
            draft.ask("method", "stride", item)
    if not draft.sees("aliasing"):
        return
    known = [item for item in draft.items if not item.is_gradient and _is_view(item)]
    for _ in range(min(4, len(known) - 1)):
        left, right = draft.rng.sample(known, 2)
        draft.observe("aliasing", "shares", left, right)


def _is_view(item: Item) -> bool:
    """Whether it is certain whose memory a tensor has: it was not computed, or its layout is settled."""
    return item.is_leaf or item.settled


# --- in place ----------------------------------------------------------------------------------------------------
def may_change(draft: Draft, item: Item) -> bool:
    """Return whether writing to a tensor has a meaning that every right engine agrees on: a leaf, or a result that nobody
    looks at from elsewhere."""
    sharing = [other for other in draft.items if other.memory == item.memory]
    if not item.is_leaf:
        return len(sharing) == 1 and item in draft.fresh()
    return all(other.is_leaf or other.settled for other in sharing)


def _change(draft: Draft) -> None:
    """Change a tensor in place, where that is allowed, or a leaf, where it is not."""
    items = [item for item in draft.items if may_change(draft, item)]
    if not items:
        return
    item = draft.pick(items)
    if item.requires_grad and draft.recording and draft.has("no_grad") and draft.chance(0.7):
        with draft.block("with"):
            _write(draft, item)
    else:
        _write(draft, item)


def _write(draft: Draft, item: Item) -> None:
    name = draft.rng.choice([name for name in IN_PLACE if draft.has(f"Tensor.{name}")])
    operand: Any = draft.rng.choice(NUMBERS)
    if draft.chance(0.5) or not draft.asked.numbers:
        others = [i for i in draft.items if not i.requires_grad and i.shape == item.shape and i.is_leaf]
        operand = draft.rng.choice(others) if others else leaf(draft, item.shape[-1:], wanted=False)
        if operand is None:
            return
    if name == "zero_":
        went, _ = draft.do("method", name, item)
    elif name.startswith("__"):
        before = draft.make("op", name.strip("_"), item, operand)
        went = before is not None
        if before is not None:
            before.settled, before.is_gradient = item.settled, item.is_gradient
            draft.observe("same", "same", item, before)
            draft.items = [other for other in draft.items if other is not before]
    else:
        went, _ = draft.do("method", name, item, operand)
    if went:
        draft.is_spoiled |= not abs(item.array).max(initial=0.0) <= 100.0
        draft.changed(item.memory)
    for other in [other for other in draft.items if other.memory == item.memory][:3]:
        draft.observe("value", "value", other)
    draft.observe("flags", "flags", item)


def _hold_gradient(draft: Draft) -> None:
    """Give the gradient of a leaf a name. It lasts until the next backward: whether that writes into the same tensor
    is the engine's own business."""
    leaves = [i for i in draft.items if i.is_leaf and i.requires_grad and i.real.grad is not None]
    if leaves:
        item = draft.pick(leaves)
        made = draft.make("getattr", "grad", item)
        if made is not None:
            made.is_gradient = True
            draft.observe("value", "value", made)


def _forget_gradient(draft: Draft) -> None:
    leaves = [item for item in draft.items if item.is_leaf and item.requires_grad]
    if leaves and draft.chance(0.4):
        item = draft.pick(leaves)
        draft.do("setattr", "grad", item, None)
        draft.observe("gradient", "grad", item)


def _can_write(draft: Draft) -> bool:
    return any(draft.has(f"Tensor.{name}") for name in IN_PLACE)


def _can_reshape(draft: Draft) -> bool:
    return draft.has("Tensor.view") or draft.has("Tensor.reshape")


MOVES = (
    Move(4, _reshape, _can_reshape),
    Move(3, _reshape, lambda draft: draft.has("Tensor.view")),
    Move(5, _rearrange, lambda draft: draft.has("Tensor.view", "Tensor.__getitem__")),
    Move(3, _in_order, lambda draft: draft.has("Tensor.contiguous")),
    Move(6, _change, _can_write),
    Move(3, _hold_gradient, lambda draft: draft.has("Tensor.grad") and _can_write(draft)),
    Move(1, _forget_gradient, lambda draft: draft.has("Tensor.grad") and _can_write(draft)),
)
