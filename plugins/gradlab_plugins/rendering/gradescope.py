"""The report as Gradescope's `results.json`.

Every check is a test that the student sees. A hidden check says no more than its title and its score here as elsewhere,
so that nothing has to be kept from students by Gradescope, whose hidden tests would hide the total as well.
"""

from __future__ import annotations

import json
from typing import Any

from gradlab import CheckResult, Outcome, Report, Story, clean, inert_commands, stories
from gradlab_plugins.rendering.told import told

__all__ = ["render"]


def render(report: Report) -> str:
    """Return the file's content in ASCII."""
    told_of = {check.name: story for story in stories(report) for check in story.checks}
    results = {
        "score": report.score,
        "execution_time": round(sum(check.seconds or 0.0 for check in report.checks), 3),
        "output": "\n".join(clean(note) for note in report.notes),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "extra_data": {
            "suite_sha256": report.suite.sha256,
            "attempt": report.attempt,
            "outcome": report.outcome.value,
        },
        "tests": [_test(check, told_of[check.name]) for check in report.checks],
    }
    return inert_commands(json.dumps(results, indent=2, allow_nan=False), "\\u{:04x}") + "\n"


def _test(check: CheckResult, story: Story) -> dict[str, Any]:
    return {
        "score": check.score,
        "max_score": check.max_score,
        "status": "passed" if check.outcome is Outcome.PASSED else "failed",
        "name": clean(check.title) + (" (hidden)" if check.hidden else ""),
        "name_format": "text",
        "number": clean(check.task),
        "output": "" if check.outcome is Outcome.PASSED else told(story),
        "output_format": "text",
        "tags": [clean(check.task)],
        "visibility": "visible",
    }
