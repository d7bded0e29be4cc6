"""The parent's side: what a worker is told, and that only what a replay can answer is believed."""

from __future__ import annotations

import itertools

import msgspec
import pytest

from gradlab import wire
from gradlab.model import Observation
from gradlab.replay import Script, unjudged
from gradlab.wire import Alive, Array, Ended, Flags, Missing, Observed, Opaque, Raised, Scalar, Seen, Seq
from gradlab.worker.replay import Replayer


def two_segments(torch, observe, rng):
    my_secret_name = torch.tensor(rng.normal(size=2), requires_grad=True)
    my_secret_name.register_hook(lambda g: g * 2.0)
    my_secret_name.sum().backward()
    observe.gradient(my_secret_name)
    other = torch.tensor(rng.normal(size=2))
    observe.value(other)


@pytest.fixture
def script(lab) -> Script:
    return Script(lab.record(two_segments))


@pytest.fixture
def replies(lab, script) -> list[Observed]:
    """Honest replies."""
    replayer = Replayer(lab.right, lambda file: None)
    asked = (wire.decode_request(wire.encode(r)) for r in script.requests(itertools.count(1)))
    return [wire.decode_reply(wire.encode(replayer.run(r))) for r in asked]


def test_there_is_one_request_a_segment_with_its_own_nonce(script):
    asked = list(script.requests(iter([7, 9])))
    assert [(r.nonce, r.start, r.last) for r in asked] == [(7, True, False), (9, False, True)]


def test_a_later_input_is_not_sent_before_the_earlier_observations(script):
    first, second = script.requests(itertools.count())
    assert (set(first.arrays), set(second.arrays)) == ({0}, {1})
    assert (set(first.blocks), set(second.blocks)) == ({0}, set())


def test_names_labels_and_lines_stay_with_the_parent(script):
    sent = b"".join(wire.encode(r) for r in script.requests(itertools.count()))
    assert b"my_secret_name" not in sent
    assert b"gradient" not in sent
    assert b"backward" in sent


def test_honest_replies_become_observations_with_kind_and_label(script, replies):
    seen = script.observations(replies)
    assert [(o.kind, o.label) for o in seen] == [
        ("gradient", "my_secret_name"),
        ("value", "other"),
        ("calls", "calls of callbacks"),
        ("end", ""),
    ]
    assert seen[-2].payload == Seq((Scalar("hook"),))
    assert seen[-1].payload == Scalar("reached")


def test_a_program_that_stopped_early_ends_with_the_reason(script, replies):
    stopped = replies[0]
    stopped.ended = Ended(missing="torch.zeros", sid=stopped.seen[0].sid)
    assert script.observations([stopped])[-1].payload == Missing("torch.zeros")
    stopped.ended = Ended(raised=Raised("ValueError", ("Exception",), "no"), sid=1)
    end = script.observations([stopped])[-1]
    assert end.payload == Raised("ValueError", ("Exception",), "no")
    assert end.label.startswith("torch.tensor(")


VALUE = Array("float64", (2,), bytes(16))


def _seen(reply: Observed, **fields) -> None:
    reply.seen[0] = msgspec.structs.replace(reply.seen[0], **fields)


@pytest.mark.parametrize(
    "change",
    [
        lambda a, b: _seen(a, sid=9999),
        lambda a, b: _seen(a, sid=1),  # a step that observes nothing
        lambda a, b: _seen(a, sid=b.seen[0].sid),  # a step of a later segment
        lambda a, b: _seen(a, nth=1),
        lambda a, b: _seen(a, nth=-1),
        lambda a, b: a.seen.append(a.seen[0]),
        lambda a, b: a.seen.append(Seen(a.seen[0].sid, 1, Scalar(None))),
        lambda a, b: a.calls.append(1),
        lambda a, b: a.calls.append(-1),
        lambda a, b: setattr(a, "ended", Ended()),  # reached the end in the first segment
        lambda a, b: setattr(b, "ended", None),
        lambda a, b: _seen(a, payload=Alive(True)),
        lambda a, b: _seen(a, payload=Array("object", (1,), bytes(8))),
        lambda a, b: _seen(a, payload=Array("float64", (3,), bytes(16))),
        lambda a, b: _seen(a, payload=Array("float64", (-1, -2), bytes(16))),
        lambda a, b: _seen(a, payload=Array("float64", (1 << 40, 1 << 40), bytes(16))),
        lambda a, b: _seen(a, payload=Array("float64", (1,) * 40, bytes(8))),
        lambda a, b: _seen(a, payload=Seq((VALUE,), "set")),
        lambda a, b: _seen(a, payload=Seq((Seq((Seq((Seq((Seq(()),)),)),)),))),
        lambda a, b: _seen(a, payload=Seq((Array("float64", (3,), b""),))),
        lambda a, b: _seen(a, payload=Scalar("x" * 20_000)),
        lambda a, b: _seen(a, payload=Raised("E", (), "x" * 20_000)),
        lambda a, b: _seen(a, payload=Raised("E", ("x" * 20_000,), "")),
        lambda a, b: _seen(a, payload=Raised("E", ("x",) * 100, "")),
        lambda a, b: _seen(a, payload=Flags(True, True, "x" * 20_000, True)),
        lambda a, b: _seen(a, payload=Opaque("x" * 20_000)),
        lambda a, b: setattr(b, "ended", Ended(missing="x" * 20_000)),
        lambda a, b: setattr(b, "ended", Ended(raised=Raised("E", (), "x" * 20_000))),
    ],
)
def test_what_no_replay_can_answer_is_not_believed(script, replies, change):
    change(*replies)
    with pytest.raises(ValueError, match=r"^(an?|the) "):
        script.observations(replies)


def test_missing_and_surplus_replies_are_not_believed(script, replies):
    for wrong in ([], replies[:1], [*replies, replies[1]]):
        with pytest.raises(ValueError, match="end"):
            script.observations(wrong)


def test_a_call_of_a_hook_more_often_than_recorded_is_an_observation(lab):
    def observes_in_a_hook(torch, observe, rng):
        x = torch.tensor(1.0, requires_grad=True)
        x.register_hook(lambda g: observe.value(g))
        x.backward()

    program = lab.record(observes_in_a_hook)
    wrong = lab.engine(("for hook in node.hooks:", "for hook in node.hooks * 2:"))
    seen = lab.replay(program, wrong)
    assert [(o.kind, o.nth) for o in seen] == [("value", 0), ("value", 1), ("calls", 0), ("end", 0)]


def test_a_kind_that_nobody_judges_is_named():
    seen = [
        Observation(1, 0, kind, "", Scalar(1))
        for kind in ("read", "gradient", "order", "calls", "end", "flags")
    ]
    assert unjudged(seen, {"gradient"}) == ("flags", "order")
    assert unjudged(seen, {"gradient", "order", "flags"}) == ()
