"""The list of a student's attempts."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from gradlab.gradebook import Attempt
from gradlab.render.status import render_json, render_text
from gradlab.render.text import Screen


def attempt(key: int, number: int | None, state: str, **more: object) -> Attempt:
    members: dict[str, object] = {
        "id": key,
        "student": "alice",
        "assignment": "backward",
        "number": number,
        "sha256": "ab" * 32,
        "submitted_at": "2026-11-21T10:00:00+00:00",
        "state": state,
        "notes": (),
        "graded_at": None,
        "score": None,
        "max_score": None,
        "message": None,
        **more,
    }
    return Attempt(**members)  # type: ignore[arg-type]


ATTEMPTS = [
    attempt(1, 1, "graded", score=2.0, max_score=8.5, graded_at="2026-11-21T10:00:01+00:00"),
    attempt(2, None, "ungradable", message="Expected engine.py; found \x1b[2Jessay.txt."),
    attempt(3, 2, "received"),
]
DUE = {"backward": datetime(2020, 1, 2, 3, 4, tzinfo=UTC), "zero_grad": None}

GOLDEN = """\
Assignment  No.  Handed in                  Score  State
backward      1  2026-11-21 10:00:00 UTC  2 / 8.5  graded
backward      -  2026-11-21 10:00:00 UTC           cannot be graded
backward      2  2026-11-21 10:00:00 UTC           waiting
backward, 2026-11-21 10:00:00 UTC: Expected engine.py; found \\x1b[2Jessay.txt.

backward is due 2020-01-02 03:04 UTC  (over)
"""


def test_attempts_and_due_dates_are_listed() -> None:
    assert render_text("alice", ATTEMPTS, DUE, Screen()) == GOLDEN


def test_a_student_who_handed_in_nothing_is_told_so() -> None:
    assert render_text("alice", [], {}, Screen()) == "alice has not handed in anything here yet.\n"


def test_the_same_as_json() -> None:
    data = json.loads(render_json("alice", ATTEMPTS, DUE))
    assert data["schema"] == "gradlab/status/1"
    assert [(a["number"], a["state"], a["score"]) for a in data["attempts"]] == [
        (1, "graded", 2.0),
        (None, "ungradable", None),
        (2, "received", None),
    ]
    assert data["due"] == {"backward": "2020-01-02T03:04:00+00:00", "zero_grad": None}
