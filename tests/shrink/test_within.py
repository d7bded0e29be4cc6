"""Whether a program is made of another's steps."""

from __future__ import annotations

from gradlab.program import Glob, Program, Ref, Step
from gradlab.shrink import fingerprint, is_within


def program(*names: str, shift: int = 0) -> Program:
    """Return a chain of methods on one tensor; the last one is looked at."""
    steps = [Step("call", (Glob("torch.tensor"), 1.0), out=shift, sid=shift + 1)]
    for number, name in enumerate(names, shift):
        steps.append(Step("method", (Ref(number),), name=name, out=number + 1, sid=number + 2))
    last = shift + len(names)
    steps.append(Step("probe", (Ref(last),), name="value", sid=last + 2, observer="value"))
    return Program([steps], [], [])


def goal(one: Program) -> int:
    return one.segments[0][-1].sid


def within(small: Program, large: Program) -> bool:
    return is_within(small, goal(small), large, goal(large))


def test_steps_left_out_make_a_program_that_is_within() -> None:
    assert within(program("exp", shift=7), program("tanh", "exp", "log"))
    assert not within(program("exp", "tanh"), program("tanh", "exp", "log"))
    assert not within(program("exp"), program("tanh"))


def test_a_step_that_shrinking_may_add_does_not_matter() -> None:
    assert within(program("exp", "sum"), program("exp", "log"))


def test_the_goals_must_be_one_step() -> None:
    small, large = program("exp"), program("exp")
    assert not is_within(small, goal(small), large, 1)


def test_programs_that_do_the_same_have_one_fingerprint_whatever_their_numbers() -> None:
    one, other = program("exp", "log"), program("exp", "log", shift=40)
    assert fingerprint(one, goal(one)) == fingerprint(other, goal(other))
    assert fingerprint(one, goal(one)) != fingerprint(one, 1)
    assert fingerprint(one, 0) != fingerprint(program("log", "exp"), 0)
