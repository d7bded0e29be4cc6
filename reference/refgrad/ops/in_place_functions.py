"""In-place methods as functions: `torch.zero_(x)` is `x.zero_()`."""

from __future__ import annotations

from ..tensor import Tensor
from .registry import FUNCTIONS, explained

__all__ = ["NAMES"]

NAMES = [
    "addmv_",
    "arccos_",
    "arccosh_",
    "arcsin_",
    "arcsinh_",
    "arctan_",
    "arctanh_",
    "clamp_",
    "clamp_max_",
    "clamp_min_",
    "clip_",
    "conj_physical_",
    "detach_",
    "fill_",
    "fix_",
    "gcd_",
    "index_put_",
    "lcm_",
    "ldexp_",
    "logit_",
    "nan_to_num_",
    "negative_",
    "square_",
    "xlogy_",
    "zero_",
]

for _name in NAMES:
    _method = getattr(Tensor, _name)
    FUNCTIONS[_name] = explained(getattr(_method, "__wrapped__", _method), _name)
