"""L-BFGS: a quasi-Newton method that remembers the last steps, with a line search where one is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..grad_mode import enable_grad, no_grad
from ..ops.joining import cat
from ..tensor import Tensor
from .line_search import strong_wolfe
from .optimizer import Optimizer, check_at_least_0, check_one_rate

__all__ = ["LBFGS"]


class LBFGS(Optimizer):
    """Steps along the gradient times an inverse Hessian that is estimated from the last steps.

    `step` takes a closure that clears the gradients, computes the loss, goes back and returns the loss.
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check_one_rate(lr)
        check_at_least_0("learning rate", lr)
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")
        self._params = self.param_groups[0]["params"]

    # ---- all parameters as one vector ----------------------------------------------------------------------------

    def _gradient(self) -> Tensor:
        """Return the gradients of all parameters as one vector; 0 where there is none."""
        parts = [
            each.new(each.numel()).zero_() if each._grad is None else each._grad.view(-1)
            for each in self._params
        ]
        return cat(parts, 0)

    def _move(self, size: Any, direction: Tensor) -> None:
        """Add a step to all parameters."""
        start = 0
        for each in self._params:
            count = each.numel()
            each.add_(direction[start : start + count].view_as(each), alpha=size)
            start += count

    def _looked_at(
        self, closure: Callable[[], Any], where: list[Tensor], size: Any, direction: Tensor
    ) -> Any:
        """Return loss and gradient after a step, which is taken back."""
        self._move(size, direction)
        loss = float(closure())
        gradient = self._gradient()
        for each, value in zip(self._params, where, strict=True):
            each.copy_(value)
        return loss, gradient

    # ---- steps ------------------------------------------------------------------------------------------------------

    @no_grad()
    def step(self, closure: Callable[[], Any]) -> Any:  # type: ignore[override]
        """Take up to `max_iter` steps; return the loss before them."""
        closure = enable_grad()(closure)
        group = self.param_groups[0]
        lr = group["lr"].item() if isinstance(group["lr"], Tensor) else group["lr"]
        state = self.state[self._params[0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        first = closure()
        loss, evaluations = float(first), 1
        state["func_evals"] += 1
        gradient = self._gradient()
        if gradient.abs().max() <= group["tolerance_grad"]:
            return first
        memory: dict[str, Any] = {key: state.get(key) for key in _REMEMBERED}
        for iteration in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            _direct(memory, state, gradient, group["history_size"])
            before = memory["prev_flat_grad"]
            memory["prev_flat_grad"] = gradient.clone() if before is None else before.copy_(gradient)
            memory["prev_loss"] = loss
            initial = state["n_iter"] == 1
            memory["t"] = min(1.0, 1.0 / gradient.abs().sum()) * lr if initial else lr
            slope = gradient.dot(memory["d"])
            if slope > -group["tolerance_change"]:
                break
            last = iteration == group["max_iter"]
            left = group["max_eval"] - evaluations
            loss, gradient, count = self._go(closure, memory, loss, gradient, slope, left, last)
            evaluations += count
            state["func_evals"] += count
            if last or evaluations >= group["max_eval"]:
                break
            if gradient.abs().max() <= group["tolerance_grad"]:
                break
            if memory["d"].mul(memory["t"]).abs().max() <= group["tolerance_change"]:
                break
            if abs(loss - memory["prev_loss"]) < group["tolerance_change"]:
                break
        state.update(memory)
        return first

    def _go(
        self,
        closure: Callable[[], Any],
        memory: dict[str, Any],
        loss: float,
        gradient: Tensor,
        slope: Tensor,
        left: int,
        last: bool,
    ) -> tuple[float, Tensor, int]:
        """Take one step; return loss and gradient there, and how often the closure was called."""
        search = self.param_groups[0]["line_search_fn"]
        if search is None:
            self._move(memory["t"], memory["d"])
            return (loss, gradient, 0) if last else (float(closure()), self._gradient(), 1)
        if search != "strong_wolfe":
            raise RuntimeError("only 'strong_wolfe' is supported")
        where = [each.clone() for each in self._params]
        look = lambda size: self._looked_at(closure, where, size, memory["d"])  # noqa: E731
        found = strong_wolfe(look, memory["t"], memory["d"], loss, gradient, slope, max_steps=left)
        loss, gradient, memory["t"], count = found
        self._move(memory["t"], memory["d"])
        return loss, gradient, count


_REMEMBERED = ("d", "t", "old_dirs", "old_stps", "ro", "H_diag", "prev_flat_grad", "prev_loss")


def _direct(memory: dict[str, Any], state: dict[str, Any], gradient: Tensor, history_size: int) -> None:
    """Set the direction `d` of the next step: minus the gradient times the estimated inverse Hessian."""
    if state["n_iter"] == 1:
        memory.update(d=gradient.neg(), old_dirs=[], old_stps=[], ro=[], H_diag=1)
        return
    changes, steps, factors = memory["old_dirs"], memory["old_stps"], memory["ro"]
    change = gradient.sub(memory["prev_flat_grad"])
    step = memory["d"].mul(memory["t"])
    curvature = change.dot(step)
    if curvature > 1e-10:
        if len(changes) == history_size:
            for each in (changes, steps, factors):
                each.pop(0)
        changes.append(change)
        steps.append(step)
        factors.append(1.0 / curvature)
        memory["H_diag"] = curvature / change.dot(change)
    weights = state.setdefault("al", [None] * history_size)
    direction = gradient.neg()
    for at in reversed(range(len(changes))):
        weights[at] = steps[at].dot(direction) * factors[at]
        direction.add_(changes[at], alpha=-weights[at])
    direction = direction * memory["H_diag"]
    for at in range(len(changes)):
        back = changes[at].dot(direction) * factors[at]
        direction.add_(steps[at], alpha=weights[at] - back)
    memory["d"] = direction
