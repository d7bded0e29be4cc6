"""Backward passes that start others: many levels deep, each on a stack that is deep enough."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread, get_ident

from .grad_mode import mode
from .recording import hooks_on_saved, saved_hooks

__all__ = ["MOST_ON_ONE_STACK", "on_new_stack"]

# How many passes may run within each other on one stack, as in torch.
MOST_ON_ONE_STACK = 60


def on_new_stack(work: Callable[[], None]) -> None:
    """Do something on a thread of its own, with this thread's flags and hooks, and wait for it."""
    flags = mode.enabled, mode.inference, mode.backward_pass
    entered = [hooks for _, hooks in hooks_on_saved()]
    failed: list[BaseException] = []

    def there() -> None:
        mode.enabled, mode.inference, mode.backward_pass = flags
        own = [(get_ident(), hooks) for hooks in entered]
        saved_hooks.extend(own)
        try:
            work()
        except BaseException as error:  # handed over to the thread that waits
            failed.append(error)
        finally:
            saved_hooks[:] = [each for each in saved_hooks if each[0] != get_ident()]

    thread = Thread(target=there)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
