"""Anomaly mode: remember where each operation ran, and refuse gradients with nan."""

from __future__ import annotations

import warnings
from typing import Any

from ..recording import anomaly

__all__ = ["detect_anomaly", "set_detect_anomaly"]


class set_detect_anomaly:  # noqa: N801 - torch's name
    """Switch anomaly mode on or off: at once, and until the end of a `with` block."""

    __module__ = "torch.autograd.anomaly_mode"

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        if type(mode) is not bool:
            raise TypeError(
                f"set_anomaly_enabled(): argument 'enabled' (position 1) must be bool, not {type(mode).__name__}"
            )
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
