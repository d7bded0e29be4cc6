"""The base of all optimizers: groups of parameters with settings, and a state for each parameter."""

from __future__ import annotations

import functools
import warnings
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from ..grad_mode import enable_grad, no_grad
from ..hooks import RemovableHandle, register
from ..settings import typename
from ..tensor import Tensor

__all__ = ["Optimizer", "check", "check_at_least_0", "check_one_rate", "check_rate"]


def check(name: str, value: Any, fine: bool) -> None:
    """Refuse a setting: "Invalid learning rate: -1"."""
    if not fine:
        raise ValueError(f"Invalid {name}: {value}")


def check_at_least_0(name: str, value: Any) -> None:
    """Refuse a negative setting, and nan."""
    least = 0.0  # in front, as Python's message for what is no number shows
    check(name, value, least <= value)


def check_one_rate(lr: Any) -> None:
    """Refuse a learning rate that is a tensor of several elements."""
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")


def check_rate(lr: Any) -> None:
    """Refuse a learning rate that is not one number of at least 0."""
    check_one_rate(lr)
    check_at_least_0("learning rate", lr)


class Optimizer:
    """Changes parameters by their gradients; subclasses define `update(param, grad, state, group)`."""

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or dicts, but got "
                + str(params.type())
            )
        self.defaults = defaults
        self.state: defaultdict[Any, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[dict[str, Any]] = []
        self._hooks: dict[str, dict[int, Callable[..., Any]]] = {}
        self._steps_taken = 0
        _hook_step(type(self))
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(group)

    def __repr__(self) -> str:
        lines = [f"{type(self).__name__} ("]
        for index, group in enumerate(self.param_groups):
            lines += [""] * (index > 0) + [f"Parameter Group {index}"]
            lines += [f"    {key}: {group[key]}" for key in sorted(group) if key != "params"]
        return "\n".join(lines) + "\n)"

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters with settings of their own."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        given = param_group["params"]
        if isinstance(given, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the ordering of tensors in sets "
                "will change between runs. Please use a list instead."
            )
        params = [given] if isinstance(given, Tensor) else list(given)
        names = [each[0] for each in params if isinstance(each, tuple)]
        params = [each[1] if isinstance(each, tuple) else each for each in params]
        if names and len(names) != len(params):
            raise ValueError(
                "all optimizer params should be with/without names. Some param names are missing"
            )
        for each in params:
            if not isinstance(each, Tensor):
                raise TypeError(
                    f"optimizer can only optimize Tensors, but one of the params is {typename(each)}"
                )
            if not self.defaults.get("differentiable") and not (each.is_leaf or each.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")
        if len({id(each) for each in params}) != len(params):
            warnings.warn(
                "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; "
                "see github.com/pytorch/pytorch/issues/40967 for more information",
                UserWarning,
                stacklevel=3,
            )
        if any(bool(names) != ("param_names" in group) for group in self.param_groups):
            raise ValueError(
                "all optimizer param groups should be with/without names. cannot add param group "
                f"{'with' if names else 'without'} names to the optimizer"
            )
        known = {id(each) for group in self.param_groups for each in group["params"]}
        if any(id(each) in known for each in params):
            raise ValueError("some parameters appear in more than one parameter group")
        group = {**param_group, "params": params, **({"param_names": names} if names else {})}
        for name, value in self.defaults.items():
            group.setdefault(name, value)
        self.param_groups.append(group)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Drop the gradients of all parameters, or set them to zero."""
        for group in self.param_groups:
            for each in group["params"]:
                if each._grad is None:
                    continue
                if set_to_none:
                    each._grad = None
                else:
                    if each._grad.grad_fn is not None:
                        each._grad.detach_()
                    else:
                        each._grad.requires_grad_(False)
                    each._grad.zero_()

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change each parameter once; `closure` computes the loss anew and is returned from."""
        if type(self).update is Optimizer.update:
            raise NotImplementedError
        loss = None
        with no_grad():
            if closure is not None:
                with enable_grad():
                    loss = closure()
            for group in self.param_groups:
                self.update_group(group)
        return loss

    def update_group(self, group: dict[str, Any]) -> None:
        """Change the parameters of a group that have a gradient."""
        for param in group["params"]:
            grad = param._grad
            if grad is not None:
                self.update(param, -grad if group.get("maximize") else grad, self.state, group)

    def update(self, param: Tensor, grad: Tensor, state: Any, group: dict[str, Any]) -> None:
        """Change one parameter in place."""
        raise NotImplementedError

    def _registered(self, when: str) -> list[Callable[..., Any]]:
        return list(self._hooks.get(when, {}).values())

    def _register(self, when: str, hook: Callable[..., Any], first: bool = False) -> RemovableHandle:
        return register(self._hooks.setdefault(when, {}), hook, first=first)

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` before each step; it may return other arguments."""
        return self._register("before a step", hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(optimizer, args, kwargs)` after each step."""
        return self._register("after a step", hook)

    def register_state_dict_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer)` before `state_dict` collects anything."""
        return self._register("before state_dict", hook, prepend)

    def register_state_dict_post_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` with what is to be returned; it may return another one."""
        return self._register("after state_dict", hook, prepend)

    def register_load_state_dict_pre_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer, state_dict)` with what is to be loaded; it may return another one."""
        return self._register("before load_state_dict", hook, prepend)

    def register_load_state_dict_post_hook(
        self, hook: Callable[..., Any], prepend: bool = False
    ) -> RemovableHandle:
        """Call `hook(optimizer)` after `load_state_dict`."""
        return self._register("after load_state_dict", hook, prepend)

    def state_dict(self) -> dict[str, Any]:
        """Return settings and state, with parameters numbered."""
        for hook in self._registered("before state_dict"):
            hook(self)
        numbers: dict[int, int] = {}
        groups = []
        for group in self.param_groups:
            for each in group["params"]:
                numbers.setdefault(id(each), len(numbers))
            packed = {key: value for key, value in group.items() if key != "params"}
            packed["params"] = [numbers[id(each)] for each in group["params"]]
            groups.append(packed)
        state = {numbers.get(id(key), key): value for key, value in self.state.items()}
        found: dict[str, Any] = {"state": state, "param_groups": groups}
        for hook in self._registered("after state_dict"):
            changed = hook(self, found)
            found = found if changed is None else changed
        return found

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take settings and state from what `state_dict` returned."""
        state_dict = state_dict.copy()
        for hook in self._registered("before load_state_dict"):
            changed = hook(self, state_dict)
            state_dict = state_dict if changed is None else changed
        saved = state_dict["param_groups"]
        if len(saved) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        for mine, theirs in zip(self.param_groups, saved, strict=True):
            if len(mine["params"]) != len(theirs["params"]):
                raise ValueError(
                    "loaded state dict contains a parameter group that doesn't match the size of optimizer's group"
                )
        by_number = {
            number: each
            for mine, theirs in zip(self.param_groups, saved, strict=True)
            for number, each in zip(theirs["params"], mine["params"], strict=True)
        }
        self.state = defaultdict(dict)
        for key, value in state_dict["state"].items():
            param = by_number.get(key)
            self.state[key if param is None else param] = (
                value if param is None else {name: _suited(each, param, name) for name, each in value.items()}
            )
        self.param_groups = [
            {**{key: value for key, value in theirs.items() if key != "params"}, "params": mine["params"]}
            for mine, theirs in zip(self.param_groups, saved, strict=True)
        ]
        for hook in self._registered("after load_state_dict"):
            hook(self)


def _suited(value: Any, param: Tensor, name: str) -> Any:
    """Return a part of the state as its parameter needs it: of the same dtype and device, but for counts of steps."""
    if not isinstance(value, Tensor) or name == "step":
        return value
    return value.to(param.device, param.dtype if param.is_floating_point() else value.dtype)


def _hook_step(kind: type[Optimizer]) -> None:
    """Let the `step` of a class, also one that a user wrote, count and call the hooks around it."""
    step = kind.step
    if hasattr(step, "hooked"):
        return

    @functools.wraps(step)
    def hooked(*args: Any, **kwargs: Any) -> Any:
        self = args[0]
        for hook in self._registered("before a step"):
            changed = hook(self, args, kwargs)
            if changed is None:
                continue
            if not (isinstance(changed, tuple) and len(changed) == 2):
                raise RuntimeError(
                    f"{step} must return None or a tuple of (new_args, new_kwargs), but got {changed}."
                )
            args, kwargs = changed
        found = step(*args, **kwargs)
        self._steps_taken += 1
        for hook in self._registered("after a step"):
            hook(self, args, kwargs)
        return found

    hooked.hooked = True  # type: ignore[attr-defined]
    kind.step = hooked  # type: ignore[method-assign]
