"""Build the plugin manager: bundled and third-party plugins through entry points, only those that are named."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import TYPE_CHECKING

import pluggy

from gradlab import hookspecs
from gradlab.errors import CourseError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from gradlab.observe import Observer

__all__ = ["BUNDLED", "build_manager", "observers"]

# The plugins that every course has. They are entry points of this very distribution as well; named here as data, they
# load at once, load from an uninstalled checkout, and no installed package can take their names.
BUNDLED = (
    "program",
    "gradients",
    "errors",
    "memory",
    "flags",
    "aliasing",
    "order",
    "same",
    "text",
    "warning",
    "formats",
)


TRACE_VARIABLE = "GRADLAB_TRACE"


def build_manager(plugins: Iterable[str] = ()) -> pluggy.PluginManager:
    """Return a manager with the bundled plugins and those `plugins` names, in that order.

    With the environment variable GRADLAB_TRACE every call of a hook is written to standard error, with what it is
    given and what it returns: among others what hidden checks expect.

    Raises CourseError if a plugin is not installed, fails to import, or implements a hook that does not exist.
    """
    manager = pluggy.PluginManager(hookspecs.GROUP)
    manager.add_hookspecs(hookspecs)
    for name in BUNDLED:
        manager.register(import_module(f"gradlab_plugins.{name}"), name=name)
    others = [name for name in dict.fromkeys(plugins) if name not in BUNDLED]
    installed = (
        _installed() if others else {}
    )  # looking takes time, and most courses have no plugin of their own
    for name in others:
        manager.register(_load(name, installed), name=name)
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise CourseError(f"Plugin problem: {error}") from error
    if os.environ.get(TRACE_VARIABLE):
        manager.trace.root.setwriter(sys.stderr.write)
        manager.enable_tracing()
    return manager


def _installed() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    return {entry.name: entry for entry in entry_points(group=hookspecs.GROUP)}


def _load(name: str, installed: dict[str, EntryPoint]) -> object:
    if name not in installed:
        raise CourseError(
            f"The course names the plugin {name!r}, which is not installed. "
            f"Installed plugins: {', '.join(sorted(installed)) or 'none'}."
        )
    try:
        return installed[name].load()
    except Exception as error:
        raise CourseError(
            f"The plugin {name!r} ({installed[name].value}) cannot be imported: {error}"
        ) from error


def observers(manager: pluggy.PluginManager) -> dict[str, Observer]:
    """Return every observer by its name. Raises CourseError if two plugins offer the same name."""
    found: dict[str, Observer] = {}
    for group in reversed(manager.hook.register_observers()):
        for observer in group:
            if observer.name in found:
                raise CourseError(f"Two plugins offer observe.{observer.name}.")
            found[observer.name] = observer
    return found
