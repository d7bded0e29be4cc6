"""Every form in which a report can be written, by its name."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING

from gradlab.errors import CourseError, UsageError
from gradlab.renderer import Renderer

if TYPE_CHECKING:
    import pluggy

__all__ = ["OWN", "named", "renderers"]

OWN = ("text", "json", "html")  # modules of this package; all others come from plugins


def named(name: str, plugins: Iterable[str]) -> Renderer:
    """Return a form of output, from this package or from a plugin that the course names.

    Raises UsageError if there is none of that name.
    """
    if name in OWN:
        return _own(name)
    from gradlab.manager import build_manager

    known = renderers(build_manager(plugins))
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else f" There are {', '.join(known)}."
        raise UsageError(f"There is no format {name!r}.{hint}")
    return known[name]


def renderers(manager: pluggy.PluginManager) -> dict[str, Renderer]:
    """Return all forms of output, our own first. Raises CourseError if two have the same name."""
    found = {name: _own(name) for name in OWN}
    for group in reversed(manager.hook.register_renderers()):
        for renderer in group:
            if renderer.name in found:
                raise CourseError(f"Two plugins offer the format {renderer.name!r}.")
            found[renderer.name] = renderer
    return found


def _own(name: str) -> Renderer:
    return Renderer(name, lambda report: str(import_module(f"gradlab.render.{name}").render(report)))
