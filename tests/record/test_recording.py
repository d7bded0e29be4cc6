"""A check, recorded: the same function and seed give the same program, and it holds what a person would write."""

from __future__ import annotations

import contextlib
import gc

import msgspec
import numpy as np
import pytest

from gradlab.errors import CheckAuthoringError
from gradlab.program import Arr, Fn, Glob, Program, Ref, pack_steps


def diamond(torch, observe, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    y = (x + 1.0) * (2.0 * x)
    y.backward(torch.tensor(rng.normal(size=3)))
    observe.gradient(x)


def with_everything(torch, observe, rng):
    a = rng.normal(size=(2, 2))
    x = torch.from_numpy(a)
    a[0, 1] = 7.0
    observe.value(x)
    p = torch.tensor(rng.normal(size=(2, 2)), requires_grad=True)
    seen = []

    def keep(g):
        seen.append(g)
        return g * 2.0

    y = p @ x
    y.register_hook(keep)
    with torch.no_grad():
        z = y * 2.0
    observe.value(z.requires_grad)
    try:
        y.backward()
    except RuntimeError:
        y.sum().backward()
    with observe.error():
        y.backward()
    n, _ = y.shape
    for row in [y[i] for i in range(n)]:
        observe.value(row)
    w = observe.watch(y)
    del y
    observe.freed(w)
    observe.value(seen)
    observe.gradient(p)


def frozen(program: Program) -> bytes:
    """Everything that a program holds."""
    return msgspec.msgpack.encode(
        [program.segments, program.blocks, [[a.dtype.name, a.shape, a.tobytes()] for a in program.arrays]]
    )


def steps(program: Program, *ops: str) -> list:
    return [step for step in program.steps() if step.op in ops]


@pytest.mark.parametrize("check", [diamond, with_everything])
def test_the_same_function_and_seed_give_the_same_program(lab, check):
    assert frozen(lab.record(check, seed=3)) == frozen(lab.record(check, seed=3))


@pytest.mark.parametrize("check", [diamond, with_everything])
def test_another_seed_or_instance_changes_the_arrays_only(lab, check):
    first, second, third = lab.record(check), lab.record(check, seed=1), lab.record(check, instance=1)
    assert len({frozen(first), frozen(second), frozen(third)}) == 3
    shape = [(step.op, step.name, step.out, step.sid, step.var, step.line) for step in first.steps()]
    for other in (second, third):
        assert shape == [
            (step.op, step.name, step.out, step.sid, step.var, step.line) for step in other.steps()
        ]


def test_a_seed_may_be_bytes(lab):
    assert frozen(lab.record(diamond, seed=b"\x00\x07")) == frozen(lab.record(diamond, seed=7))


@pytest.mark.parametrize("check", [diamond, with_everything])
def test_a_replay_on_the_same_engine_observes_the_same_twice(lab, check):
    program = lab.record(check)
    first = lab.replay(program, lab.right)
    assert first == lab.replay(program, lab.right)
    assert first[-1].payload.value == "reached"


def test_a_program_reads_as_the_check_was_written(lab):
    program = lab.record(diamond)
    assert [(s.op, s.name, s.var, s.label) for s in program.steps() if s.op != "drop"] == [
        ("call", "", "x", "torch.tensor(...)"),
        ("op", "add", "", "x + 1.0"),
        ("op", "mul", "", "2.0 * x"),
        ("op", "mul", "y", "(x + 1.0) * (2.0 * x)"),
        ("call", "", "", "torch.tensor(...)"),
        ("method", "backward", "", "y.backward(...)"),
        ("probe", "grad", "", "x"),
    ]
    first = program.segments[0][0]
    assert first.args == (Glob("torch.tensor"), Arr(0))
    assert first.kwargs == {"requires_grad": True}
    assert first.line == diamond.__code__.co_firstlineno + 1


def test_no_step_holds_an_expected_value(lab):
    program = lab.record(with_everything)
    packed = [step for segment in program.segments for step in pack_steps(segment)]
    assert all(s.var == s.label == s.observer == "" and s.line == 0 for s in packed)
    floats = [a for s in program.steps() for a in s.args if type(a) is float]
    assert set(floats) <= {2.0, 7.0}


def test_a_temporary_dies_where_python_drops_it(lab):
    program = lab.record(diamond)
    (segment,) = program.segments
    mul = next(i for i, s in enumerate(segment) if s.label == "(x + 1.0) * (2.0 * x)")
    assert [s.op for s in segment[mul + 1 : mul + 3]] == ["drop", "drop"]
    assert segment[-1].op == "probe"  # the program's end drops the rest


def test_del_and_rebinding_are_drops(lab):
    def deletes(torch, observe, rng):
        x = torch.tensor(1.0)
        y = x * 2.0
        del x
        y = y * 2.0
        observe.value(y)

    segment = lab.record(deletes).segments[0]
    assert [(s.op, s.var) for s in segment] == [
        ("call", "x"),
        ("op", "y"),
        ("drop", ""),
        ("op", "y"),
        ("drop", ""),
        ("probe", ""),
    ]


def test_every_result_has_a_slot_of_its_own(lab):
    def twice(torch, observe, rng):
        x = torch.tensor([1.0, 2.0])
        observe.value(x.numpy())
        observe.value(x.numpy())

    outs = [s.out for s in steps(lab.record(twice), "method")]
    assert len(set(outs)) == 2


def test_control_flow_follows_the_reference_and_what_it_read_is_compared(lab):
    def loops(torch, observe, rng):
        x = torch.tensor(rng.normal(size=(2, 3)))
        n, m = x.shape
        while float(x.sum()) < 50.0 and n == 2:
            x = x + 10.0
        if len(x) == n and not x.requires_grad:
            observe.value(x * m)

    program = lab.record(loops)
    labels = [s.label for s in program.steps() if s.read]
    assert labels[:2] == ["n, m", "n, m"]
    assert labels.count("float(x.sum())") == 2
    assert labels[-2:] == ["len(x)", "x.requires_grad"]
    assert next(s for s in program.steps() if s.op == "unpack").var == "n,m"


def test_a_segment_starts_where_an_input_enters_after_an_observation(lab):
    def reveals(torch, observe, rng):
        x = torch.tensor(rng.normal(size=2))
        y = torch.tensor(rng.normal(size=2))
        observe.value(x * y)
        z = x * 2.0
        u = torch.tensor(rng.normal(size=2))
        with torch.no_grad():
            observe.value(u * z)
            v = torch.tensor(rng.normal(size=2))
        observe.value(v)

    program = lab.record(reveals)
    assert [[s.var or s.op for s in segment if s.op != "drop"] for segment in program.segments] == [
        ["x", "y", "op", "probe", "z"],
        ["u", "call", "with", "probe"],
    ]


# --- arrays that the check keeps ---------------------------------------------------------------------------------
def test_what_a_check_writes_into_a_shared_array_is_a_step(lab):
    def writes(torch, observe, rng):
        a = np.zeros((2, 3))
        x = torch.from_numpy(a)
        a[1, 2] = 5.0
        observe.value(x)
        a += 1.0
        observe.value(x)
        observe.value(a)

    program = lab.record(writes)
    assert [(s.op, s.name, s.var) for s in program.steps() if s.op not in ("drop", "probe")] == [
        ("array", "", "a"),
        ("call", "", "x"),
        ("op", "setitem", ""),
        ("op", "setitem", ""),
    ]
    assert steps(program, "op")[0].args[1:] == ((1, 2), 5.0)
    assert steps(program, "op")[1].args[1:] == (Ellipsis, Arr(1))
    values = [np.frombuffer(o.payload.data) for o in lab.replay(program, lab.right) if o.kind == "value"]
    assert [v.tolist() for v in values] == [[0, 0, 0, 0, 0, 5], [1, 1, 1, 1, 1, 6], [1, 1, 1, 1, 1, 6]]


def test_what_the_engine_writes_into_a_shared_array_is_no_step(lab):
    def engine_writes(torch, observe, rng):
        a = np.zeros(2)
        x = torch.from_numpy(a)
        x.numpy()[0] = 3.0
        observe.value(a)

    sets = [s for s in steps(lab.record(engine_writes), "op") if s.name == "setitem"]
    assert len(sets) == 1  # the one that the check made through x


def test_an_array_used_once_stands_in_its_step_and_one_used_twice_has_a_slot(lab):
    def uses(torch, observe, rng):
        a, b = np.ones(2), np.ones(2)
        observe.value(torch.tensor(a) + torch.tensor(b) + torch.tensor(b))

    program = lab.record(uses)
    assert len(steps(program, "array")) == 1
    slot = Ref(steps(program, "array")[0].out)
    assert [s.args[1] for s in steps(program, "call")] == [Arr(0), slot, slot]


def test_an_array_used_twice_in_one_step_is_one_object(lab):
    def both(torch, observe, rng):
        a = np.ones(2)
        observe.value([torch.from_numpy(a), a])

    program = lab.record(both)
    (array,) = steps(program, "array")
    assert steps(program, "probe")[0].args[0][1] == Ref(array.out)


def test_an_array_times_a_tensor_is_the_tensors_operator(lab):
    def reflected(torch, observe, rng):
        x = torch.tensor([1.0, 2.0])
        observe.value(np.float64(3.0) * x)

    (step,) = steps(lab.record(reflected), "op")
    assert (step.name, step.args[0]) == ("mul", 3.0)


# --- callbacks, blocks, exceptions -------------------------------------------------------------------------------
def hooks(torch, observe, rng):
    x = torch.tensor(rng.normal(size=2), requires_grad=True)
    count = []

    def scale(g):
        count.append(float(g.sum()))
        return g * float(len(count))

    x.register_hook(scale)
    for _ in range(3):
        (x * x).sum().backward()
    observe.gradient(x)


def test_each_call_of_a_hook_is_a_trace_of_its_block(lab):
    program = lab.record(hooks)
    (block,) = program.blocks
    assert (block.name, block.params) == ("scale", ["g"])
    assert [[s.args[1] for s in trace.steps if s.name == "mul"] for trace in block.traces] == [
        [1.0],
        [2.0],
        [3.0],
    ]
    assert steps(program, "method")[0].args[1] == Fn(0)
    ops = [s.op for s in block.traces[0].steps]
    assert (
        ops.index("return") == len(ops) - 3
    )  # what the return needs is still there; then it and `g` are dropped


def test_one_function_handed_over_twice_is_one_block(lab):
    def twice(torch, observe, rng):
        x = torch.tensor(1.0, requires_grad=True)

        def same(g):
            return g * 2.0

        x.register_hook(same)
        x.register_hook(same)
        x.backward()
        observe.gradient(x)

    program = lab.record(twice)
    assert [len(block.traces) for block in program.blocks] == [2]


def test_a_with_block_nests_its_steps(lab):
    program = lab.record(with_everything)
    (block,) = steps(program, "with")
    assert [s.var for s in block.body] == ["z"]


def test_an_exception_caught_outside_a_with_marks_the_with(lab):
    def outside(torch, observe, rng):
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        try:
            with torch.no_grad():
                x.backward()
        except RuntimeError:
            pass
        observe.value((x * 2.0).requires_grad)

    program = lab.record(outside)
    assert [(s.op, s.name) for s in program.steps() if s.may_raise] == [("with", "")]
    # The submission's __exit__ sees the exception too: grad mode is back.
    assert lab.findings(outside) == []
    stuck = ("_enabled = self.before", "_enabled = error[0] is None")
    assert [f.message for f in lab.findings(outside, stuck)] == [
        "(x * 2.0).requires_grad is False, the reference has True."
    ]


def test_two_exceptions_caught_by_the_check_are_both_marked(lab):
    def both(torch, observe, rng):
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        for _ in range(2):
            with contextlib.suppress(RuntimeError):
                x.backward()
        observe.value(x)

    assert len([s for s in lab.record(both).steps() if s.may_raise]) == 2


def test_an_exception_inside_observe_error_marks_no_step_inside(lab):
    def inside(torch, observe, rng):
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        with observe.error():
            x.backward()

    program = lab.record(inside)
    assert not any(s.may_raise for s in program.steps())
    assert steps(program, "catch")[0].label == "x.backward()"


def test_recording_leaves_the_collector_as_it_was(lab):
    assert gc.isenabled()
    lab.record(diamond)
    assert gc.isenabled()
    with pytest.raises(CheckAuthoringError):
        lab.record(lambda torch, observe, rng: None)
    assert gc.isenabled()


def test_what_a_check_leaves_behind_in_the_reference_is_put_back(lab):
    engine = lab.engine(
        (
            "def tensor(",
            "def is_grad_enabled():\n    return _enabled\n\n\ndef set_grad_enabled(mode):\n    global _enabled\n"
            "    _enabled = mode\n\n\ndef tensor(",
        )
    )

    def forgets(torch, observe, rng):
        torch.no_grad().__enter__()
        torch.set_grad_enabled(False)
        observe.value(torch.tensor(1.0))

    def also_forgets(torch, observe, rng):
        torch.set_grad_enabled(False)
        observe.value(torch.tensor(1.0))

    from gradlab.record import record

    record(lab.check(also_forgets), engine, seed=0, observers=lab.observers, surface=None)
    assert engine.is_grad_enabled()


def test_a_recorded_tensor_lives_no_longer_than_the_checks_own(lab):
    """Recording itself keeps no proxy, or a leak of the check's engine could never be told from one of ours."""
    import weakref

    alive = []

    def watched(torch, observe, rng):
        x = torch.tensor(1.0, requires_grad=True)
        y = x * 2.0
        y.register_hook(lambda g: g)
        y.backward()
        observe.value(x)

    gc.collect()
    made = lab.right.Tensor.__init__

    def remember(self, *args, **kwargs):
        made(self, *args, **kwargs)
        alive.append(weakref.ref(self))

    lab.right.Tensor.__init__ = remember
    gc.disable()
    try:
        lab.record(watched)
        assert [ref for ref in alive if ref() is not None] == []
    finally:
        gc.enable()
        lab.right.Tensor.__init__ = made
