"""observe.aliasing: who shares memory with whom, and element by element how."""

from __future__ import annotations

import pytest

from gradlab.model import Observation
from gradlab.wire import Opaque, Scalar

SHARES = "made.data = array"


def shared(torch, observe, rng):
    a = rng.normal(size=(2, 3))
    x = torch.from_numpy(a)
    observe.aliasing(a, x)


def copied(torch, observe, rng):
    x = torch.tensor([1.0, 2.0])
    observe.aliasing(x, x.detach())


def test_the_right_engine_differs_nowhere(lab):
    assert lab.findings(shared) == []
    assert lab.findings(copied) == []


def test_a_copy_in_place_of_the_same_memory(lab):
    (finding,) = lab.findings(shared, (SHARES, "made.data = array.copy()"))
    assert finding.message == (
        "a and x do not share memory; in the reference they do, and what is written to one is seen in the other."
    )
    assert (finding.plugin, finding.expected, finding.actual) == ("aliasing", "shared", "not shared")


def test_the_same_memory_in_place_of_a_copy(lab):
    (finding,) = lab.findings(copied, ("self.data = np.array(data)", "self.data = np.asarray(data)"))
    assert finding.message == (
        "x and x.detach() share memory, so that what is written to one is seen in the other; in the reference they do "
        "not."
    )


def test_memory_that_is_shared_in_another_order(lab):
    (finding,) = lab.findings(shared, (SHARES, "made.data = array[:, ::-1]"))
    assert finding.message == (
        "a and x share memory, but not as in the reference: x[0, 0] is element 2 of a, in the reference element 0 of a."
    )


def test_memory_that_is_shared_in_another_shape(lab):
    (finding,) = lab.findings(shared, (SHARES, "made.data = array.reshape(3, 2)"))
    assert finding.message == "x has shape (3, 2), the reference has shape (2, 3)."


def test_memory_of_which_a_part_is_shared(lab):
    with_a_copy = (
        'made.data = np.where(np.arange(3) < 9, array, 0.0) if "x" in "y" else array[:, :1].repeat(3, 1)'
    )
    (finding,) = lab.findings(shared, (SHARES, with_a_copy))
    assert finding.message.startswith("a and x do not share memory")
    (finding,) = lab.findings(shared, (SHARES, "made.data = np.broadcast_to(array[:, :1], (2, 3))"))
    assert finding.message.endswith("x[0, 1] is element 0 of a, in the reference element 1 of a.")


def test_memory_is_compared_though_nothing_can_be_written(lab):
    assert lab.findings(shared, (SHARES, "made.data = array; made.data.setflags(write=False)")) == []


@pytest.mark.parametrize("payload", [Opaque("something without a numpy array"), Scalar(True)])
def test_only_what_is_proved_equal_passes(lab, payload):
    check = lab.check(shared)
    expected = lab.replay(lab.record(shared), lab.right)
    actual = tuple(
        Observation(seen.sid, seen.nth, seen.kind, seen.label, payload) if seen.kind == "aliasing" else seen
        for seen in expected
    )
    assert lab.judge(check, expected, actual)
