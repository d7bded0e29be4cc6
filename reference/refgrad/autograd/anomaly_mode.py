"""Anomaly mode: remember where each operation ran, and refuse gradients with nan."""

from __future__ import annotations

import warnings
from typing import Any

from ..recording import anomaly

__all__ = ["detect_anomaly", "set_detect_anomaly"]


def _check_bool(name: str, position: int, given: Any) -> None:
    if type(given) is not bool:
        from .._signatures import type_name

        raise TypeError(
            f"set_anomaly_enabled(): argument '{name}' (position {position}) must be bool, not {type_name(given)}"
        )


class set_detect_anomaly:  # noqa: N801 - torch's name
    """Switch anomaly mode on or off: at once, and until the end of a `with` block."""

    __module__ = "torch.autograd.anomaly_mode"

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        _check_bool("enabled", 1, mode)
        _check_bool("check_nan", 2, check_nan)
        self.before = (anomaly.enabled, anomaly.check_nan)
        anomaly.enabled, anomaly.check_nan = mode, check_nan

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: Any) -> None:
        anomaly.enabled, anomaly.check_nan = self.before


class detect_anomaly:  # noqa: N801 - torch's name
    """Switch anomaly mode on inside a `with` block."""

    __module__ = "torch.autograd.anomaly_mode"

    def __init__(self, check_nan: bool = True) -> None:
        warnings.warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for "
            "debugging.",
            UserWarning,
            stacklevel=2,
        )
        self.check_nan = check_nan

    def __enter__(self) -> None:
        self.before = (anomaly.enabled, anomaly.check_nan)
        anomaly.enabled, anomaly.check_nan = True, self.check_nan

    def __exit__(self, *_: Any) -> None:
        anomaly.enabled, anomaly.check_nan = self.before
