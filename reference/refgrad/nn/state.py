"""The state of a module as a dictionary, and back."""

from __future__ import annotations

from collections import OrderedDict, namedtuple
from typing import TYPE_CHECKING, Any

from ..grad_mode import no_grad
from ..tensor import Tensor

if TYPE_CHECKING:
    from .module import Module

__all__ = ["load_state_dict", "state_dict"]


class _IncompatibleKeys(namedtuple("IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    __slots__ = ()

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return f"_IncompatibleKeys(missing_keys={self.missing_keys}, unexpected_keys={self.unexpected_keys})"

    __str__ = __repr__


def _own(module: Module) -> dict[str, Tensor]:
    """Return the module's own parameters and persistent buffers."""
    kept = {name: each for name, each in module._parameters.items() if each is not None}
    for name, each in module._buffers.items():
        if each is not None and name not in module._non_persistent:
            kept[name] = each
    return kept


def state_dict(module: Module, destination: Any, prefix: str, keep_vars: bool) -> OrderedDict[str, Any]:
    """Collect parameters and persistent buffers by path; shared modules appear under each of their paths."""
    found: OrderedDict[str, Any] = OrderedDict() if destination is None else destination
    for name, each in _own(module).items():
        found[prefix + name] = each if keep_vars else each.detach()
    for name, child in module._modules.items():
        if child is not None:
            state_dict(child, found, f"{prefix}{name}.", keep_vars)
    return found


def load_state_dict(module: Module, given: Any, strict: bool, assign: bool) -> Any:
    """Copy each value to the tensor of its path and report paths that only one side has."""
    if not hasattr(given, "keys"):
        raise TypeError(f"Expected state_dict to be dict-like, got {type(given)}.")
    missing: list[str] = []
    errors: list[str] = []
    known: set[str] = set()
    _load_into(module, given, "", missing, errors, known, assign)
    unexpected = [key for key in given if key not in known]
    if strict:
        if unexpected:
            errors.insert(
                0, "Unexpected key(s) in state_dict: {}. ".format(", ".join(f'"{key}"' for key in unexpected))
            )
        if missing:
            errors.insert(
                0, "Missing key(s) in state_dict: {}. ".format(", ".join(f'"{key}"' for key in missing))
            )
    if errors:
        raise RuntimeError(
            f"Error(s) in loading state_dict for {type(module).__name__}:\n\t" + "\n\t".join(errors)
        )
    return _IncompatibleKeys(missing, unexpected)


def _load_into(
    module: Module,
    given: Any,
    prefix: str,
    missing: list[str],
    errors: list[str],
    known: set[str],
    assign: bool,
) -> None:
    for name, target in _own(module).items():
        key = prefix + name
        known.add(key)
        if key not in given:
            missing.append(key)
            continue
        value = given[key]
        if tuple(value.shape) != tuple(target.shape):
            errors.append(
                f"size mismatch for {key}: copying a param with shape {value.shape} from checkpoint, the shape in "
                f"current model is {target.shape}."
            )
            continue
        with no_grad():
            if assign:
                target.data = value.detach()
            else:
                target.copy_(value)
    for name, child in module._modules.items():
        if child is not None:
            _load_into(child, given, f"{prefix}{name}.", missing, errors, known, assign)
