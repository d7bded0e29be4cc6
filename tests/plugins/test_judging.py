"""What is the same to the bit is right without asking a plugin, but for what sameness does not prove."""

from __future__ import annotations

import struct

import pytest
from msgspec.structs import replace

from gradlab.expect import Expectation
from gradlab.judging import Judge
from gradlab.manager import observers
from gradlab.replay import Script
from gradlab.trial import Replayed
from gradlab.wire import Array, Opaque, Payload, Raised, Scalar, Seq


def looks(torch, observe, rng):
    x = torch.tensor(rng.normal(), requires_grad=True)
    observe.value(x * 2.0)


def judged(lab, payload: Payload) -> bool:
    """Return whether an observation is right that is the same on both sides."""
    program = lab.record(looks)
    seen = tuple(
        replace(one, payload=payload) if one.kind == "value" else one
        for one in lab.replay(program, lab.right)
    )
    expectation = Expectation(lab.check(looks), Script(program), seen)
    return not Judge(lab.manager, observers(lab.manager)).findings(expectation, Replayed(seen))


def number(value: float) -> Array:
    return Array("float64", (), struct.pack("d", value), tensor=True)


@pytest.mark.parametrize(
    "payload", [number(0.5), number(float("inf")), Scalar(3), Seq((number(1.0), Scalar(None)))]
)
def test_what_is_the_same_is_right(lab, payload):
    assert judged(lab, payload)


@pytest.mark.parametrize(
    "payload",
    [
        number(float("nan")),
        Seq((number(float("nan")),)),
        Opaque("Tensor"),
        Raised("ValueError", (), "no", None, None),
    ],
)
def test_nan_and_what_is_no_data_are_not_proved_by_being_the_same(lab, payload):
    assert not judged(lab, payload)


def test_no_plugin_is_asked_where_everything_is_the_same(lab, monkeypatch):
    def asked(**arguments: object) -> list[list[object]]:
        raise AssertionError("a plugin was asked")

    monkeypatch.setattr(lab.manager.hook, "judge", asked)
    assert judged(lab, number(0.5))
    with pytest.raises(AssertionError, match="was asked"):
        judged(lab, number(float("nan")))
