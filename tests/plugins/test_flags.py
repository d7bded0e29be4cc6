"""observe.flags: what a tensor says about its history."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from gradlab.errors import CheckAuthoringError
from gradlab.model import Observation
from gradlab.record import Surface
from gradlab.wire import Flags, Raised, Scalar

RECORDED = "_enabled and any(parent.requires_grad for parent in parents)"


def recorded(torch, observe, rng):
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2.0
    with torch.no_grad():
        z = x * 2.0
    observe.flags(x)
    observe.flags(y)
    observe.flags(z)


def one_sided(lab, want, got, flags):
    check = msgspec.structs.replace(lab.check(recorded), flags=flags)
    end = Observation(0, 0, "end", "", Scalar("reached"))
    expected, actual = (Observation(1, 0, "flags", "y", payload) for payload in (want, got))
    return [found.message for found in lab.judge(check, (expected, end), (actual, end))]


def test_the_right_engine_differs_nowhere(lab):
    assert lab.findings(recorded) == []


def test_a_flag_that_differs_is_named_with_the_rule(lab):
    (finding,) = lab.findings(
        recorded, (RECORDED, RECORDED.replace("_enabled and ", "")), ("if wanted", "if _enabled")
    )
    assert finding.message == (
        "z.requires_grad is True, the reference has False. Nothing that it was made from requires a gradient, or "
        "nothing was recorded."
    )
    assert (finding.plugin, finding.expected, finding.actual) == ("flags", "False", "True")


def test_each_flag_that_differs_is_a_finding(lab):
    found = lab.findings(recorded, (RECORDED, "False"))
    assert [finding.message.partition(",")[0] for finding in found] == [
        "y.requires_grad is False",
        "y.is_leaf is True",
    ]


def test_a_flag_that_is_no_truth_value_is_missing(lab):
    found = lab.findings(recorded, ("return not self.parents", "return len(self.parents)"))
    assert found[0].message == "There is no x.is_leaf that is True or False."


@pytest.mark.parametrize(
    ("flags", "messages"),
    [
        (("requires_grad", "is_leaf"), []),
        (
            ("requires_grad", "is_leaf", "retains_grad"),
            [
                "y.retains_grad is False, the reference has True. retain_grad() was called on a tensor that is no leaf."
            ],
        ),
        (("grad_fn",), ["y.grad_fn is AddBackward0, the reference has MulBackward."]),
    ],
)
def test_retains_grad_and_grad_fn_count_only_where_the_surface_asks(lab, flags, messages):
    right = Flags(True, False, "MulBackward0", True)
    said = one_sided(lab, right, Flags(True, False, "AddBackward0", False), flags)
    assert said == [message.replace("AddBackward0,", "AddBackward,") for message in messages]


def test_the_digit_of_a_node_s_name_does_not_count(lab):
    flags = ("grad_fn",)
    assert (
        one_sided(
            lab, Flags(True, False, "MulBackward0", None), Flags(True, False, "MulBackward", None), flags
        )
        == []
    )
    assert one_sided(
        lab, Flags(True, False, "MulBackward0", None), Flags(True, False, None, None), flags
    ) == ["y.grad_fn is None, the reference has MulBackward."]


def test_what_is_no_set_of_flags_never_passes(lab):
    right = Flags(True, False, None, None)
    assert one_sided(lab, right, Raised("ValueError", ("ValueError",), "no"), ("is_leaf",))
    assert one_sided(lab, right, Scalar(True), ("is_leaf",))


def test_the_surface_says_which_flags_count():
    surface = Surface.from_table({"api": ["Tensor.retains_grad"], "observe": ["flags"], "grad_fn": "name"})
    assert surface.flags == ("requires_grad", "is_leaf", "retains_grad", "grad_fn")
    assert replace(surface, api=frozenset(), grad_fn="none").flags == ("requires_grad", "is_leaf")


def test_a_plain_value_has_no_flags(lab):
    def a_number(torch, observe, rng):
        observe.flags(3.0)

    with pytest.raises(CheckAuthoringError, match=r"observe\.flags\(3\.0\): a plain value of Python"):
        lab.record(a_number)
