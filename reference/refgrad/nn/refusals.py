"""What functions of `nn.functional` say when they are given something that is no tensor.

torch refuses it in the function of C++ that does the work; its name and the places of the tensors stand here.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from typing import Any

from .._signatures import type_name
from ..tensor import Tensor

__all__ = ["NATIVE", "worded"]

# Function: what C++ calls it, and its tensors with their positions there.
NATIVE: dict[str, tuple[str, Mapping[str, int]]] = {
    **{
        name: (name, {"input": 1})
        for name in (
            *(
                "celu",
                "dropout",
                "elu",
                "gelu",
                "glu",
                "hardsigmoid",
                "hardswish",
                "hardtanh",
                "leaky_relu",
                "mish",
            ),
            *("pad", "relu", "relu6", "selu", "silu", "softplus", "threshold"),
        )
    },
    "logsigmoid": ("log_sigmoid", {"input": 1}),
    "one_hot": ("one_hot", {"tensor": 1}),
    "prelu": ("prelu", {"input": 1, "weight": 2}),
    "linear": ("linear", {"input": 1, "weight": 2, "bias": 3}),
    "embedding": ("embedding", {"weight": 1, "input": 2}),
    "cosine_similarity": ("cosine_similarity", {"x1": 1, "x2": 2}),
    "cross_entropy": ("cross_entropy_loss", {"input": 1, "target": 2}),
    "nll_loss": ("nll_loss_nd", {"input": 1, "target": 2}),
    "kl_div": ("kl_div", {"input": 1, "target": 2}),
}
_SHOWN = {"embedding": {"input": "indices"}, "one_hot": {"tensor": "input"}}
# Functions that torch writes in Python: the first attribute of each argument that they ask for.
_ASKED: dict[str, Mapping[str, str]] = {
    name: {"target": "size", "input": "size"}
    for name in (
        "binary_cross_entropy",
        "binary_cross_entropy_with_logits",
        "binary_cross_entropy_with_logits",
        "huber_loss",
        "l1_loss",
        "mse_loss",
        "smooth_l1_loss",
    )
}


def worded(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """Let a function refuse what is no tensor in torch's words."""
    if name not in NATIVE and name not in _ASKED:
        return call
    signature = inspect.signature(call)

    @functools.wraps(call)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            return call(*args, **kwargs)
        except (TypeError, AttributeError) as error:
            found = _refusal(name, signature, args, kwargs)
            if found is None:
                raise
            raise found from error

    return checked


def _refusal(
    name: str, signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Exception | None:
    given = signature.bind_partial(*args, **kwargs).arguments
    if name in _ASKED:
        for part, attribute in _ASKED[name].items():
            if part in given and not isinstance(given.get(part), Tensor):
                return AttributeError(f"'{type_name(given.get(part))}' object has no attribute '{attribute}'")
        return None
    native, places = NATIVE[name]
    for part, at in sorted(places.items(), key=lambda item: item[1]):
        shown = _SHOWN.get(name, {}).get(part, part)
        optional = signature.parameters[part].default is None
        if part not in given and not optional:
            return TypeError(f'{native}() missing 1 required positional arguments: "{shown}"')
        value = given.get(part)
        if not isinstance(value, Tensor) and not (optional and value is None):
            return TypeError(
                f"{native}(): argument '{shown}' (position {at}) must be Tensor, not {type_name(value)}"
            )
    return None
