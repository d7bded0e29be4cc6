"""Random programs over the names that an assignment's surface declares, the same for the same seed."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from random import Random
from types import ModuleType
from typing import NamedTuple

from gradlab.fuzz import gradients, hooks, memory, operations, optimizers
from gradlab.fuzz.draft import Asked, Draft
from gradlab.fuzz.moves import Move
from gradlab.program import Program
from gradlab.record import Surface

__all__ = ["Generator", "Several"]

MOVES: tuple[Move, ...] = (
    *operations.MOVES,
    *gradients.MOVES,
    *hooks.MOVES,
    *memory.MOVES,
    *optimizers.MOVES,
)
FEWEST, MOST = 3, 12  # moves


class Several(NamedTuple):
    """Random programs one after the other in one program. `places` says for each its index, and the least and the
    greatest number of its steps. One whose numbers got too large has no place."""

    program: Program
    places: tuple[tuple[int, int, int], ...]

    def index_of(self, sid: int) -> int | None:
        """Return the index of the program that a step belongs to."""
        return next((index for index, low, high in self.places if low <= sid <= high), None)


class Generator:
    """Writes random programs. The program of an index is the same whatever stands before it."""

    def __init__(self, engine: ModuleType, surface: Surface, asked: Asked, seed: int) -> None:
        self._engine, self._surface, self._asked, self._seed = engine, surface, asked, seed
        probe = self._draft(0, None)
        self._moves = [move for move in MOVES if move.is_possible(probe)]
        self._weights = [move.weight for move in self._moves]

    def programs(self, indices: Sequence[int]) -> Several:
        """Return the programs of these indices as one."""
        drafts: list[Draft] = []
        places = []
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for index in indices:
                draft = self._draft(index, drafts[-1] if drafts else None)
                kept = len(draft.arrays), len(draft.blocks)
                self._write(draft)
                if draft.is_spoiled:
                    del draft.arrays[kept[0] :], draft.blocks[kept[1] :]
                    draft.steps = []
                else:
                    places.append((index, draft.start + 1, draft.end))
                drafts.append(draft)
        return Several(drafts[-1].program(drafts), tuple(places))

    def _draft(self, index: int, first: Draft | None) -> Draft:
        rng = Random(f"{self._seed}/{index}")
        return Draft(self._engine, self._surface, self._asked, rng, first)

    def _write(self, draft: Draft) -> None:
        if not self._moves:
            return
        operations.leaf(draft)
        for _ in range(draft.rng.randint(FEWEST, MOST)):
            [move] = draft.rng.choices(self._moves, self._weights)
            move.make(draft)
            if draft.is_over or draft.is_spoiled:
                return
        if draft.has("Tensor.backward") and draft.chance(0.8):
            gradients.send_back(draft)
        if not draft.is_over:
            _look_at_everything(draft)


def _look_at_everything(draft: Draft) -> None:
    gradients.look_at_gradients(draft)
    memory.look_at_memory(draft)
    for item in draft.items:
        if not item.is_gradient:
            draft.observe("value", "value", item)
            draft.observe("flags", "flags", item)
