"""Moves about optimizers: make one, clear gradients, take a step, with a closure or without."""

from __future__ import annotations

from gradlab.fuzz.draft import Draft, Item
from gradlab.fuzz.memory import may_change
from gradlab.fuzz.moves import Move
from gradlab.fuzz.operations import derived
from gradlab.program import Glob

__all__ = ["MOVES"]


def _new(draft: Draft) -> None:
    leaves = [item for item in draft.items if item.is_leaf and item.requires_grad and may_change(draft, item)]
    if not leaves:
        return
    chosen = draft.rng.sample(leaves, draft.rng.randint(1, min(3, len(leaves))))
    lr = draft.rng.choice([0.1, 0.5, 0.25])
    went, optimizer = draft.do("call", "", Glob("torch.optim.SGD"), chosen, keep=True, lr=lr)
    if went:
        draft.optimizers.append((optimizer, chosen))


def _clear(draft: Draft) -> None:
    if not draft.optimizers:
        _new(draft)
        return
    optimizer, parameters = draft.rng.choice(draft.optimizers)
    held = [item for item in draft.items if item.is_gradient]
    keywords = {}
    if draft.has("optim.SGD.zero_grad:set_to_none") and draft.chance(0.6):
        keywords["set_to_none"] = draft.chance(0.2)
    draft.do("method", "zero_grad", optimizer, **keywords)
    for item in held:
        draft.observe("value", "value", item)
        owner = next((p for p in parameters if p.real.grad is item.real), None)
        if owner is not None and draft.has("Tensor.grad"):
            again = draft.make("getattr", "grad", owner)
            if again is not None:
                draft.observe("same", "same", item, again)
                draft.items = [other for other in draft.items if other is not again]
    _look(draft, parameters)


def _step(draft: Draft) -> None:
    if not draft.optimizers:
        _new(draft)
        return
    optimizer, parameters = draft.rng.choice(draft.optimizers)
    if draft.has("optim.SGD.step:closure") and draft.chance(0.35):
        _step_with_closure(draft, optimizer, parameters)
    else:
        draft.do("method", "step", optimizer)
    _after_step(draft, parameters)


def _step_with_closure(draft: Draft, optimizer: Item, parameters: list[Item]) -> None:
    clears = draft.chance(0.6)
    used = draft.rng.choice(parameters)

    def closure() -> Item | None:
        if clears:
            draft.do("method", "zero_grad", optimizer)
        product = derived(draft, "op", "mul", used, used, saves=True)
        loss = None if product is None else derived(draft, "method", "sum", product, saves=False)
        if loss is not None:
            draft.observe("flags", "flags", loss)
            draft.do("method", "backward", loss)
        return loss

    draft.items = [item for item in draft.items if not item.is_gradient]
    function = draft.function("closure", [], closure)
    if draft.recording and draft.has("no_grad") and draft.chance(0.35):
        with draft.block("with"):
            went, loss = draft.do("method", "step", optimizer, function, keep=True)
            after = derived(draft, "op", "mul", used, 2.0)
            if after is not None:
                draft.observe("flags", "flags", after)
    else:
        went, loss = draft.do("method", "step", optimizer, function, keep=True)
    if went and loss.real is not None:
        draft.observe("value", "value", loss)


def _after_step(draft: Draft, parameters: list[Item]) -> None:
    for item in parameters:
        draft.changed(item.memory)
        draft.is_spoiled |= not abs(item.array).max(initial=0.0) <= 100.0
    _look(draft, parameters)


def _look(draft: Draft, parameters: list[Item]) -> None:
    for item in parameters:
        draft.observe("value", "value", item)
        draft.observe("gradient", "grad", item)
        draft.observe("flags", "flags", item)


def _is_there(draft: Draft) -> bool:
    return draft.has("optim.SGD:lr", "Tensor.backward")


MOVES = (
    Move(2, _new, _is_there),
    Move(4, _clear, _is_there),
    Move(5, _step, _is_there),
)
