"""What no observer asks for: the end, plain answers, hook calls, observations that one side alone made."""

from __future__ import annotations

import pytest

from gradlab.model import Observation
from gradlab.wire import Missing, Raised, Scalar, Seq


def simple(torch, observe, rng):
    x = torch.tensor(rng.normal(size=(2, 3)), requires_grad=True)
    (x * x).sum().backward()
    observe.gradient(x)


def with_hooks(torch, observe, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    y = x * 2.0
    seen = []

    def keep(g):
        seen.append(g)

    def double(g):
        return g * 2.0

    y.register_hook(keep)
    y.register_hook(double)
    y.backward(torch.tensor(rng.normal(size=3)))
    observe.value(seen)
    observe.gradient(x)


def reads(torch, observe, rng):
    x = torch.tensor(rng.normal(size=(2, 3)), requires_grad=True)
    n, m = x.shape
    y = x * 2.0 if len(x) == n else x
    if not y.is_leaf and y.requires_grad and m == 3:
        observe.value(y)


WALK_IS_A_STUB = ("return done[::-1]", 'raise NotImplementedError("Task 2.3: walk the graph")')


def messages(found):
    return [finding.message for finding in found]


@pytest.mark.parametrize("check", [simple, with_hooks, reads])
def test_the_right_engine_differs_nowhere(lab, check):
    assert lab.findings(check) == []


def test_a_stub_is_not_implemented_yet(lab):
    (finding,) = lab.findings(simple, WALK_IS_A_STUB)
    assert finding.message == "Not implemented yet (task 2.3)."
    assert finding.location is not None
    assert finding.location.file == "engine.py"
    assert finding.expected is None


def test_a_stub_without_a_number_is_not_implemented_yet(lab):
    assert messages(lab.findings(simple, ("return done[::-1]", "raise NotImplementedError"))) == [
        "Not implemented yet."
    ]


def test_a_missing_public_name(lab):
    assert messages(lab.findings(simple, ("def tensor(", "def tensr("))) == [
        "There is no torch.tensor in this engine."
    ]


def test_a_missing_method(lab):
    assert messages(lab.findings(simple, ("def sum(", "def total("))) == [
        "There is no Tensor.sum in this engine."
    ]


def test_a_missing_attribute(lab):
    assert messages(lab.findings(simple, ("self.grad = None", "pass"), ("node.grad = ", "g = ")))[
        0
    ].startswith("(x * x).sum().backward() raises AttributeError")


def test_a_missing_operator(lab):
    assert messages(lab.findings(simple, ("def __mul__(", "def mul("), ("__rmul__ = __mul__", ""))) == [
        "There is no Tensor.__mul__ in this engine."
    ]


def test_an_attribute_error_inside_the_submission_is_no_missing_name(lab):
    (finding,) = lab.findings(simple, ("for node in order(self):", "for node in self.nodes:"))
    assert finding.message == (
        "(x * x).sum().backward() raises AttributeError: 'Tensor' object has no attribute 'nodes', the reference "
        "raises nothing."
    )
    assert finding.location is not None
    assert finding.sid != 0  # the line that raises can be marked


def test_a_missing_name_swallowed_by_the_submission_still_ends_the_program(lab):
    def inside_a_hook(torch, observe, rng):
        x = torch.tensor(1.0, requires_grad=True)
        x.register_hook(lambda g: g.exp())
        x.backward()
        observe.gradient(x)

    found = lab.findings(
        inside_a_hook,
        ("def exp(", "def exponential("),
        (
            "answer = hook(Tensor(g))",
            "answer = None\n                try: answer = hook(Tensor(g))\n                except BaseException: pass",
        ),
    )
    assert messages(found) == ["There is no Tensor.exp in this engine."]


def test_plain_answers_on_the_way_are_compared(lab):
    assert messages(lab.findings(reads, ("return not self.parents", "return True"))) == [
        "y.is_leaf is True, the reference has False."
    ]


def test_a_shape_is_compared_item_by_item(lab):
    found = messages(lab.findings(reads, ("return self.data.shape\n", "return self.data.shape[::-1]\n")))
    assert found[0] == "n, m is 3, the reference has 2."


def test_an_unpacking_of_another_length_is_an_error_with_its_text(lab):
    (finding,) = lab.findings(reads, ("return self.data.shape\n", "return (2,)\n"))
    assert "1 values where 2 are unpacked" in finding.message


def test_a_hook_that_is_never_called(lab):
    found = messages(lab.findings(with_hooks, ("self.hooks.append(hook)", "pass")))
    assert "The function keep was never called, the reference calls it once." in found
    assert any(text.startswith("seen was never made") for text in found)


def test_hooks_in_another_order(lab):
    found = messages(lab.findings(with_hooks, ("for hook in node.hooks:", "for hook in node.hooks[::-1]:")))
    assert found[0] == (
        "The functions were called in the order double, keep; the reference calls them in the order keep, double."
    )


def test_a_hook_called_once_too_often(lab):
    found = messages(
        lab.findings(with_hooks, ("for hook in node.hooks:", "for hook in node.hooks + node.hooks[:1]:"))
    )
    assert "The function keep was called twice, the reference calls it once." in found


def test_after_a_crash_nothing_else_is_said(lab):
    def later(torch, observe, rng):
        x = torch.tensor(1.0, requires_grad=True)
        y = x.exp()
        observe.value(y)
        observe.value(y + 1.0)

    assert len(lab.findings(later, ("def exp(self):", "def exp(self):\n        raise ValueError('no')"))) == 1


END = Observation(0, 0, "end", "", Scalar("reached"))
SEEN = Observation(4, 0, "gradient", "x", Scalar(None))
CALLS = Observation(0, 0, "calls", "", Seq(()))


@pytest.mark.parametrize(
    ("actual", "text"),
    [
        ((CALLS, END), "x was never made."),
        ((SEEN, CALLS), "The submission did not say how the program ended."),
        ((), "The submission did not say how the program ended."),
        (
            (SEEN, SEEN.__class__(9, 0, "gradient", "y", Scalar(None)), CALLS, END),
            "y was made once too often.",
        ),
        (
            (SEEN, CALLS, Observation(0, 0, "end", "", Missing("torch.x"))),
            "There is no torch.x in this engine.",
        ),
        ((SEEN, CALLS, Observation(0, 0, "end", "", Scalar("done"))), "The program did not reach its end."),
        (
            (SEEN, CALLS, Observation(0, 0, "end", "", Raised("ValueError", (), ""))),
            "The program raises ValueError, the reference raises nothing.",
        ),
        ((SEEN, END), "The function (unknown) was called once, the reference never calls it."),
    ],
)
def test_what_is_left_out_or_added_fails(lab, actual, text):
    assert text in messages(lab.judge(lab.check(simple), (SEEN, CALLS, END), actual))
