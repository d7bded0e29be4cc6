"""Deep graphs of every make: built, printed, differentiated and dropped without recursion, and leaving nothing behind."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest

import refgrad as torch

# A recursion over this many nodes would need more than the stack of `on_a_small_stack`, at 26 bytes for each.
DEPTH = 10_000
SMALL_STACK = 256 * 1024


class Passed(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(x)
        return x * 1

    @staticmethod
    def backward(ctx: Any, g: torch.Tensor) -> torch.Tensor:
        (x,) = ctx.saved_tensors
        return g * x.sign()


def in_place(y: torch.Tensor) -> torch.Tensor:
    return (y.clone() if y.is_leaf else y).mul_(1)


def through_a_view(y: torch.Tensor) -> torch.Tensor:
    y = y.clone() if y.is_leaf else y
    y[0].mul_(1)
    return y


def hooked(y: torch.Tensor) -> torch.Tensor:
    y = y * 1
    y.register_hook(lambda g: g)
    y.retain_grad()
    return y


STEPS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "sum": lambda y: y + 1,
    "product with itself": lambda y: y * y,
    "result that is saved": lambda y: y.abs().sqrt(),
    "view": lambda y: y.reshape(1, 1).reshape(1),
    "several outputs": lambda y: y.unbind(0)[0].unsqueeze(0),
    "custom function": Passed.apply,
    "in place": in_place,
    "in place through a view": through_a_view,
    "hooks and retained gradients": hooked,
}


def chain(name: str, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    x = torch.ones(1, requires_grad=True)
    y = x
    for _ in range(count):
        y = STEPS[name](y)
    return x, y


def on_a_small_stack(work: Callable[[], Any]) -> Any:
    """Return what `work` returns in a thread that has no room for recursion."""
    found: list[Any] = []
    before = threading.stack_size(SMALL_STACK)
    try:
        thread = threading.Thread(target=lambda: found.append(work()))
        thread.start()
    finally:
        threading.stack_size(before)
    thread.join()
    return found[0]


@pytest.mark.parametrize("name", STEPS)
def test_a_deep_graph_is_printed_differentiated_and_dropped_without_recursion(name: str) -> None:
    depth = DEPTH // 10 if name == "in place through a view" else DEPTH

    def work() -> tuple[str, str, list[float]]:
        x, y = chain(name, depth)
        shown = str(y), repr(y.grad_fn)
        del y  # a graph that was never used
        x, y = chain(name, depth)
        y.backward()
        del y
        return *shown, x.grad.tolist()

    tensor, node, slope = on_a_small_stack(work)
    assert tensor.startswith("tensor([")
    assert "Backward" in node or "CopySlices" in node
    assert len(slope) == 1


def test_a_deep_graph_of_a_recorded_backward_is_dropped_without_recursion() -> None:
    def work() -> float:
        x, y = chain("result that is saved", DEPTH)
        (slope,) = torch.autograd.grad(y, x, create_graph=True)
        del y
        slope.backward()
        return float(x.grad)

    assert on_a_small_stack(work) == pytest.approx(0.0)


@pytest.mark.parametrize("backward", [True, False], ids=["differentiated", "never used"])
@pytest.mark.parametrize("name", STEPS)
def test_nothing_of_a_dropped_graph_stays_alive_without_the_collector(name: str, backward: bool) -> None:
    def once() -> None:
        _, y = chain(name, 50)
        if backward:
            y.backward()

    gc.collect()
    gc.disable()
    try:
        once()
        before = len(gc.get_objects())
        for _ in range(10):
            once()
        assert len(gc.get_objects()) == before
    finally:
        gc.enable()


@pytest.mark.slow
def test_a_million_nodes_are_printed_differentiated_and_dropped() -> None:
    x, y = chain("sum", 1_000_000)
    assert str(y) == "tensor([1000001.], grad_fn=<AddBackward0>)"
    y.backward()
    del y
    assert x.grad.item() == 1


class Within(torch.autograd.Function):
    """Starts a backward pass within its own, as many as the input says, and calls `bottom` in the last."""

    @staticmethod
    def bottom() -> None:
        """Do nothing."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:
        ctx.below = x.detach() - 1
        return ctx.below.clone()

    @staticmethod
    def backward(ctx: Any, g: torch.Tensor) -> torch.Tensor:
        if ctx.below < 0:
            Within.bottom()
            return g
        with torch.enable_grad():
            Within.apply(ctx.below.requires_grad_()).sum().backward()
        return g


def test_passes_run_within_each_other_thousands_of_levels_deep() -> None:
    x = torch.tensor(2000.0, requires_grad=True)
    Within.apply(x).backward()
    assert x.grad.item() == 1


def test_a_failure_thousands_of_levels_below_reaches_the_outermost_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail() -> None:
        raise ValueError("too deep")

    monkeypatch.setattr(Within, "bottom", staticmethod(fail))
    x = torch.tensor(2000.0, requires_grad=True)
    with pytest.raises(ValueError, match="too deep"):
        Within.apply(x).backward()
    assert x.grad is None
    assert torch.is_grad_enabled()


def test_hooks_on_saved_tensors_hold_at_every_level() -> None:
    levels = []

    class Nested(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Any) -> Any:
            ctx.depth = int(x)
            return x * 1

        @staticmethod
        def backward(ctx: Any, grad: Any) -> Any:
            if ctx.depth:
                with torch.enable_grad():
                    y = torch.tensor(float(ctx.depth - 1), requires_grad=True)
                    (Nested.apply(y) * y.exp()).backward()
            return grad

    with torch.autograd.graph.saved_tensors_hooks(lambda t: levels.append(1) or t, lambda t: t):
        Nested.apply(torch.tensor(200.0, requires_grad=True)).backward()
    assert len(levels) == 200 * 3  # exp keeps its result, the product both factors
