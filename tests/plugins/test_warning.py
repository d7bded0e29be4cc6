"""observe.warning: whether a block warns, of what, and in which words."""

from __future__ import annotations

import pytest

from gradlab.errors import CheckAuthoringError
from gradlab.model import Observation
from gradlab.record import record
from gradlab.show import show
from gradlab.wire import Raised, Scalar, Seq, Unmade

SUM = "def sum(self):", "def sum(self):\n        import warnings\n        {}"
WARN = 'warnings.warn("Sums are slow. Use mean.", UserWarning)'


def slow_sum(torch, observe, rng):
    x = torch.tensor([1.0, 2.0])
    with observe.warning():
        y = x.sum()
    observe.value(y)


def found(lab, statement, errors="class"):
    """Judge an engine whose sum does something against one whose sum warns."""
    right = lab.engine((SUM[0], SUM[1].format(WARN)))
    check = lab.check(slow_sum, errors)
    program = record(check, right, seed=0, observers=lab.observers, surface=None)
    wrong = lab.engine((SUM[0], SUM[1].format(statement)))
    return lab.judge(check, lab.replay(program, right), lab.replay(program, wrong))


def test_the_right_engine_differs_nowhere(lab):
    for errors in ("class", "quoted", "exact"):
        assert found(lab, WARN, errors) == []
    assert lab.findings(slow_sum) == []


def test_a_warning_that_is_not_given(lab):
    (finding,) = found(lab, "pass")
    assert finding.message == "y = x.sum() does not warn, the reference warns (UserWarning: Sums are slow)."
    assert (finding.plugin, finding.expected, finding.actual) == ("warning", "UserWarning", "no warning")


def test_a_warning_where_the_reference_gives_none(lab):
    (finding,) = lab.findings(slow_sum, (SUM[0], SUM[1].format(WARN)))
    assert finding.message == "y = x.sum() warns (UserWarning: Sums are slow), the reference does not warn."


def test_a_block_that_only_observes_is_called_by_what_it_looks_at(lab):
    def read(torch, observe, rng):
        y = torch.tensor([1.0], requires_grad=True) * 2.0
        with observe.warning():
            observe.gradient(y)

    reads = "def numpy(self)", "def __getattr__(self, name):\n        {}\n\n    def numpy(self)"
    warns = 'import warnings; warnings.warn("no leaf"); return None'
    (finding,) = lab.findings(read, ("self.grad = None", "pass"), (reads[0], reads[1].format(warns)))
    assert finding.message == "Reading y.grad warns (UserWarning: no leaf), the reference does not warn."


def test_warnings_are_counted_though_they_say_the_same(lab):
    (finding,) = found(lab, f"[{WARN} for _ in range(2)]")
    assert finding.message == (
        "y = x.sum() warns 2 times (UserWarning: Sums are slow), the reference warns (UserWarning: Sums are slow)."
    )


def test_another_category_is_named(lab):
    (finding,) = found(lab, WARN.replace("UserWarning", "DeprecationWarning"))
    assert (finding.expected, finding.actual) == ("UserWarning", "DeprecationWarning")


def test_a_derived_category_passes(lab):
    assert found(lab, WARN.replace("UserWarning", 'type("Slow", (UserWarning,), {})')) == []


@pytest.mark.parametrize(
    ("errors", "text", "passes"),
    [
        ("class", "something else", True),
        ("quoted", "Sums are slow", True),
        ("quoted", "something else", False),
        ("exact", "Sums are slow", False),
    ],
)
def test_messages_count_as_far_as_the_assignment_says(lab, errors, text, passes):
    assert (found(lab, f'warnings.warn("{text}", UserWarning)', errors) == []) == passes


def test_other_words_are_quoted_beside_the_references(lab):
    (finding,) = found(lab, 'warnings.warn("Slow!", UserWarning)', "quoted")
    assert finding.message == "y = x.sum() warns 'Slow!', the reference 'Sums are slow'."


def test_filters_of_the_submission_hide_nothing(lab):
    assert found(lab, f'warnings.simplefilter("always"); {WARN}') == []
    (finding,) = lab.findings(
        slow_sum,
        ("import numpy as np", 'import warnings\nimport numpy as np\nwarnings.simplefilter("ignore")'),
        (SUM[0], SUM[1].format(WARN)),
    )
    assert finding.plugin == "warning"


def test_an_exception_leaves_the_block_and_is_said_as_one(lab):
    messages = [finding.message for finding in found(lab, 'raise ValueError("no sums")')]
    assert any("ValueError: no sums" in message for message in messages)


def test_a_check_whose_block_raises_is_refused(lab):
    def raising(torch, observe, rng):
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        with observe.warning():
            x.backward()

    with pytest.raises(
        CheckAuthoringError, match=r"RuntimeError .* leaves the block of observe\.warning\(\)"
    ):
        lab.record(raising)


def test_the_printed_program_shows_the_warnings_and_runs(lab, capsys):
    import sys

    right = lab.engine((SUM[0], SUM[1].format(WARN)))
    program = record(lab.check(slow_sum), right, seed=0, observers=lab.observers, surface=None)
    sys.modules["engine"] = right
    try:
        exec(show(program), {})
    finally:
        del sys.modules["engine"]
    assert capsys.readouterr().out == "['Sums are slow. Use mean.']\n"


@pytest.mark.parametrize(
    "payload", [Scalar(None), Unmade(), Seq((Scalar("UserWarning"),)), Raised("E", (), "")]
)
def test_only_what_is_proved_equal_passes(lab, payload):
    end = Observation(0, 0, "end", "", Scalar("reached"))
    expected = Observation(
        1, 0, "warning", "x.sum()", Seq((Raised("UserWarning", ("UserWarning",), "slow"),))
    )
    actual = Observation(1, 0, "warning", "x.sum()", payload)
    assert lab.judge(lab.check(slow_sum), (expected, end), (actual, end))
