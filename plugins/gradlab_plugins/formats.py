"""Reports for other programs: `--format markdown`, `junit`, `github`, `gradescope`. Each loads when it is used."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

from gradlab import Renderer, Report, hookimpl

__all__ = ["register_renderers"]

NAMES = ("markdown", "junit", "github", "gradescope")


@hookimpl
def register_renderers() -> Sequence[Renderer]:
    """Offer all of them."""
    return [Renderer(name, _late(name)) for name in NAMES]


def _late(name: str) -> Callable[[Report], str]:
    return lambda report: str(import_module(f"gradlab_plugins.rendering.{name}").render(report))
