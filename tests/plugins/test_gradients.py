"""observe.gradient and observe.value: every element, shape and dtype, in words."""

from __future__ import annotations

import numpy as np
import pytest

from gradlab.model import Observation
from gradlab.wire import Array, Opaque, Payload, Raised, Scalar, Seq, Unmade

ACCUMULATES = "grads[id(parent)] = grads[id(parent)] + part if id(parent) in grads else part"


def used_twice(torch, observe, rng):
    x = torch.tensor(1.0, requires_grad=True)
    y = x + x
    y.backward()
    observe.gradient(x)


def several(torch, observe, rng):
    x = torch.tensor(rng.normal(size=(3, 4)), requires_grad=True)
    (x * x).backward(torch.tensor(rng.normal(size=(3, 4))))
    observe.gradient(x)
    observe.value(x * 2.0)


def test_the_right_engine_differs_nowhere(lab):
    assert lab.findings(used_twice) == []
    assert lab.findings(several) == []


def test_a_lost_contribution_is_said_in_one_sentence(lab):
    (finding,) = lab.findings(used_twice, (ACCUMULATES, "grads[id(parent)] = part"))
    assert finding.message == "x.grad is 1.0, the reference has 2.0."
    assert (finding.plugin, finding.expected, finding.actual) == ("gradients", "2.0", "1.0")
    assert finding.help == "Read the rule again."
    assert finding.sid > 0


def test_a_missing_gradient_is_none(lab):
    (finding,) = lab.findings(used_twice, ("node.grad = Tensor(", "node.gradient = Tensor("))
    assert finding.message == "x.grad is None, the reference has 2.0."


def test_a_bare_array_is_not_a_tensor(lab):
    bare = "node.grad = np.array(g) if node.grad is None else Tensor("
    (finding,) = lab.findings(used_twice, ("node.grad = Tensor(g if node.grad is None else", bare))
    assert finding.message == "x.grad is a numpy array, the reference has a tensor."


def test_a_bare_number_is_not_a_tensor(lab):
    bare = "node.grad = float(g) if node.grad is None else Tensor("
    (finding,) = lab.findings(used_twice, ("node.grad = Tensor(g if node.grad is None else", bare))
    assert finding.message == "x.grad is the float 2.0, the reference has a tensor."


def test_a_tensor_without_an_array_says_what_it_has(lab):
    made = (
        "return Tensor(data, requires_grad)",
        "made = Tensor(data, requires_grad)\n    made.data = [1.0]\n    return made",
    )

    def leaf(torch, observe, rng):
        observe.value(torch.tensor(1.0))

    (finding,) = lab.findings(leaf, made, ("def detach(", "def detached("))
    assert finding.message == (
        "torch.tensor(1.0) is a Tensor whose .data is a list and no numpy array, the reference has 1.0."
    )


def test_many_elements_are_summarised_around_the_first_difference(lab):
    wrong = ("(g * b, g * a)", "(np.where(np.arange(g.size).reshape(g.shape) > 6, 0 * g, g * b), g * a)")
    finding = lab.findings(several, wrong)[0]
    assert finding.message.startswith(
        "x.grad differs from the reference in 5 of 12 elements; x.grad[1, 3] is "
    )
    assert finding.expected.endswith(" at [1, 3]")


def test_a_wrong_shape_is_a_shape(lab):
    def transposed(torch, observe, rng):
        observe.value(torch.tensor(rng.normal(size=(2, 3))) * 2.0)

    (finding,) = lab.findings(transposed, ("Tensor(result, wanted", "Tensor(np.array(result).T, wanted"))
    assert finding.message == "torch.tensor(...) * 2.0 has shape (3, 2), the reference has shape (2, 3)."


def test_a_wrong_dtype_is_a_dtype(lab):
    (finding,) = lab.findings(
        used_twice, ("self.data = np.array(data)", "self.data = np.array(data, dtype=np.float32)")
    )
    assert finding.message == "x.grad has dtype float32, the reference has float64."


def judged(lab, wanted: Payload, got: Payload, tolerance=None) -> str | None:
    """What is said of one pair, or None."""
    check = lab.check(used_twice, tolerance=tolerance or {})
    expected, actual = (Observation(1, 0, "gradient", "x", payload) for payload in (wanted, got))
    end = Observation(0, 0, "end", "", Scalar("reached"))
    found = lab.judge(check, (expected, end), (actual, end))
    return found[0].message if found else None


def tensor(values, dtype="float64") -> Array:
    array = np.array(values, dtype=dtype)
    return Array(array.dtype.name, array.shape, array.tobytes())


@pytest.mark.parametrize(
    ("wanted", "got", "same"),
    [
        (tensor(1.0), tensor(1.0 + 1e-12), True),
        (tensor(1.0), tensor(1.0 + 1e-8), False),
        (tensor([1e6, 1.0]), tensor([1e6, 1.0 + 1e-4]), True),
        (tensor([1e6, 1.0]), tensor([1e6, 1.01]), False),
        (tensor(1.0, "float32"), tensor(1.000001, "float32"), True),
        (tensor(1.0, "float32"), tensor(1.001, "float32"), False),
        (tensor(0.0), tensor(1e-17), True),
        (tensor(0.0), tensor(1e-6), False),
        (tensor(np.inf), tensor(np.inf), True),
        (tensor(np.inf), tensor(-np.inf), False),
        (tensor(np.inf), tensor(1.0), False),
        (tensor(1.0), tensor(np.inf), False),
        (tensor(1.0), tensor(np.nan), False),
        (tensor(np.nan), tensor(np.nan), False),
        (tensor([]), tensor([]), True),
        (tensor([]), tensor([[]]), False),
        (tensor(7, "int64"), tensor(8, "int64"), False),
        (tensor(True, "bool"), tensor(True, "bool"), True),
        (Scalar(1.0), Scalar(1.0 + 1e-15), True),
        (Scalar(1.0), Scalar(1), False),
        (Scalar(1), Scalar(True), False),
        (Scalar(float("nan")), Scalar(float("nan")), False),
        (Scalar(None), Scalar(None), True),
        (Scalar(None), tensor(1.0), False),
        (Seq((tensor(1.0),)), Seq((tensor(1.0),)), True),
        (Seq((tensor(1.0),)), Seq((tensor(2.0),)), False),
        (Seq((tensor(1.0),)), Seq(()), False),
        (Seq((), "tuple"), Seq((), "list"), False),
        (tensor(1.0), Opaque("Thing"), False),
        (Opaque("Thing"), Opaque("Thing"), False),
        (tensor(1.0), Unmade(), False),
        (tensor(1.0), Raised("ValueError", (), "no"), False),
        (Raised("ValueError", (), "no"), Raised("ValueError", (), "no"), False),
    ],
)
def test_only_what_is_proved_equal_passes(lab, wanted, got, same):
    assert (judged(lab, wanted, got) is None) == same


def test_the_assignments_tolerance_wins(lab):
    assert judged(lab, tensor(1.0), tensor(1.001), {"float64": 1e-2}) is None
    assert judged(lab, tensor(1.0), tensor(1.0 + 1e-12), {"float64": 1e-14}) is not None


def test_numbers_that_look_alike_are_written_in_full(lab):
    assert judged(lab, tensor(1.0), tensor(1.00000001)) == "x.grad is 1.00000001, the reference has 1.0."


def test_an_exception_while_reading_is_said_with_its_text(lab):
    assert judged(lab, tensor(1.0), Raised("ValueError", (), "no")) == "Reading x.grad raises ValueError: no"


def test_long_texts_are_cut(lab):
    assert len(judged(lab, tensor(1.0), Opaque("x" * 5000)) or "") < 500


def test_an_expression_is_put_in_parentheses_before_its_grad(lab):
    def of_a_sum(torch, observe, rng):
        x = torch.tensor(2.0, requires_grad=True)
        observe.gradient(x + x)

    (finding,) = lab.findings(of_a_sum, ("self.grad = None", "self.grad = 0.0"))
    assert finding.message == "(x + x).grad is 0.0, the reference has None."
