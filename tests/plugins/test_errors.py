"""observe.error: class, words and place of an exception."""

from __future__ import annotations

import pytest

from gradlab.model import Location, Observation
from gradlab.wire import Payload, Raised, Scalar, Unmade
from gradlab_plugins.wording import quoted

NO_ERROR = Scalar("no error")
IMPLICIT = 'raise RuntimeError("grad can be implicitly created only for scalar outputs")'


def not_a_scalar(torch, observe, rng):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with observe.error():
        (x * x).backward()


def caught_by_the_check(torch, observe, rng):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    try:
        (x * x).backward()
    except RuntimeError:
        observe.gradient(x)


@pytest.mark.parametrize("check", [not_a_scalar, caught_by_the_check])
def test_the_right_engine_differs_nowhere(lab, check):
    for mode in ("class", "quoted", "exact"):
        assert lab.findings(check, errors=mode) == []


@pytest.mark.parametrize("check", [not_a_scalar, caught_by_the_check])
def test_an_exception_that_is_not_raised(lab, check):
    finding = next(f for f in lab.findings(check, (IMPLICIT, "pass")) if f.plugin == "errors")
    assert finding.message == (
        "(x * x).backward() raises nothing, the reference raises RuntimeError: grad can be implicitly created only "
        "for scalar outputs"
    )
    assert (finding.plugin, finding.expected, finding.actual) == ("errors", "RuntimeError", "no error")


def test_an_exception_where_the_reference_raises_none(lab):
    def fine(torch, observe, rng):
        x = torch.tensor([1.0], requires_grad=True)
        with observe.error():
            x.backward()

    finding = lab.findings(fine, ("self.data.size != 1", "True"))[0]
    assert finding.message == (
        "x.backward() raises RuntimeError: grad can be implicitly created only for scalar outputs, the reference "
        "raises nothing."
    )
    assert finding.location is not None
    assert finding.location.file == "engine.py"


def test_another_class_is_named_with_its_place(lab):
    (finding,) = lab.findings(not_a_scalar, (IMPLICIT, 'raise ValueError("no scalar")'))
    assert finding.message.startswith(
        "(x * x).backward() raises ValueError: no scalar, the reference raises RuntimeError"
    )
    assert isinstance(finding.location, Location)


def test_a_derived_class_passes(lab):
    assert (
        lab.findings(not_a_scalar, (IMPLICIT, 'raise type("ScalarError", (RuntimeError,), {})("no")')) == []
    )


@pytest.mark.parametrize(
    ("mode", "text", "passes"),
    [
        ("class", "something else", True),
        ("quoted", "grad can be implicitly created only for scalar outputs", True),
        (
            "quoted",
            "backward: grad can be implicitly   created only for scalar outputs, got 2 elements",
            True,
        ),
        ("quoted", "something else", False),
        ("exact", "grad can be implicitly created only for scalar outputs.", False),
    ],
)
def test_messages_count_as_far_as_the_assignment_says(lab, mode, text, passes):
    found = lab.findings(not_a_scalar, (IMPLICIT, f"raise RuntimeError({text!r})"), errors=mode)
    assert (found == []) == passes


def test_other_words_are_quoted_beside_the_references(lab):
    (finding,) = lab.findings(not_a_scalar, (IMPLICIT, 'raise RuntimeError("no")'), errors="quoted")
    assert finding.message == (
        "(x * x).backward() says 'no', the reference 'grad can be implicitly created only for scalar outputs'."
    )


def test_the_quoted_part_is_the_first_sentence():
    assert quoted("Trying to  backward a second time (again). Saved values are freed.") == (
        "Trying to backward a second time (again)"
    )
    assert quoted("no full stop") == "no full stop"


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        (Raised("LinAlgError", ("Exception",), ""), Raised("Other", ("Exception",), "")),
        (NO_ERROR, Scalar("reached")),
        (NO_ERROR, Unmade()),
        (Raised("RuntimeError", ("RuntimeError",), ""), Unmade()),
        (Raised("RuntimeError", ("RuntimeError",), ""), Scalar(None)),
        (Unmade(), Unmade()),
    ],
)
def test_only_what_is_proved_equal_passes(lab, wanted: Payload, got: Payload):
    expected, actual = (Observation(1, 0, "error", "x.backward()", payload) for payload in (wanted, got))
    end = Observation(0, 0, "end", "", Scalar("reached"))
    assert lab.judge(lab.check(not_a_scalar), (expected, end), (actual, end))


def test_a_stub_inside_an_error_block_is_not_an_observed_error(lab):
    (finding,) = lab.findings(
        not_a_scalar, (IMPLICIT, 'raise NotImplementedError("Task 2.1: where backward starts")')
    )
    assert finding.message == "Not implemented yet (task 2.1)."


@pytest.mark.parametrize(
    "raises", ["SystemExit(0)", "KeyboardInterrupt()", "MemoryError()", "BaseException('x')"]
)
def test_no_exception_of_the_submission_gets_past_the_worker(lab, raises):
    (finding,) = lab.findings(not_a_scalar, (IMPLICIT, f"raise {raises}"))
    assert raises.split("(")[0] in finding.message


def test_endless_recursion_is_not_the_runtime_error_that_is_asked_for(lab):
    # Through a function without defaults: Python 3.13.0 does not count calls that fill in defaults.
    endless = ("done, seen = [], set()", "return order(root)")
    (finding,) = lab.findings(not_a_scalar, (IMPLICIT, "return order(self)"), endless)
    assert "RecursionError" in finding.message


def test_long_messages_are_cut(lab):
    (finding,) = lab.findings(not_a_scalar, (IMPLICIT, 'raise ValueError("x" * 100_000)'))
    assert len(finding.message) < 800
