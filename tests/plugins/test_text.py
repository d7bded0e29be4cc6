"""observe.text: what print shows."""

from __future__ import annotations

import pytest

from gradlab.model import Observation
from gradlab.wire import Opaque, Raised, Scalar

WRITES = "def numpy(self)", "def __str__(self):\n        return {}\n\n    def numpy(self)"


def printed(torch, observe, rng):
    observe.text(torch.tensor([1.0, 2.0]))


def judged(lab, want, got):
    end = Observation(0, 0, "end", "", Scalar("reached"))
    expected, actual = (Observation(1, 0, "text", "x", payload) for payload in (want, got))
    return lab.judge(lab.check(printed), (expected, end), (actual, end))


def test_texts_that_are_equal_pass(lab):
    assert judged(lab, Scalar("tensor(1.)"), Scalar("tensor(1.)")) == []


def test_another_text_is_shown_below_the_references(lab):
    (finding,) = judged(lab, Scalar("tensor([1., 2.])"), Scalar("[1. 2.]"))
    assert finding.message == "x prints as\n[1. 2.]\nand in the reference as\ntensor([1., 2.])"
    assert (finding.plugin, finding.expected, finding.actual) == ("text", "tensor([1., 2.])", "[1. 2.]")


def test_the_text_is_what_str_gives(lab):
    program = lab.record(printed)
    seen = lab.replay(program, lab.engine((WRITES[0], WRITES[1].format('"two numbers"'))))
    assert seen[0].payload == Scalar("two numbers")


def test_a_text_that_cannot_be_had_is_said(lab):
    program = lab.record(printed)
    seen = lab.replay(program, lab.engine((WRITES[0], WRITES[1].format("1 / 0"))))
    (finding,) = judged(lab, Scalar("tensor(1.)"), seen[0].payload)
    assert finding.message == "Reading the text of x raises ZeroDivisionError: division by zero"


@pytest.mark.parametrize("payload", [Scalar(None), Opaque("text"), Raised("ValueError", (), "")])
def test_only_what_is_proved_equal_passes(lab, payload):
    assert judged(lab, Scalar("tensor(1.)"), payload)
