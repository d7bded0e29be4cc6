"""A student's attempts and due dates, as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gradlab.render.escape import clean
from gradlab.render.json import dump

if TYPE_CHECKING:
    from rich.table import Table

    from gradlab.gradebook import Attempt
    from gradlab.render.text import Screen

__all__ = ["SCHEMA", "render_json", "render_text"]

SCHEMA = "gradlab/status/1"
_STATES = {
    "received": ("waiting", "yellow"),
    "graded": ("graded", "green"),
    "error": ("gradlab failed", "magenta"),
    "ungradable": ("cannot be graded", "red"),
}


def render_json(student: str, attempts: Sequence[Attempt], due: Mapping[str, datetime | None]) -> str:
    """Return both as JSON. `number` is null where an attempt was not counted."""
    return dump(
        {
            "schema": SCHEMA,
            "student": student,
            "attempts": [
                {
                    "assignment": attempt.assignment,
                    "number": attempt.number,
                    "state": attempt.state,
                    "submitted_at": attempt.submitted_at,
                    "graded_at": attempt.graded_at,
                    "score": attempt.score,
                    "max_score": attempt.max_score,
                    "sha256": attempt.sha256,
                    "message": attempt.message,
                }
                for attempt in attempts
            ],
            "due": {name: None if when is None else when.isoformat() for name, when in due.items()},
        }
    )


def render_text(
    student: str, attempts: Sequence[Attempt], due: Mapping[str, datetime | None], screen: Screen
) -> str:
    """Return a table of the attempts, and the due dates that are set."""
    from rich.console import Group, RenderableType
    from rich.text import Text

    parts: list[RenderableType] = []
    if attempts:
        parts.append(_table(attempts))
        parts += [
            Text(f"{clean(a.assignment)}, {_when(a.submitted_at)}: {clean(a.message)}", overflow="fold")
            for a in attempts
            if a.message
        ]
    else:
        parts.append(Text(f"{clean(student)} has not handed in anything here yet."))
    dates = {name: when for name, when in due.items() if when is not None}
    if dates:
        parts.append("")
    for name, when in dates.items():
        late = "  (over)" if when < datetime.now(UTC) else ""
        parts.append(Text(f"{clean(name)} is due {when:%Y-%m-%d %H:%M %Z}{late}"))
    return screen.draw(Group(*parts))


def _table(attempts: Sequence[Attempt]) -> Table:
    from rich.table import Table
    from rich.text import Text

    from gradlab.render.text import points

    grid = Table.grid(padding=(0, 2, 0, 0))
    for justify in ("left", "right", "left", "right", "left"):
        grid.add_column(justify=justify)
    grid.add_row(*(Text(word, "bold") for word in ("Assignment", "No.", "Handed in", "Score", "State")))
    for attempt in attempts:
        state, style = _STATES[attempt.state]
        score = ""
        if attempt.state == "graded" and attempt.score is not None and attempt.max_score is not None:
            score = f"{points(attempt.score)} / {points(attempt.max_score)}"
        grid.add_row(
            clean(attempt.assignment),
            str(attempt.number or "-"),
            _when(attempt.submitted_at),
            score,
            Text(state, style),
        )
    return grid


def _when(iso: str) -> str:
    return clean(iso).replace("T", " ").replace("+00:00", " UTC")
