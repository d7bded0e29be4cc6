"""Adafactor: keeps the squares of the gradients of a matrix as one row and one column."""

from __future__ import annotations

from typing import Any

from .. import dtypes, limits
from ..creation import zeros, zeros_like
from ..tensor import Tensor
from .optimizer import Optimizer, check_one_rate

__all__ = ["Adafactor"]


def _check(text: str, value: Any, fine: bool) -> None:
    if not fine:
        raise ValueError(f"{text} but is: {value}")


class Adafactor(Optimizer):
    """Divides the gradient by the root of an estimate of its squares, whose memory grows with rows plus columns."""

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
    ) -> None:
        check_one_rate(lr)
        _check("Learning rate should be >= 0", lr, lr >= 0.0)
        _check("beta2_decay should be <= 0", beta2_decay, beta2_decay <= 0.0)
        if eps[0] is not None:
            _check("epsilon1 should be >= 0", eps[0], eps[0] >= 0.0)
        _check("epsilon2 should be >= 0", eps[1], eps[1] >= 0.0)
        _check("Clipping threshold d should be >= 1", d, d >= 1.0)
        _check("weight_decay should be >= 0", weight_decay, weight_decay >= 0.0)
        defaults = {"lr": lr, "beta2_decay": beta2_decay, "eps": eps, "d": d, "weight_decay": weight_decay}
        super().__init__(params, {**defaults, "foreach": foreach, "maximize": maximize})

    def update(self, param: Tensor, grad: Tensor, state: Any, group: dict[str, Any]) -> None:
        """Change one parameter in place."""
        own = _state_of(param, grad, state)
        own["step"] += 1
        step = own["step"].item()
        lr = group["lr"].item() if isinstance(group["lr"], Tensor) else group["lr"]
        share = step ** group["beta2_decay"]
        least = group["eps"][0]
        least = float(limits.finfo(param.dtype).eps) if least is None else least
        size = max(group["eps"][1], param.norm(2).item() / param.numel() ** 0.5) * min(lr, 1 / step**0.5)
        if group["weight_decay"] != 0:
            param.mul_(1 - lr * group["weight_decay"])
        update = _squares(own, grad, share, least).clamp_(min=least * least).rsqrt_()
        update.mul_(grad)
        excess = max(1.0, update.norm(2).item() / (update.numel() ** 0.5 * group["d"]))
        param.add_(update, alpha=-size / excess)


def _state_of(param: Tensor, grad: Tensor, state: Any) -> dict[str, Any]:
    own: dict[str, Any] = state[param]
    if own:
        return own
    own["step"] = zeros((), dtype=dtypes.float32)
    if grad.dim() > 1:
        *lead, rows, columns = grad.shape
        own["row_var"], own["col_var"] = grad.new_zeros((*lead, rows, 1)), grad.new_zeros((*lead, 1, columns))
    else:
        own["variance"] = zeros_like(grad)
    return own


def _squares(own: dict[str, Any], grad: Tensor, share: float, least: float) -> Tensor:
    """Return the estimate of the squares of the gradient's elements, after this gradient."""
    if grad.dim() == 1 or not grad.dim():
        own["variance"].lerp_(grad * grad, share)
        return own["variance"].clone()  # type: ignore[no-any-return]
    for name, dim in (("row_var", -1), ("col_var", -2)):
        own[name].lerp_(grad.norm(dim=dim, keepdim=True).square_().div_(grad.size(dim)), share)
    estimate = own["row_var"] @ own["col_var"]
    return estimate.div_(own["row_var"].mean(-2, keepdim=True).clamp_(min=least))  # type: ignore[no-any-return]
