"""Later relatives of Adam: with Nesterov momentum, and with a rectified variance."""

from __future__ import annotations

import math
from typing import Any

from .. import dtypes
from ..backend import xp
from ..creation import ones
from ..ops.inplace import bump
from ..tensor import Tensor
from .adaptive import blend, check_common, state_of
from .optimizer import Optimizer, check_at_least_0

__all__ = ["NAdam", "RAdam"]


class NAdam(Optimizer):
    """Adam with Nesterov momentum."""

    def __init__(
        self,
        params: Any,
        lr: Any = 2e-3,
        betas: Any = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum_decay: float = 4e-3,
        decoupled_weight_decay: bool = False,
        *,
        foreach: Any = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_common(lr, eps, weight_decay, betas)
        check_at_least_0("momentum_decay value", momentum_decay)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "momentum_decay": momentum_decay,
            "decoupled_weight_decay": decoupled_weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def update(self, param: Tensor, grad: Tensor, state: Any, group: dict[str, Any]) -> None:
        """Change one parameter in place."""
        own = state_of(param, state, "exp_avg", "exp_avg_sq")
        product = own.setdefault("mu_product", ones((), dtype=dtypes.float32))
        lr, (beta1, beta2), slope = float(group["lr"]), group["betas"], grad._array
        if group["weight_decay"]:
            if group["decoupled_weight_decay"]:
                param._array *= 1 - lr * group["weight_decay"]
            else:
                slope = slope + group["weight_decay"] * param._array
        step, decay = own["step"].item(), group["momentum_decay"]
        now = beta1 * (1.0 - 0.5 * 0.96 ** (step * decay))
        later = beta1 * (1.0 - 0.5 * 0.96 ** ((step + 1) * decay))
        product._array *= xp.float32(now)
        blend(own["exp_avg"], slope, 1 - beta1)
        squares = own["exp_avg_sq"]._array
        squares *= beta2
        squares += (1 - beta2) * slope * slope
        root = xp.sqrt(squares / (1 - beta2**step)) + group["eps"]
        param._array += slope / root * (-lr * (1.0 - now) / (1.0 - product.item()))
        param._array += own["exp_avg"]._array / root * (-lr * later / (1.0 - product.item() * later))
        bump(param)


class RAdam(Optimizer):
    """Adam that waits with scaling until the variance of its averages can be trusted."""

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: Any = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        decoupled_weight_decay: bool = False,
        *,
        foreach: Any = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
    ) -> None:
        check_common(lr, eps, weight_decay, betas)
        defaults = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "maximize": maximize,
            "foreach": foreach,
            "capturable": capturable,
            "decoupled_weight_decay": decoupled_weight_decay,
            "differentiable": differentiable,
        }
        super().__init__(params, defaults)

    def update(self, param: Tensor, grad: Tensor, state: Any, group: dict[str, Any]) -> None:
        """Change one parameter in place."""
        own = state_of(param, state, "exp_avg", "exp_avg_sq")
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
        step = own["step"].item()
        mean = own["exp_avg"]._array / (1 - beta1**step)
        limit = 2 / (1 - beta2) - 1
        length = limit - 2 * step * beta2**step / (1 - beta2**step)
        if length > 5.0:
            over, under = (length - 4) * (length - 2) * limit, (limit - 4) * (limit - 2) * length
            scale = math.sqrt(1 - beta2**step) / (xp.sqrt(squares) + group["eps"])
            param._array -= mean * lr * scale * math.sqrt(over / under)
        else:
            param._array -= mean * lr
        bump(param)
