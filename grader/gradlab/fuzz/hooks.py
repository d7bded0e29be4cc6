"""Moves about gradients on their way: hooks that look, answer and remove themselves, and retain_grad."""

from __future__ import annotations

from collections.abc import Callable

from gradlab.fuzz.draft import Draft, Item
from gradlab.fuzz.moves import Move

__all__ = ["MOVES", "looks", "register"]

Hook = Callable[[Item], Item | None]
Kind = Callable[[Draft, Item, list[Item]], Hook]


def register(draft: Draft, item: Item, kind: Kind) -> None:
    """Register a hook of a kind. A kind is told of the tensor, and of a list that will hold the handle."""
    held: list[Item] = []
    function = draft.function("hook", ["grad"], kind(draft, item, held))
    went, handle = draft.do("method", "register_hook", item, function, keep=True)
    if went:
        held.append(handle)
        draft.handles.append((item, handle))


# --- kinds -------------------------------------------------------------------------------------------------------
def looks(draft: Draft, item: Item, held: list[Item]) -> Hook:
    """A hook that observes the gradient."""

    def hook(grad: Item) -> None:
        draft.observe("value", "value", grad)

    return hook


def _answers(draft: Draft, item: Item, held: list[Item]) -> Hook:
    """A hook that puts something else in the gradient's place."""
    number, name = draft.rng.choice([2.0, -1.0, 0.5]), draft.rng.choice(["mul", "add"])

    def hook(grad: Item) -> Item | None:
        draft.observe("value", "value", grad)
        return draft.make("op", name, grad, number)

    return hook


def _removes(draft: Draft, item: Item, held: list[Item]) -> Hook:
    """A hook that removes itself while it runs."""

    def hook(grad: Item) -> None:
        draft.observe("value", "value", grad)
        draft.do("method", "remove", held[0])

    return hook if draft.has("RemovableHandle.remove") else looks(draft, item, held)


def _tells(draft: Draft, item: Item, held: list[Item]) -> Hook:
    """A hook whose turn among those of the same tensor is observed. That of other tensors' hooks is the engine's own
    business, as far as none of them was made from the other."""
    if draft.ordered not in (None, item):
        return looks(draft, item, held)
    draft.ordered = item
    label = f"hook {1 + sum(other is item for other, _ in draft.handles)}"

    def hook(grad: Item) -> None:
        draft.observe("order", "mark", label=label)

    return hook


KINDS: tuple[Kind, ...] = (looks, looks, _answers, _answers, _answers, _removes, _tells)


# --- moves -------------------------------------------------------------------------------------------------------
def _hook(draft: Draft) -> None:
    if not (items := draft.fresh()):
        return
    item = draft.pick(items)
    kind = draft.rng.choice(KINDS)
    register(draft, item, kind)
    if kind is _tells:
        for _ in range(draft.rng.randint(1, 2)):
            register(draft, item, _tells)
    elif draft.chance(0.35):
        register(draft, item, draft.rng.choice([looks, _answers]))


def _remove(draft: Draft) -> None:
    if draft.handles:
        _, handle = draft.rng.choice(draft.handles)
        draft.do("method", "remove", handle)


def _retain(draft: Draft) -> None:
    if items := draft.fresh():
        item = draft.pick(items)
        draft.do("method", "retain_grad", item)
        draft.observe("flags", "flags", item)


MOVES = (
    Move(6, _hook, lambda draft: draft.has("Tensor.register_hook", "Tensor.__mul__", "Tensor.__add__")),
    Move(2, _remove, lambda draft: draft.has("RemovableHandle.remove")),
    Move(4, _retain, lambda draft: draft.has("Tensor.retain_grad")),
)
