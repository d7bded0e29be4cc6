"""Optimizers that look at the sign of the gradient only, or average the parameters: Rprop, ASGD."""

from __future__ import annotations

from typing import Any

from ..backend import xp
from ..ops.inplace import bump
from ..tensor import Tensor, wrap
from .optimizer import Optimizer, check_at_least_0, check_rate

__all__ = ["ASGD", "Rprop"]


class Rprop(Optimizer):
    """Steps by the sign of the gradient; the step of each element grows while the sign stays, and shrinks else."""

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_rate(lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        defaults = {
            "lr": lr,
            "etas": etas,
            "step_sizes": step_sizes,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def update(self, param: Tensor, grad: Tensor, state: Any, group: dict[str, Any]) -> None:
        """Change one parameter in place."""
        own = state[param]
        if not own:
            own["step"] = wrap(xp.zeros((), xp.float32))
            own["prev"] = wrap(xp.zeros_like(param._array))
            own["step_size"] = wrap(xp.full_like(param._array, float(group["lr"])))
        own["step"]._array += 1
        (shrink, grow), (least, most) = group["etas"], group["step_sizes"]
        agrees = grad._array * own["prev"]._array
        sizes = own["step_size"]._array
        sizes *= xp.where(agrees > 0, grow, xp.where(agrees < 0, shrink, 1)).astype(sizes.dtype)
        xp.clip(sizes, least, most, out=sizes)
        slope = xp.where(agrees < 0, xp.zeros_like(grad._array), grad._array)
        param._array -= xp.sign(slope) * sizes
        own["prev"]._array[...] = slope
        bump(param)


class ASGD(Optimizer):
    """Stochastic gradient descent that also keeps the mean of the parameters (`state[param]["ax"]`)."""

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_rate(lr)
        check_at_least_0("weight_decay value", weight_decay)
        defaults = {
            "lr": lr,
            "lambd": lambd,
            "alpha": alpha,
            "t0": t0,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def update(self, param: Tensor, grad: Tensor, state: Any, group: dict[str, Any]) -> None:
        """Change one parameter in place."""
        own, lr = state[param], float(group["lr"])
        if not own:
            own["step"] = wrap(xp.zeros((), xp.float32))
            own["eta"] = wrap(xp.asarray(lr, xp.float32))
            own["mu"] = wrap(xp.ones((), xp.float32))
            own["ax"] = wrap(xp.zeros_like(param._array))
        own["step"]._array += 1
        step, eta, mu, slope = own["step"].item(), own["eta"].item(), own["mu"].item(), grad._array
        if group["weight_decay"]:
            slope = slope + group["weight_decay"] * param._array
        param._array *= 1 - group["lambd"] * eta
        param._array -= eta * slope
        mean = own["ax"]._array
        if mu != 1:
            mean += (param._array - mean) * mu
        else:
            mean[...] = param._array
        own["eta"]._array[...] = lr / (1 + group["lambd"] * lr * step) ** group["alpha"]
        own["mu"]._array[...] = 1 / max(1, step - group["t0"])
        bump(param)
