"""The interpreter of the worker: what it says of an engine, what it keeps, and that nothing stops it."""

from __future__ import annotations

import gc
import itertools
import types
import warnings
import weakref

import numpy as np
import pytest

from gradlab import wire
from gradlab.replay import Script
from gradlab.wire import Array, Ended, Flags, Opaque, Raised, Scalar, Seq
from gradlab.worker.probes import PROBES, describe, raised
from gradlab.worker.replay import Replayer


class Holder:
    def __init__(self, data, detached=None):
        self.data = data
        self.detached = detached

    def detach(self):
        return Holder(None, self.detached)

    def numpy(self):
        return self.detached


class Subclass(np.ndarray):
    pass


ONES = np.ones(2)
ARRAY = Array("float64", (2,), ONES.tobytes())


@pytest.mark.parametrize(
    ("value", "payload"),
    [
        (None, Scalar(None)),
        (True, Scalar(True)),
        (3, Scalar(3)),
        (2.5, Scalar(2.5)),
        ("text", Scalar("text")),
        (np.float64(2.5), Scalar(2.5)),
        (np.bool_(True), Scalar(True)),
        (1 << 70, Opaque("int beyond 64 bits")),
        ("\ud800", Scalar("?")),
        (ONES, Array("float64", (2,), ONES.tobytes(), tensor=False)),
        (Holder(ONES), ARRAY),
        (Holder(Holder(None), ONES), ARRAY),
        (Holder(ONES.astype(">f8")), ARRAY),
        (Holder(np.ones((2, 2))[:, 0]), ARRAY),
        (Holder(np.ones(2, np.float32)), Array("float32", (2,), np.ones(2, np.float32).tobytes())),
        (Holder([1.0]), Opaque("Holder whose .data is a list and no numpy array")),
        (Holder(ONES.view(Subclass)), Opaque("Holder whose .data is a Subclass and no numpy array")),
        (Holder(np.array(["a"])), Opaque("ndarray of dtype <U1")),
        (Holder(np.array([None])), Opaque("ndarray of dtype object")),
        (Holder(np.zeros(3 << 20)), Opaque("ndarray of 25165824 bytes")),
        (object(), Opaque("object")),
        ((1, [2.0]), Seq((Scalar(1), Seq((Scalar(2.0),))), "tuple")),
        ([[[[[]]]]], Seq((Seq((Seq((Seq((Opaque("list of 0 items"),)),)),)),))),
        (list(range(20_000)), Opaque("list of 20000 items")),
    ],
)
def test_a_value_is_described_as_data(value, payload):
    assert describe(value) == payload


def test_what_a_hostile_object_does_is_not_our_business():
    class Lying(type):
        __name__ = property(lambda cls: 1 / 0)

    class Hostile(metaclass=Lying):
        def __getattr__(self, name):
            raise SystemError(name)

    assert describe(Hostile()) == Opaque("?")


def test_flags_are_none_where_the_engine_has_no_such_attribute():
    assert PROBES["flags"](types.SimpleNamespace(requires_grad=True, is_leaf=1)) == Flags(
        True, None, None, None
    )
    node = types.SimpleNamespace(name=lambda: "MulBackward0")
    assert PROBES["flags"](types.SimpleNamespace(grad_fn=node)) == Flags(None, None, "MulBackward0", None)


def test_shared_memory_identity_and_text():
    base = np.zeros(4)

    def shares(left, right):
        array = PROBES["shares"](left, right)
        assert (array.dtype, array.tensor) == ("int64", False)
        return np.frombuffer(array.data, np.int64).reshape(array.shape).tolist()

    assert shares(Holder(base), base[1:]) == [1, 2, 3]
    assert shares(Holder(base.reshape(2, 2)), Holder(base.reshape(2, 2).T)) == [[0, 2], [1, 3]]
    assert shares(Holder(base[::2]), base[1::2]) == [-1, -1]
    assert shares(Holder(base[:0]), base[:2]) == [-1, -1]
    assert shares(Holder(base), np.broadcast_to(base[1:2], (3,))) == [1, 1, 1]
    assert PROBES["shares"](Holder(base), 3) == Opaque("something without a numpy array")
    assert PROBES["shares"](np.zeros(100_001), base) == Opaque("ndarray of more than 100000 elements")
    assert PROBES["same"](base, base) == Scalar(True)
    assert PROBES["text"](3) == Scalar("3")


def test_an_exception_becomes_data_with_the_innermost_place_of_the_student():
    source = "def fails():\n    helper()\n\ndef helper():\n    [].pop()\n"
    module: dict = {}
    exec(compile(source, "engine.py", "exec"), module)

    def own(file: str) -> str | None:
        return "engine.py" if file == "engine.py" else None

    with pytest.raises(IndexError) as caught:
        module["fails"]()
    assert raised(caught.value, own) == Raised(
        "IndexError",
        ("IndexError", "LookupError", "Exception", "BaseException", "object"),
        "pop from empty list",
        "engine.py",
        5,
    )


def test_an_exception_that_cannot_be_printed_is_still_data():
    class SilentError(ValueError):
        def __str__(self):
            raise KeyboardInterrupt

    said = raised(SilentError(), lambda file: None)
    assert (said.class_name, said.message, said.file) == ("SilentError", "", None)
    assert said.bases[0] == "ValueError"
    assert len(raised(ValueError("x" * 10_000), lambda file: None).message) == 2_000


# --- replaying ---------------------------------------------------------------------------------------------------
def run(lab, function, engine):
    program = lab.record(function)
    replayer = Replayer(engine, lambda file: file if file == "engine.py" else None)
    replies = []
    for request in Script(program).requests(itertools.count(1)):
        replies.append(replayer.run(wire.decode_request(wire.encode(request))))
    return replies, replayer


def doubles(torch, observe, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    x.register_hook(lambda g: g * 2.0)
    (x * x).sum().backward()
    observe.gradient(x)


def test_the_last_segment_says_that_the_program_ended(lab):
    replies, _ = run(lab, doubles, lab.right)
    assert replies[-1].ended == Ended()
    assert replies[-1].nonce == len(replies)
    assert replies[-1].calls == [0]


def test_nothing_of_a_program_is_left_at_its_end(lab):
    made = []
    engine = lab.engine(("self.grad = None", "self.grad = None\n        made.append(weakref(self))"))
    engine.made, engine.weakref = made, weakref.ref
    gc.collect()
    gc.disable()
    try:
        _, replayer = run(lab, doubles, engine)
        assert len(made) > 3
        assert [ref for ref in made if ref() is not None] == []
        assert replayer is not None
    finally:
        gc.enable()


def test_the_collector_and_the_warning_filters_are_as_before(lab):
    noisy = lab.engine(
        (
            "def sum(self):",
            "def sum(self):\n        import gc, warnings\n        warnings.warn('x')\n        self.collecting = gc.isenabled()",
        )
    )
    before = list(warnings.filters)
    assert gc.isenabled()
    replies, _ = run(lab, doubles, noisy)
    assert replies[-1].ended == Ended()
    assert gc.isenabled()
    assert list(warnings.filters) == before


def test_a_callback_called_after_the_program_does_nothing(lab):
    kept = []
    engine = lab.engine(("self.hooks.append(hook)", "kept.append(hook)"))
    engine.kept = kept
    run(lab, doubles, engine)
    assert kept[0](engine.Tensor(1.0)) is None


def test_programs_do_not_see_each_other(lab):
    program = lab.record(doubles)
    replayer = Replayer(lab.right, lambda file: None)

    def play() -> list[wire.Observed]:
        requests = Script(program).requests(itertools.count(1))
        return [replayer.run(wire.decode_request(wire.encode(request))) for request in requests]

    first = play()
    assert [r.seen for r in first] == [r.seen for r in play()]
    assert [r.calls for r in first] == [[0]]


@pytest.mark.parametrize(
    "raises",
    [
        "SystemExit(3)",
        "KeyboardInterrupt()",
        "GeneratorExit()",
        "MemoryError()",
        "RecursionError()",
        "BaseException()",
    ],
)
def test_whatever_is_raised_ends_the_program_as_data(lab, raises):
    engine = lab.engine(("def sum(self):", f"def sum(self):\n        raise {raises}"))
    replies, _ = run(lab, doubles, engine)
    ended = replies[-1].ended
    assert ended is not None
    assert ended.raised is not None
    assert ended.raised.class_name == raises.split("(")[0]
    assert (ended.raised.file, ended.sid > 0) == ("engine.py", True)


def test_running_out_of_stack_is_survived(lab):
    engine = lab.engine(("def sum(self):", "def sum(self):\n        return self.sum()"))
    replies, _ = run(lab, doubles, engine)
    assert replies[-1].ended.raised.class_name == "RecursionError"
    assert run(lab, doubles, lab.right)[0][-1].ended == Ended()


def test_the_hooks_arguments_are_not_kept(lab):
    def watches(torch, observe, rng):
        x = torch.tensor(1.0, requires_grad=True)
        tokens = []

        def hook(g):
            tokens.append(observe.watch(g))

        x.register_hook(hook)
        x.backward()
        observe.freed(tokens[0])

    replies, _ = run(lab, watches, lab.right)
    assert [seen.payload.alive for seen in replies[-1].seen] == [False]
