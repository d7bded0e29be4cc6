"""observe.same: one object or two."""

from __future__ import annotations

import pytest

from gradlab.model import Observation
from gradlab.wire import Raised, Scalar

DETACH = "return Tensor(self.data)"


def two(torch, observe, rng):
    x = torch.tensor([1.0])
    observe.same(x, x.detach())


def one(torch, observe, rng):
    x = torch.tensor([1.0], requires_grad=True)
    x.backward()
    first = x.grad
    observe.same(first, x.grad)


def test_the_right_engine_differs_nowhere(lab):
    assert lab.findings(two) == []
    assert lab.findings(one) == []


def test_one_object_in_place_of_two(lab):
    (finding,) = lab.findings(two, (DETACH, "return self"))
    assert finding.message == "x and x.detach() are one and the same object; in the reference they are two."
    assert (finding.plugin, finding.expected, finding.actual) == ("same", "two objects", "one object")


def test_two_objects_in_place_of_one(lab):
    (finding,) = lab.findings(
        one,
        ("self.grad = None", "self.kept = None"),
        ("node.grad = Tensor(g if node.grad is None else node.grad.data + g)", "node.kept = g"),
        (
            "@property\n    def shape",
            "@property\n    def grad(self):\n        return Tensor(self.kept)\n\n    @property\n    def shape",
        ),
    )
    assert finding.message == "first and x.grad are two objects; in the reference they are one and the same."


@pytest.mark.parametrize("payload", [Scalar(None), Scalar(1), Raised("ValueError", (), "")])
def test_only_what_is_proved_equal_passes(lab, payload):
    end = Observation(0, 0, "end", "", Scalar("reached"))
    expected = Observation(1, 0, "same", "x, y", Scalar(True))
    assert lab.judge(lab.check(one), (expected, end), (Observation(1, 0, "same", "x, y", payload), end))
