"""`torch.special`: functions that go by another name, or by the same one, in `torch`."""

from __future__ import annotations

from typing import Any

__all__: list[str] = []

# Name here: name in `torch`.
_NAMES = {
    **{
        name: name
        for name in (
            *(
                "erf",
                "erfc",
                "erfinv",
                "exp2",
                "expm1",
                "log1p",
                "log_softmax",
                "logit",
                "logsumexp",
                "round",
                "sinc",
            ),
            *("softmax", "xlogy"),
        )
    },
    "expit": "sigmoid",
}


def __getattr__(name: str) -> Any:
    """Find a function by its name here."""
    if name not in _NAMES:
        from .absent import missing

        raise missing("torch.special", name)
    import refgrad

    return getattr(refgrad, _NAMES[name])


def __dir__() -> list[str]:
    return sorted(_NAMES)
