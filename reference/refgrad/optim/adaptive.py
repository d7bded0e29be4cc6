"""Optimizers that scale each element's step by the gradients so far: Adam and its relatives."""

from __future__ import annotations

import math
from typing import Any

from .. import dtypes
from ..backend import xp
from ..creation import zeros
from ..ops.inplace import bump
from ..tensor import Tensor, wrap
from .optimizer import Optimizer, check, check_at_least_0, check_rate

__all__ = ["Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "RMSprop"]


def state_of(param: Tensor, state: Any, *names: str, first: float = 0.0) -> dict[str, Any]:
    """Return the parameter's state, made on first use; count the step."""
    own: dict[str, Any] = state[param]
    if not own:
        own["step"] = zeros((), dtype=dtypes.float32)
        for name in names:
            own[name] = wrap(xp.full_like(param._array, first))
    own["step"]._array += 1
    return own


def blend(old: Tensor, new: Any, weight: float) -> None:
    """Move a running average towards a new value, in place."""
    old._array += (new - old._array) * weight


def check_common(lr: Any, eps: float, weight_decay: float, betas: Any) -> None:
    check_rate(lr)
    check_at_least_0("epsilon value", eps)
    check("beta parameter at index 0", betas[0], 0.0 <= betas[0] < 1.0)
    check("beta parameter at index 1", betas[1], 0.0 <= betas[1] < 1.0)
    check_at_least_0("weight_decay value", weight_decay)


class Adam(Optimizer):
    """Divides a running mean of the gradients by the root of a running mean of their squares."""

    _decoupled = False

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: Any = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        check_common(lr, eps, weight_decay, betas)
        kinds = {type(each) if isinstance(each, Tensor) else float for each in betas[:2]}
        if len(kinds) > 1 or not all(isinstance(each, float | Tensor) for each in betas[:2]):
            raise ValueError("betas must be either both floats or both Tensors")
        for index, each in enumerate(betas[:2]):
            if isinstance(each, Tensor) and each.numel() != 1:
                raise ValueError(f"Tensor betas[{index}] must be 1-element")
        defaults = {
            "lr": lr,
            "betas": tuple(float(each) for each in betas),
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
            "fused": fused,
            "decoupled_weight_decay": decoupled_weight_decay or self._decoupled,
        }
        super().__init__(params, defaults)

    def update(self, param: Tensor, grad: Tensor, state: Any, group: dict[str, Any]) -> None:
        """Change one parameter in place."""
        names = ("exp_avg", "exp_avg_sq", *(("max_exp_avg_sq",) if group["amsgrad"] else ()))
        own = state_of(param, state, *names)
        lr, (beta1, beta2), slope = float(group["lr"]), group["betas"], grad._array
        if group["weight_decay"]:
            if group["decoupled_weight_decay"]:
                param._array *= 1 - lr * group["weight_decay"]
            else:
                slope = slope + group["weight_decay"] * param._array
        blend(own["exp_avg"], slope, 1 - beta1)
        squares = own["exp_avg_sq"]._array
        squares *= beta2
        squares += (1 - beta2) * slope * slope
        if group["amsgrad"]:
            squares = xp.maximum(own["max_exp_avg_sq"]._array, squares, out=own["max_exp_avg_sq"]._array)
        step = own["step"].item()
        root = xp.sqrt(squares) / math.sqrt(1 - beta2**step) + group["eps"]
        param._array -= lr / (1 - beta1**step) * (own["exp_avg"]._array / root)
        bump(param)


class AdamW(Adam):
    """Adam with weight decay that does not pass through the averages."""

    _decoupled = True

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: Any = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        options: dict[str, Any] = {"capturable": capturable, "differentiable": differentiable, "fused": fused}
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize, foreach=foreach, **options
        )


class RMSprop(Optimizer):
    """Divides the gradient by the root of a running mean of its square."""

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_rate(lr)
        check_at_least_0("epsilon value", eps)
        check_at_least_0("momentum value", momentum)
        check_at_least_0("weight_decay value", weight_decay)
        check_at_least_0("alpha value", alpha)
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
            "weight_decay": weight_decay,
            "capturable": capturable,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def update(self, param: Tensor, grad: Tensor, state: Any, group: dict[str, Any]) -> None:
        """Change one parameter in place."""
        names = ["square_avg"]
        names += ["momentum_buffer"] if group["momentum"] > 0 else []
        names += ["grad_avg"] if group["centered"] else []
        own = state_of(param, state, *names)
        slope, alpha = grad._array, group["alpha"]
        if group["weight_decay"]:
            slope = slope + group["weight_decay"] * param._array
        squares = own["square_avg"]._array
        squares *= alpha
        squares += (1 - alpha) * slope * slope
        if group["centered"]:
            blend(own["grad_avg"], slope, 1 - alpha)
            squares = squares - own["grad_avg"]._array ** 2
        step = slope / (xp.sqrt(squares) + group["eps"])
        if group["momentum"] > 0:
            kept = own["momentum_buffer"]._array
            kept *= group["momentum"]
            kept += step
            step = kept
        param._array -= float(group["lr"]) * step
        bump(param)


class Adagrad(Optimizer):
    """Divides the gradient by the root of the sum of its squares."""

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_rate(lr)
        check_at_least_0("lr_decay value", lr_decay)
        check_at_least_0("weight_decay value", weight_decay)
        check_at_least_0("initial_accumulator_value value", initial_accumulator_value)
        check_at_least_0("epsilon value", eps)
        defaults = {
            "lr": lr,
            "lr_decay": lr_decay,
            "eps": eps,
            "weight_decay": weight_decay,
            "initial_accumulator_value": initial_accumulator_value,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)

    def update(self, param: Tensor, grad: Tensor, state: Any, group: dict[str, Any]) -> None:
        """Change one parameter in place."""
        own = state_of(param, state, "sum", first=group["initial_accumulator_value"])
        slope = grad._array
        if group["weight_decay"]:
            slope = slope + group["weight_decay"] * param._array
        lr = float(group["lr"]) / (1 + (own["step"].item() - 1) * group["lr_decay"])
        own["sum"]._array += slope * slope
        param._array -= lr * (slope / (xp.sqrt(own["sum"]._array) + group["eps"]))
        bump(param)


class Adadelta(Optimizer):
    """Scales the gradient by the ratio of running means of squared steps and squared gradients."""

    def __init__(
        self,
        params: Any,
        lr: Any = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0,
        foreach: bool | None = None,
        *,
        capturable: bool = False,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_rate(lr)
        check("rho value", rho, 0.0 <= rho <= 1.0)
        check_at_least_0("epsilon value", eps)
        check_at_least_0("weight_decay value", weight_decay)
        defaults = {
            "lr": lr,
            "rho": rho,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "capturable": capturable,
            "foreach": foreach,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def update(self, param: Tensor, grad: Tensor, state: Any, group: dict[str, Any]) -> None:
        """Change one parameter in place."""
        own = state_of(param, state, "square_avg", "acc_delta")
        slope, rho, eps = grad._array, group["rho"], group["eps"]
        if group["weight_decay"]:
            slope = slope + group["weight_decay"] * param._array
        squares, steps = own["square_avg"]._array, own["acc_delta"]._array
        squares *= rho
        squares += (1 - rho) * slope * slope
        step = xp.sqrt(steps + eps) / xp.sqrt(squares + eps) * slope
        steps *= rho
        steps += (1 - rho) * step * step
        param._array -= float(group["lr"]) * step
        bump(param)


class Adamax(Optimizer):
    """Adam with the largest gradient so far in place of the root of the squares."""

    def __init__(
        self,
        params: Any,
        lr: Any = 2e-3,
        betas: Any = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        foreach: Any = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        capturable: bool = False,
    ) -> None:
        check_common(lr, eps, weight_decay, betas)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "foreach": foreach,
            "maximize": maximize,
            "differentiable": differentiable,
            "capturable": capturable,
        }
        super().__init__(params, defaults)

    def update(self, param: Tensor, grad: Tensor, state: Any, group: dict[str, Any]) -> None:
        """Change one parameter in place."""
        own = state_of(param, state, "exp_avg", "exp_inf")
        slope, (beta1, beta2) = grad._array, group["betas"]
        if group["weight_decay"]:
            slope = slope + group["weight_decay"] * param._array
        blend(own["exp_avg"], slope, 1 - beta1)
        largest = own["exp_inf"]._array
        xp.maximum(largest * beta2, xp.abs(slope) + group["eps"], out=largest)
        param._array -= (
            float(group["lr"]) / (1 - beta1 ** own["step"].item()) * (own["exp_avg"]._array / largest)
        )
        bump(param)
