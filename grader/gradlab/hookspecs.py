"""Every hook a plugin may implement, in the order in which one grading calls them.

A plugin is a module named in the entry-point group `gradlab` whose functions carry `@gradlab.hookimpl`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gradlab.model import Check, CheckResult, Finding, Observation, Report
    from gradlab.observe import Observer
    from gradlab.renderer import Renderer

__all__ = [
    "GROUP",
    "HOOKS",
    "check_finished",
    "check_started",
    "hookimpl",
    "hookspec",
    "judge",
    "register_observers",
    "register_renderers",
    "report_finished",
]

GROUP = "gradlab"
HOOKS = (
    "register_observers",
    "check_started",
    "judge",
    "check_finished",
    "report_finished",
    "register_renderers",
)
hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)


@hookspec
def register_observers() -> Sequence[Observer]:
    """Return the `observe.<name>` methods that this plugin offers and judges."""
    raise NotImplementedError


@hookspec
def check_started(check: Check) -> None:
    """Called before a check is replayed on a submission."""


@hookspec
def judge(check: Check, expected: Sequence[Observation], actual: Sequence[Observation]) -> Sequence[Finding]:
    """Return a Finding for every difference between what the reference and the submission did. Not called where all that
    was observed is the same to the bit.

    Both sequences are in program order. Judge the kinds that your observers declare, and no others; use
    `gradlab.pairs` to walk them side by side. No finding means no difference.
    """
    raise NotImplementedError


@hookspec
def check_finished(result: CheckResult) -> None:
    """Called once a check has its outcome and score."""


@hookspec
def report_finished(report: Report) -> None:
    """Called once a submission's report is complete; the command line stores it next."""


@hookspec
def register_renderers() -> Sequence[Renderer]:
    """Return the forms of output, chosen by `--format NAME`, that this plugin can write a report in."""
    raise NotImplementedError
