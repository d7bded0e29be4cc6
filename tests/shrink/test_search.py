"""The search itself, over programs that only an oracle made of plain Python looks at."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gradlab.program import Arr, Glob, Program, Ref, Step, refs
from gradlab.show.usage import flat, made
from gradlab.shrink import Bounds, Goal, cost, shrink
from gradlab.shrink.edits import live_steps

PATIENT = Bounds(seconds=60.0, evaluations=10_000)
ANYTHING = Goal(0)


class Asks:
    """An oracle of a function, which remembers what it was asked."""

    def __init__(self, function: Callable[[Program], bool], seconds: float = 0.0) -> None:
        self.function = function
        self.seconds = seconds
        self.asked: list[Program] = []

    def shows(self, program: Program) -> bool:
        self.asked.append(program)
        time.sleep(self.seconds)
        return self.function(program)


def steps(program: Program) -> list[Step]:
    return [step for segment in program.segments for step in flat(segment)]


def count(program: Program, name: str) -> int:
    return sum(step.name == name for step in steps(program))


def well_formed(program: Program) -> bool:
    """Whether every value is made before it is used, and not dropped before."""
    alive: set[int] = set()
    for step in steps(program):
        if step.op == "drop":
            alive -= {mark.slot for mark in step.args}
        elif not set(refs(step.args) + refs(step.kwargs)) <= alive:
            return False
        alive |= set(made(step))
    return True


def chain(length: int) -> Program:
    """`y = x`, then `y = y * x` many times, then `y.backward()`, and a look at x.grad."""
    made_here = [Step("call", (Glob("torch.tensor"), Arr(0)), {"requires_grad": True}, out=1, sid=1, var="x")]
    for number in range(2, length + 2):
        made_here.append(Step("op", (Ref(number - 1), Ref(1)), name="mul", out=number, sid=number, var="y"))
        if number > 2:
            made_here.append(Step("drop", (Ref(number - 1),)))
    sid = length + 2
    made_here += [
        Step("method", (Ref(length + 1),), name="backward", sid=sid),
        Step("probe", (Ref(1),), name="grad", sid=sid + 1),
    ]
    return Program([made_here], [np.array([[0.3, -1.7], [2.5, 0.1]])], [])


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Programs of tensors, operators, with-blocks, observations and drops, in several segments."""
    segments: list[list[Step]] = []
    arrays = []
    slots: list[int] = []
    number = 0
    for _ in range(draw(st.integers(1, 3))):
        arrays.append(np.array(draw(st.lists(st.floats(-9, 9), min_size=1, max_size=4))))
        number += 1
        segment = [Step("call", (Glob("torch.tensor"), Arr(len(arrays) - 1)), out=number, sid=number)]
        slots.append(number)
        for kind in draw(st.lists(st.sampled_from(["mul", "exp", "with", "look", "drop"]), max_size=8)):
            number += 1
            if not slots:
                break
            some = Ref(draw(st.sampled_from(slots)))
            if kind == "drop" and len(slots) > 1:
                slots.remove(some.slot)
                segment.append(Step("drop", (some,)))
            elif kind == "look":
                segment.append(Step("probe", (some,), name="grad", sid=number))
            elif kind == "with":
                inner = Step("method", (some,), name="exp", sid=number + 500)
                segment.append(Step("with", (Glob("torch.no_grad"),), sid=number, body=[inner]))
            else:
                given_ = (some, Ref(draw(st.sampled_from(slots)))) if kind == "mul" else (some,)
                op = "op" if kind == "mul" else "method"
                segment.append(Step(op, given_, name=kind, out=number, sid=number))
                slots.append(number)
        segments.append(segment)
    return Program(segments, arrays, [])


@settings(max_examples=100, deadline=None)
@given(programs(), st.data())
def test_the_result_is_never_larger_and_still_shows_it(program: Program, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted({step.name for step in steps(program)})))
    wanted = data.draw(st.integers(1, max(count(program, name), 1)))
    oracle = Asks(lambda candidate: count(candidate, name) >= wanted)
    found = shrink(program, oracle, ANYTHING, PATIENT)
    assert found.finished
    assert oracle.function(found.program)
    assert cost(found.program) <= cost(program)
    assert well_formed(found.program)


@settings(max_examples=50, deadline=None)
@given(programs())
def test_every_program_that_is_tried_uses_only_what_it_has_made(program: Program) -> None:
    oracle = Asks(lambda candidate: count(candidate, "exp") + count(candidate, "mul") > 1)
    shrink(program, oracle, ANYTHING, PATIENT)
    assert all(map(well_formed, oracle.asked))


@settings(max_examples=30, deadline=None)
@given(programs())
def test_the_same_program_gives_the_same_result(program: Program) -> None:
    results = []
    for _ in range(2):
        oracle = Asks(lambda candidate: count(candidate, "mul") > 0)
        results.append((repr(shrink(program, oracle, ANYTHING, PATIENT).program), len(oracle.asked)))
    assert results[0] == results[1]


def test_no_program_is_tried_twice_and_every_one_is_smaller_than_the_best_so_far() -> None:
    best = [cost(chain(20))]
    tried: list[str] = []

    def ask(program: Program) -> bool:
        tried.append(repr((program.segments, [array.tolist() for array in program.arrays])))
        smaller = cost(program) < best[-1]
        assert smaller or len(tried) == 1
        shows = count(program, "mul") >= 3
        if shows:
            best.append(cost(program))
        return shows

    shrink(chain(20), Asks(ask), ANYTHING, PATIENT)
    assert len(tried) == len(set(tried))


def test_a_chain_of_a_thousand_takes_few_evaluations() -> None:
    oracle = Asks(lambda program: count(program, "mul") >= 1 and count(program, "backward") == 1)
    found = shrink(chain(1000), oracle, Goal(1003), PATIENT)
    assert found.finished
    assert [step.name for step in steps(found.program) if step.op != "drop"] == [
        "",
        "mul",
        "backward",
        "grad",
    ]
    assert found.evaluations <= 40


def test_the_step_that_shows_the_difference_stays() -> None:
    found = shrink(chain(3), Asks(lambda program: True), Goal(6), PATIENT)
    assert [(step.name, step.sid) for step in steps(found.program) if step.op != "drop"] == [
        ("", 1),
        ("grad", 6),
    ]


def test_numbers_and_shapes_become_simple() -> None:
    found = shrink(chain(1), Asks(lambda program: count(program, "mul") == 1), Goal(4), PATIENT)
    assert found.program.arrays[0].shape == ()
    assert found.program.arrays[0] == 1.0


def test_a_number_that_matters_is_the_only_one_that_stays() -> None:
    program = Program([chain(1).segments[0]], [np.array([0.3, -1.7, 2.5, 0.1])], [])
    oracle = Asks(lambda candidate: candidate.arrays[0].ndim == 1 and (candidate.arrays[0] < 0).any())
    found = shrink(program, oracle, Goal(4), PATIENT)
    assert found.program.arrays[0].tolist() == [-1.0]


def test_it_stops_at_the_bound_of_evaluations_with_the_best_so_far() -> None:
    oracle = Asks(lambda program: count(program, "mul") >= 2)
    found = shrink(chain(30), oracle, ANYTHING, Bounds(seconds=60.0, evaluations=5))
    assert not found.finished
    assert found.evaluations == len(oracle.asked) == 5
    assert oracle.function(found.program)
    assert cost(found.program) <= cost(chain(30))


def test_it_stops_at_the_bound_of_seconds() -> None:
    started = time.monotonic()
    oracle = Asks(lambda program: count(program, "mul") >= 2, seconds=0.05)
    found = shrink(chain(30), oracle, ANYTHING, Bounds(seconds=0.2, evaluations=10_000))
    assert not found.finished
    assert len(oracle.asked) <= 5
    assert time.monotonic() - started < 5.0


def test_a_program_that_does_not_show_it_is_returned_as_it_is() -> None:
    program = chain(3)
    found = shrink(program, Asks(lambda candidate: False), ANYTHING, PATIENT)
    assert found.program is program
    assert (found.finished, found.evaluations) == (False, 1)


def test_backward_starts_from_a_sum_only_where_the_assignment_has_one() -> None:
    tensors = [Step("call", (Glob("torch.tensor"), Arr(n)), out=n + 1, sid=n + 1) for n in (0, 1)]
    backward = Step("method", (Ref(1), Ref(2)), name="backward", sid=3)
    probe = Step("probe", (Ref(1),), name="grad", sid=4)
    program = Program([[*tensors, backward, probe]], [np.array([1.0, 2.0]), np.array([3.0, 4.0])], [])

    def runs(candidate: Program) -> bool:
        """A gradient of the right shape is given, or none is needed; the leaf has two elements."""
        call = next((step for step in steps(candidate) if step.name == "backward"), None)
        shapes = [array.shape for array in candidate.arrays]
        given_ = call is not None and len(call.args) == 2 and shapes[0] == shapes[1]
        return shapes[0] == (2,) and (given_ or count(candidate, "sum") == 1)

    for names, sums in ((frozenset({"Tensor.sum"}), 1), (frozenset({"Tensor.exp"}), 0), (None, 1)):
        found = shrink(program, Asks(runs), Goal(4, names), PATIENT).program
        assert count(found, "sum") == sums
        assert len([step for step in steps(found) if step.op == "call"]) == 2 - sums


def test_arrays_and_the_numbers_that_divide_them_shrink_together() -> None:
    array = np.ones((2, 6))
    steps = [
        Step("call", (Glob("torch.tensor"), Arr(0)), out=1, sid=1),
        Step("method", (Ref(1), 3, 4), name="view", out=2, sid=2),
        Step("probe", (Ref(2),), name="value", sid=3),
    ]

    def fits(program: Program) -> bool:
        """A view of two dimensions fits its array."""
        view = next((step for step in live_steps(program) if step.name == "view"), None)
        return (
            view is not None
            and len(view.args) == 3
            and math.prod(view.args[1:]) == program.arrays[0].size > 1
        )

    found = shrink(Program([steps], [array], []), Asks(fits), Goal(3), PATIENT).program
    assert found.arrays[0].size == 2
    assert math.prod(found.segments[0][1].args[1:]) == 2
