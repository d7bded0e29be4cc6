"""Whether operations are recorded: one flag per thread, and the context managers that change it."""

from __future__ import annotations

import functools
import inspect
import threading
import warnings
from collections.abc import Callable
from types import TracebackType
from typing import Any, TypeVar

from .backend import silence
from .c_names import takes_nothing

__all__ = [
    "enable_grad",
    "inference_mode",
    "is_grad_enabled",
    "is_inference_mode_enabled",
    "like_cpp",
    "mode",
    "no_grad",
    "set_grad_enabled",
]

_HOME = "torch.autograd.grad_mode"
F = TypeVar("F", bound=Callable[..., Any])


class _Mode(threading.local):
    """The flags of this thread. Each new thread starts with these defaults, as in torch."""

    enabled = True
    inference = False
    cpp = False  # whether what runs stands in C++ in torch, see `like_cpp`
    backward_pass: Any = None  # the innermost that is running

    def __init__(self) -> None:  # runs in each thread that asks for a flag
        silence()


mode = _Mode()


@takes_nothing
def is_grad_enabled() -> bool:
    """Return whether operations are recorded in this thread."""
    return mode.enabled


@takes_nothing
def is_inference_mode_enabled() -> bool:
    """Return whether this thread is in inference mode."""
    return mode.inference


def like_cpp(function: F) -> F:
    """Let a function record what it does with numbers as torch's C++ code does: `x + 1` is an `AddBackward1` there."""

    @functools.wraps(function)
    def recorded(*args: Any, **kwargs: Any) -> Any:
        return run_like_cpp(function, *args, **kwargs)

    return recorded  # type: ignore[return-value]


def run_like_cpp(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call a function for this once as `like_cpp` would."""
    before, mode.cpp = mode.cpp, True
    try:
        return function(*args, **kwargs)
    finally:
        mode.cpp = before


class _Switch:
    """A context manager that also decorates functions and generators; each call enters it anew."""

    def __init__(self) -> None:
        self.previous = True

    def _again(self) -> _Switch:
        return type(self)()

    def _set(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> None:
        self.previous = mode.enabled
        self._set()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        mode.enabled = self.previous

    def __call__(self, function: F) -> F:
        if inspect.isclass(function):
            warnings.warn(
                "Decorating classes is deprecated and will be disabled in future versions. You should only decorate "
                "functions or methods. To preserve the current behavior of class decoration, you can directly decorate "
                "the `__init__` method and nothing else.",
                FutureWarning,
                stacklevel=2,
            )
        if inspect.isgeneratorfunction(function):
            return _around_generator(self._again, function)  # type: ignore[return-value]
        return context_decorator(self._again, function)  # type: ignore[return-value]


def context_decorator(again: Callable[[], _Switch], function: Callable[..., Any]) -> Callable[..., Any]:
    """Enter the switch for each call of a function."""

    @functools.wraps(function)
    def decorate_context(*args: Any, **kwargs: Any) -> Any:
        with again():
            return function(*args, **kwargs)

    return decorate_context


def _around_generator(again: Callable[[], _Switch], function: Callable[..., Any]) -> Callable[..., Any]:
    """Enter the switch for each step of a generator and leave it while the caller runs."""

    @functools.wraps(function)
    def steps(*args: Any, **kwargs: Any) -> Any:
        with again():
            generator = function(*args, **kwargs)
        resume: Callable[[], Any] = functools.partial(next, generator)
        while True:
            try:
                with again():
                    value = resume()
            except StopIteration as stop:
                return stop.value
            try:
                sent = yield value
            except GeneratorExit:
                with again():
                    generator.close()
                raise
            except BaseException as error:
                resume = functools.partial(generator.throw, error)
            else:
                resume = functools.partial(generator.send, sent)

    return steps


class _NoParamDecoratorContextManager(_Switch):
    """A switch without settings, which decorates without parentheses as well: `@no_grad`."""

    def __new__(cls, orig_func: Any = None) -> Any:
        """Decorate the function, if there is one."""
        return object.__new__(cls) if orig_func is None else cls()(orig_func)

    def __init__(self, orig_func: Any = None) -> None:
        super().__init__()


class no_grad(_NoParamDecoratorContextManager):  # noqa: N801 - torch's name
    """Record nothing inside."""

    __module__ = _HOME

    def __init__(self) -> None:
        super().__init__()

    def _set(self) -> None:
        mode.enabled = False


class enable_grad(_NoParamDecoratorContextManager):  # noqa: N801 - torch's name
    """Record inside, also within `no_grad`."""

    __module__ = _HOME

    def _set(self) -> None:
        mode.enabled = True


class set_grad_enabled(_Switch):  # noqa: N801 - torch's name
    """Switch recording on or off: at once when called, and until the end of a `with` block."""

    __module__ = _HOME

    def __repr__(self) -> str:
        return f"{_HOME}.set_grad_enabled(mode={self.mode})"

    def __init__(self, mode: bool) -> None:  # the parameter's name is part of torch's interface
        if type(mode) is not bool:
            from ._signatures import type_name

            raise TypeError(
                f"set_grad_enabled(): argument 'enabled' (position 1) must be bool, not {type_name(mode)}"
            )
        self.previous = is_grad_enabled()
        self.mode = mode
        _set_enabled(mode)

    def _again(self) -> _Switch:
        return set_grad_enabled(self.mode)

    def __call__(self, function: F) -> F:
        _set_enabled(self.previous)  # as a decorator it has no effect until the function is called
        return super().__call__(function)

    def __enter__(self) -> None:
        _set_enabled(self.mode)


def _set_enabled(enabled: bool) -> None:
    mode.enabled = enabled


class inference_mode(_Switch):  # noqa: N801 - torch's name
    """Record nothing and let tensors made inside be without version counters; `inference_mode(False)` undoes it."""

    __module__ = _HOME

    def __new__(cls, mode: Any = True) -> Any:
        """Also decorate without parentheses: `@inference_mode`."""
        if isinstance(mode, bool):
            return object.__new__(cls)
        return cls()(mode)

    def __init__(self, mode: bool = True) -> None:
        super().__init__()
        self.mode = mode

    def _again(self) -> _Switch:
        again: _Switch = inference_mode(self.mode)
        return again

    def __enter__(self) -> None:
        self.before = (mode.enabled, mode.inference)
        mode.inference = self.mode
        mode.enabled = not self.mode

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        mode.enabled, mode.inference = self.before


class set_multithreading_enabled:  # noqa: N801 - torch's name
    """Allow backward passes several threads, or not: refgrad uses the caller's only, and keeps the setting."""

    __module__ = _HOME

    def __init__(self, mode: bool) -> None:
        if type(mode) is not bool:
            raise TypeError(
                "set_multithreading_enabled(): argument 'enabled' (position 1) must be bool, not "
                f"{type(mode).__name__}"
            )
        self.previous = _multithreading[0]
        _multithreading[0] = mode

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: Any) -> None:
        _multithreading[0] = self.previous


_multithreading = [True]


def is_multithreading_enabled() -> bool:
    """Return what was last set: True at the start."""
    return _multithreading[0]
