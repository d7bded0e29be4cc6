"""A program as Python: it reads as a person would write it, and running it gives what the replay gave."""

from __future__ import annotations

import itertools
import re
from types import ModuleType

import numpy as np
import pytest

import refgrad
from gradlab import wire
from gradlab.program import Program
from gradlab.record import record
from gradlab.replay import Script
from gradlab.show import show
from gradlab.worker.probes import ndarray_of
from gradlab.worker.replay import Replayer


def recorded(lab, function, engine: ModuleType = refgrad) -> Program:
    return record(lab.check(function), engine, seed=0, observers=lab.observers, surface=None)


def text_of(lab, function, **options) -> list[str]:
    """The lines below the imports, on the small engine."""
    text = show(lab.record(function), **options)
    return [line for line in text.splitlines() if line and not line.startswith("import")]


def paths(torch, observe, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    y = (x + 1.0) * (2.0 * x)
    y.backward(torch.tensor(rng.normal(size=3)))
    observe.gradient(x)
    observe.value(y - -(x**2) / (x - (1.0 - x)))


def rebinding(torch, observe, rng):
    x = torch.tensor(rng.normal(size=(2, 3)), requires_grad=True)
    y = x
    for factor in range(1, 4):
        y = y * float(factor)
        z = y + y
    observe.value(y)
    observe.value(z)
    y, z = z, y
    (y * z).sum().backward()
    observe.gradient(x)


def in_place(torch, observe, rng):
    x = torch.tensor(rng.normal(size=3))
    y = x
    x += 1.0
    x *= y
    observe.value(x)
    observe.value(y)
    x[1:] += 5.0
    x[0] = -1.0
    observe.value(y)


def hooks(torch, observe, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    seen, count = [], []

    def keep(g):
        seen.append(g)

    def scale(g):
        count.append(1)
        return g * float(len(count))

    x.register_hook(keep)
    x.register_hook(scale)
    x.register_hook(lambda g: seen.append(g + 1.0))
    for _ in range(3):
        (x * x).sum().backward()
    observe.gradient(x)
    observe.value(seen)


def blocks(torch, observe, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    with torch.no_grad():
        y = x * 2.0
        observe.value(y)
    try:
        with torch.no_grad():
            x.backward()
    except RuntimeError:
        z = x * 3.0
    with observe.error():
        z.backward()
    observe.value(z)


def arrays(torch, observe, rng):
    a = rng.normal(size=(2, 2))
    x = torch.from_numpy(a)
    a[0, 1] = 5.0
    observe.value(x)
    a *= 2.0
    observe.value(a)
    observe.value(torch.tensor(np.array([1, 2])) * 2)
    observe.value(torch.tensor(np.array([1.5, 2.0], np.float32)))
    observe.value(torch.tensor(np.zeros((0, 3))))
    observe.value(torch.tensor([float("inf"), 1.0]))


def shapes(torch, observe, rng):
    x = torch.tensor(rng.normal(size=(2, 3)))
    n, m = x.shape
    first, second = x
    if x.shape == (2, 3):
        observe.value(first * float(n) + second * float(m))
    total = sum(row.sum() for row in x)
    observe.value(total)
    observe.value(x[:, 0])
    observe.value(x[1:, ::2])


def inner_function(torch, observe, rng):
    def branch(t):
        inner = t.exp()
        return inner * t

    x = torch.tensor(rng.normal(size=()), requires_grad=True)
    w = observe.watch(branch(x))
    observe.freed(w)
    y = branch(x)
    w = observe.watch(y)
    loss = (y * y).sum()
    del y
    observe.freed(w)
    loss.backward()
    observe.freed(w)
    observe.gradient(x)


CHECKS = [paths, rebinding, in_place, hooks, blocks, arrays, shapes, inner_function]


def replayed(program: Program) -> dict[int, wire.Payload]:
    script, replayer = Script(program), Replayer(refgrad, lambda file: None)
    replies = [replayer.run(wire.decode_request(wire.encode(r))) for r in script.requests(itertools.count(1))]
    assert script.observations(replies)[-1].payload == wire.Scalar("reached")
    return {o.sid: o.payload for o in script.observations(replies)}


def executed(text: str) -> dict[int, object]:
    """Run a shown program; collect what stands on its marked lines."""
    found: dict[int, object] = {}
    marked = re.sub(r"^( *)(.+)    # sid (\d+)$", r"\1_found[\3] = plain(\2)", text, flags=re.M)
    assert marked != text
    exec(compile(marked, "shown.py", "exec"), {"_found": found, "plain": plain, "print": printed})
    return found


def printed(*values: object) -> object:
    """What a line prints, as its value."""
    return values[0] if len(values) == 1 else values


def plain(value: object) -> object:
    """What a marked expression is, at the moment it is evaluated."""
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    array = value if isinstance(value, np.ndarray) else ndarray_of(value)
    return value if array is None else array.copy()


def same(payload: wire.Payload, value: object) -> bool:
    match payload:
        case wire.Array():
            array = np.asarray(value)
            return (payload.dtype, payload.shape, payload.data) == (
                array.dtype.name,
                array.shape,
                array.tobytes(),
            )
        case wire.Seq():
            return len(payload.items) == len(value) and all(map(same, payload.items, value))
        case wire.Alive():
            return payload.alive is value
        case wire.Scalar():
            return bool(payload.value == value)
    return False


@pytest.mark.parametrize("check", CHECKS)
def test_running_the_shown_program_gives_what_the_replay_gave(lab, check):
    program = recorded(lab, check)
    probes = [step.sid for step in program.steps() if step.op == "probe"]
    text = show(
        program, engine_name="refgrad", marks={s: f"sid {s}" for s in probes}, default_dtype="float32"
    )
    found, wanted = executed(text), replayed(program)
    assert sorted(found) == sorted(probes)
    assert [sid for sid in probes if not same(wanted[sid], found[sid])] == []


def test_it_reads_as_a_person_would_write_it(lab):
    def simple(torch, observe, rng):
        x = torch.tensor(np.array(1.0), requires_grad=True)
        y = x + x
        y.backward()
        observe.gradient(x)

    program = lab.record(simple)
    sid = next(step.sid for step in program.steps() if step.op == "probe")
    assert show(program, marks={sid: "reference 2.0, yours 1.0"}) == (
        "import engine as torch\n"
        "\n"
        "x = torch.tensor(1.0, requires_grad=True)\n"
        "y = x + x\n"
        "y.backward()\n"
        "x.grad    # reference 2.0, yours 1.0\n"
    )


def test_parentheses_stand_only_where_they_are_needed(lab):
    def signs(torch, observe, rng):
        x = torch.tensor(2.0)
        observe.value(2.0 * x + x * x * (x + 1.0) + (x + (x + x)) * -1.5)

    assert text_of(lab, signs)[1:] == ["2.0 * x + x * x * (x + 1.0) + (x + (x + x)) * -1.5"]


def test_with_and_try_are_blocks(lab):
    def guarded(torch, observe, rng):
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        with torch.no_grad():
            y = x * 2.0
        with observe.error():
            y.backward()

    program = lab.record(guarded)
    sid = next(step.sid for step in program.steps() if step.op == "catch")
    assert show(program, marks={sid: "reference RuntimeError, yours no error"}).splitlines()[2:] == [
        "x = torch.tensor([1.0, 2.0], requires_grad=True)",
        "with torch.no_grad():",
        "    y = x * 2.0",
        "try:",
        "    y.backward()",
        "except Exception as error:",
        "    print(type(error).__name__, error)    # reference RuntimeError, yours no error",
    ]


def test_a_dtype_is_named_only_where_the_engine_would_choose_another(lab):
    def dtypes(torch, observe, rng):
        observe.value(torch.tensor(np.array([1.0, 2.0])))
        observe.value(torch.tensor(np.array([1, 2])))

    program = lab.record(dtypes)
    assert show(program).splitlines()[2:] == ["torch.tensor([1.0, 2.0])", "torch.tensor([1, 2])"]
    assert (
        show(program, default_dtype="float32").splitlines()[2]
        == "torch.tensor([1.0, 2.0], dtype=torch.float64)"
    )


def test_numpy_and_weakref_are_imported_where_they_are_used(lab):
    def simple(torch, observe, rng):
        observe.value(torch.tensor(1.0))

    def watches(torch, observe, rng):
        a = np.zeros(2)
        x = torch.from_numpy(a)
        w = observe.watch(x)
        del x
        observe.freed(w)
        observe.value(a)

    assert show(lab.record(simple)).splitlines()[:2] == ["import engine as torch", ""]
    text = show(lab.record(watches), engine_name="mine").splitlines()
    assert text[:3] == ["import mine as torch", "import numpy as np", "import weakref"]
    assert text[4:] == [
        "a = np.array([0.0, 0.0])",
        "x = torch.from_numpy(a)",
        "w = weakref.ref(x)",
        "del x",
        "w() is not None",
        "a",
    ]


def test_a_mark_cannot_break_its_line(lab):
    def simple(torch, observe, rng):
        observe.value(torch.tensor(1.0))

    program = lab.record(simple)
    sid = next(step.sid for step in program.steps() if step.op == "probe")
    text = show(program, marks={sid: "yours\nimport os; os.remove('x')\r\nthen"})
    assert text.splitlines()[-1] == "torch.tensor(1.0)    # yours import os; os.remove('x') then"


def test_a_look_inside_of_a_block_or_a_function_is_printed(lab):
    def check(torch, observe, rng):
        x = torch.tensor(np.array(1.0), requires_grad=True)

        def hook(grad):
            observe.value(grad)

        x.register_hook(hook)
        with torch.no_grad():
            y = x * 2.0
            observe.value(y)
        x.backward()
        observe.gradient(x)

    assert show(lab.record(check)).partition("\n\n")[2] == (
        "x = torch.tensor(1.0, requires_grad=True)\n"
        "def hook(grad):\n"
        "    print(grad)\n"
        "x.register_hook(hook)\n"
        "with torch.no_grad():\n"
        "    y = x * 2.0\n"
        "    print(y)\n"
        "x.backward()\n"
        "x.grad\n"
    )
