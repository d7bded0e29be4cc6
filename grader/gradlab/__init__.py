"""gradlab: record a check on a reference engine, replay it on a submission, compare what the two engines did.

This module is the whole public API for authors of checks and plugins. Names load on first use, so that the
command line and the isolated workers import only what they need.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradlab.checks import check
    from gradlab.hookspecs import hookimpl
    from gradlab.model import (
        Check,
        CheckResult,
        Comparison,
        Diagnosis,
        Finding,
        Graph,
        GraphNode,
        Location,
        Observation,
        Outcome,
        Report,
        Task,
    )
    from gradlab.observe import Observer, Recording, pairs
    from gradlab.render.escape import clean, inert_commands
    from gradlab.render.layout import graph_text, table_text
    from gradlab.render.story import Story, stories
    from gradlab.renderer import Renderer
    from gradlab.wording import quoted

__all__ = [
    "Check",
    "CheckResult",
    "Comparison",
    "Diagnosis",
    "Finding",
    "Graph",
    "GraphNode",
    "Location",
    "Observation",
    "Observer",
    "Outcome",
    "Recording",
    "Renderer",
    "Report",
    "Story",
    "Task",
    "__version__",
    "check",
    "clean",
    "graph_text",
    "hookimpl",
    "inert_commands",
    "pairs",
    "quoted",
    "stories",
    "table_text",
]

__version__ = "0.1.0"

_HOME = {
    "check": "gradlab.checks",
    "hookimpl": "gradlab.hookspecs",
    "quoted": "gradlab.wording",
    **dict.fromkeys(
        [
            *("Check", "CheckResult", "Comparison", "Diagnosis", "Finding", "Graph", "GraphNode"),
            *("Location", "Observation", "Outcome", "Report", "Task"),
        ],
        "gradlab.model",
    ),
    **dict.fromkeys(["Observer", "Recording", "pairs"], "gradlab.observe"),
    "Renderer": "gradlab.renderer",
    **dict.fromkeys(["clean", "inert_commands"], "gradlab.render.escape"),
    **dict.fromkeys(["graph_text", "table_text"], "gradlab.render.layout"),
    **dict.fromkeys(["Story", "stories"], "gradlab.render.story"),
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'gradlab' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
