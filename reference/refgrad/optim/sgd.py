"""Stochastic gradient descent."""

from __future__ import annotations

from typing import Any

from ..ops.inplace import bump
from ..tensor import Tensor
from .optimizer import Optimizer, check, check_one_rate

__all__ = ["SGD"]


class SGD(Optimizer):
    """Steps against the gradient, with momentum if asked for."""

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check_one_rate(lr)
        check("learning rate", lr, not lr < 0.0)
        check("momentum value", momentum, not momentum < 0.0)
        check("weight_decay value", weight_decay, not weight_decay < 0.0)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        defaults = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
            "nesterov": nesterov,
            "maximize": maximize,
            "foreach": foreach,
            "differentiable": differentiable,
            "fused": fused,
        }
        super().__init__(params, defaults)

    def update(self, param: Tensor, grad: Tensor, state: Any, group: dict[str, Any]) -> None:
        """Change one parameter in place."""
        momentum, slope = group["momentum"], grad._array
        if group["weight_decay"]:
            slope = slope + group["weight_decay"] * param._array
        if momentum:
            kept = state[param].get("momentum_buffer")
            if kept is None:
                kept = grad.detach().clone() if slope is grad._array else grad._zeros(grad.shape)
                kept._array[...] = slope
                state[param]["momentum_buffer"] = kept
            else:
                kept._array *= momentum
                kept._array += slope * (1 - group["dampening"])
            slope = slope + kept._array * momentum if group["nesterov"] else kept._array
        param._array -= slope * float(group["lr"])
        bump(param)
