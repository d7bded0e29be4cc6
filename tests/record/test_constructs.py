"""Ordinary PyTorch-style checks: recorded on the reference, they replay there, and on real PyTorch, as they were."""

from __future__ import annotations

import itertools
from types import ModuleType

import numpy as np
import pytest

import refgrad
from gradlab import Observer, wire
from gradlab.model import Observation
from gradlab.program import Program
from gradlab.record import record
from gradlab.replay import Script
from gradlab.worker.replay import Replayer


def probing(probe):
    return lambda recording, *values: recording.probe(probe, *values)


MORE = {
    name: Observer(name, probing(probe))
    for name, probe in {"flags": "flags", "same": "same", "text": "text", "aliasing": "shares"}.items()
}


def hooks(torch, observe, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    unused = torch.tensor([1.0], requires_grad=True)
    y = x * 3
    seen = []

    def keep(g):
        seen.append(g)

    y.register_hook(keep)
    y.register_hook(lambda g: g * 2)
    x.register_hook(lambda g: seen.append(g + 1))
    unused.register_hook(lambda g: None)
    (y + y.exp()).sum().backward()
    observe.gradient(x)
    observe.value(seen)


def custom_function(torch, observe, rng):
    class Square(torch.autograd.Function):
        power = 2

        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return 2 * g * x

    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    y = Square.apply(x) + Square.apply(x + 1)
    y.sum().backward()
    observe.gradient(x)
    observe.flags(y)


def retained(torch, observe, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    y = x * 2
    z = y.exp()
    z.retain_grad()
    z.sum().backward()
    observe.gradient(y)
    observe.gradient(z)
    observe.flags(z)
    with observe.error():
        torch.tensor([1.0]).retain_grad()


def views(torch, observe, rng):
    x = torch.tensor(rng.normal(size=(2, 3)))
    v = x.view(3, 2)
    r = x.t().reshape(6)
    observe.aliasing(x, v)
    observe.aliasing(x, r)
    v[0, 1] = 5.0
    x[1:, ::2] += 1
    x += 1
    observe.value(x)
    observe.value(v)
    with observe.error():
        x.t().view(6)
    a = torch.tensor(rng.normal(size=(2, 3)), requires_grad=True)
    (a.view(6) * a.t().reshape(6)).sum().backward()
    observe.gradient(a)


def versions(torch, observe, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    with observe.error():
        x += 1
    y = x * 1
    z = y * y
    y += 1
    observe.value(y._version)
    with observe.error():
        z.sum().backward()
    x.requires_grad = False
    x.mul_(2)
    x.requires_grad = True
    (x * x).sum().backward()
    observe.gradient(x)
    d = x.detach()
    observe.same(d, x)
    observe.aliasing(d, x)


def shared_with_numpy(torch, observe, rng):
    a = np.array([1.0, 2.0, 3.0])
    x = torch.from_numpy(a)
    a[0] = 5
    observe.value(x)
    x.add_(1)
    observe.value(a)
    b = x.numpy()
    b[2] = -1
    observe.value(x)
    d = x.detach()
    d[1] = 9.0
    observe.value(x)
    observe.aliasing(a, d)


def reading(torch, observe, rng):
    x = torch.tensor(rng.normal(size=(2, 3)), dtype=torch.float64)
    n, m = x.shape
    y = torch.zeros(x.shape[0] * 2, m)
    if x.shape == (2, 3) and len(x) == n and isinstance(x, torch.Tensor) and isinstance(x.shape, tuple):
        y = y + 1
    total = sum([row.sum() for row in x])
    while float(total) < 10:
        total = total + abs(float(total)) + 1
    observe.value(total)
    observe.value(y)
    observe.value(x.dtype == torch.float64)
    observe.value(x.tolist())
    observe.value(-x - np.float64(1.5))
    if (x > 0)[0, 0]:
        observe.value(x > 0)


def released(torch, observe, rng):
    x = torch.tensor(rng.normal(size=3), requires_grad=True)
    y = x.exp()
    w = observe.watch(y)
    loss = (y * y).sum()
    del y
    observe.freed(w)
    loss.backward(retain_graph=True)
    observe.freed(w)
    loss.backward()
    observe.freed(w)
    with observe.error():
        loss.backward()


def texts(torch, observe, rng):
    x = torch.tensor(rng.integers(0, 5, size=3).astype(float))
    y = x.requires_grad_()
    observe.same(x, y)
    observe.text(x)
    observe.text((x * 2).sum())
    kwargs = {"dim": 0, "keepdim": True}
    observe.value(x.sum(**kwargs))

    @torch.no_grad()
    def double(t):
        return t * 2

    observe.flags(double(x))


CHECKS = [hooks, custom_function, retained, views, versions, shared_with_numpy, reading, released, texts]


def recorded(lab, function) -> Program:
    return record(lab.check(function), refgrad, seed=0, observers=lab.observers | MORE, surface=None)


def replayed(program: Program, engine: ModuleType) -> tuple[Observation, ...]:
    script, replayer = Script(program), Replayer(engine, lambda file: None)
    replies = [replayer.run(wire.decode_request(wire.encode(r))) for r in script.requests(itertools.count(1))]
    return script.observations(replies)


@pytest.mark.parametrize("check", CHECKS)
def test_a_check_replays_on_the_reference_as_it_was_recorded(lab, check):
    program = recorded(lab, check)
    observed = replayed(program, refgrad)
    assert observed == replayed(program, refgrad)
    assert observed[-1].payload == wire.Scalar("reached")
    opaque = (wire.Opaque, wire.Unmade, wire.Missing)
    assert [o for o in observed if isinstance(o.payload, opaque)] == []


@pytest.mark.torch
@pytest.mark.parametrize("check", CHECKS)
def test_real_pytorch_agrees(lab, check):
    torch = pytest.importorskip("torch")
    program = recorded(lab, check)
    ours, theirs = replayed(program, refgrad), replayed(program, torch)
    keys = [(o.sid, o.nth, o.kind, type(o.payload)) for o in ours]
    assert keys == [(o.sid, o.nth, o.kind, type(o.payload)) for o in theirs]
    for left, right in zip(ours, theirs, strict=True):
        if isinstance(left.payload, wire.Array) and isinstance(right.payload, wire.Array):
            assert (left.payload.dtype, left.payload.shape) == (right.payload.dtype, right.payload.shape)
            one, other = (np.frombuffer(p.data, p.dtype) for p in (left.payload, right.payload))
            np.testing.assert_allclose(one, other, rtol=1e-12)
        elif isinstance(left.payload, wire.Scalar | wire.Flags | wire.Alive) and left.kind != "read":
            assert left.payload == right.payload, left.label


def test_a_derived_class_with_super_is_recorded(lab):
    """Zero-argument super() finds the engine's methods, and every call through it is a step."""

    def derives(torch, observe, rng):
        class Scaled(torch.Tensor):
            factor = 3.0

            def __init__(self, data):
                super().__init__(data, requires_grad=True)
                self.extra = 2.0

            def sum(self):
                return super().sum() * self.factor * self.extra

        x = Scaled([1.0, 2.0])
        y = x.sum()
        y.backward()
        observe.value(y)
        observe.gradient(x)

    program = lab.record(derives)
    (made,) = [step for step in program.steps() if step.op == "class"]
    assert made.name == "Scaled"
    assert list(made.kwargs) == ["factor", "__init__", "sum"]
    assert lab.findings(derives) == []
    assert [
        f.message
        for f in lab.findings(derives, ("np.broadcast_to(g, a.shape),", "2.0 * np.broadcast_to(g, a.shape),"))
    ] == ["x.grad differs from the reference in 2 of 2 elements; x.grad[0] is 12.0, the reference has 6.0."]


def test_iteration_ends_where_the_references_does(lab):
    def iterates(torch, observe, rng):
        x = torch.tensor(rng.normal(size=(3, 2)))
        for row in x:
            observe.value(row)

    shorter = (
        "return record(lambda a: a[index]",
        "if index == 2: raise IndexError\n        return record(lambda a: a[index]",
    )
    longer = (
        "return record(lambda a: a[index]",
        "index = min(index, 2) if index < 4 else index\n        return record(lambda a: a[index]",
    )
    assert lab.findings(iterates) == []
    (early,) = lab.findings(iterates, shorter)
    assert early.message == "x raises StopIteration, the reference raises nothing."
    late = lab.findings(iterates, longer)
    assert [finding.expected for finding in late] == ["'no further item'"]
