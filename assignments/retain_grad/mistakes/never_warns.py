"""Return None without a word.

Who reads the gradient of a result nearly always expects a number there. A warning costs nothing, and saves an hour of
looking for the mistake somewhere else.
"""

from __future__ import annotations

from engine import Tensor

must_fail = [
    "warns_of_reading_a_result",
    "warns_each_time",
    "every_result_of_a_network",
    "what_is_not_recorded_is_a_leaf",
    "the_last_result_too",
]


def grad_of_result(result: Tensor) -> Tensor | None:
    return result.kept
