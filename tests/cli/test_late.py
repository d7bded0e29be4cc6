"""Work that is handed in after it was due."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import WRONG, Run

HandIn = Callable[..., Path]
DUE = "due = 2020-01-01T10:00:00+01:00\n"
LATE = "[late]\npercent_per_day = 10\ndays = 7\ngrace_minutes = 15\n"


@pytest.fixture
def due(course: Path) -> Callable[[str, str], None]:
    """Return a function that writes the due date and the table `[late]` into the settings."""
    path = course / "steps" / "assignment.toml"
    plain = path.read_text()

    def write(late: str = LATE, date: str = DUE) -> None:
        path.write_text(date + plain + late)

    return write


@pytest.mark.parametrize(
    ("when", "score", "note"),
    [
        ("2020-01-01T10:00:00+01:00", 5, None),
        (
            "2020-01-01T09:14:59+00:00",
            5,
            "Handed in 14 minutes after it was due, which is still in time.",
        ),
        (
            "2020-01-02T12:30:00+00:00",
            4,
            "Handed in 1 day and 3 hours after it was due: 20 % of the points are taken off, so that 5 become 4.",
        ),
        (
            "2020-01-08T09:30:00Z",
            0,
            "Handed in 7 days and 30 minutes after it was due: 100 % of the points are taken off, so that 5 become 0.",
        ),
    ],
    ids=["in time", "forgiven", "late", "too late"],
)
def test_lateness_is_taken_off_the_score_and_said(
    due: Callable[..., None], hand_in: HandIn, run: Run, when: str, score: float, note: str | None
) -> None:
    due()
    ended = run("submit", hand_in(), "--student", "ada", "--submitted-at", when, "--format", "json")
    assert ended.code == 0, ended.err
    report = json.loads(ended.out)
    assert report["score"] == score
    assert sum(check["score"] for check in report["checks"]) == 5
    assert [text for text in report["notes"] if "due" in text] == ([] if note is None else [note])
    assert f"{score} / 5" in run("status", "--student", "ada").out


def test_without_a_policy_lateness_is_only_said(due: Callable[..., None], hand_in: HandIn, run: Run) -> None:
    due(late="")
    ended = run("submit", hand_in(), "--submitted-at", "2020-01-01T09:00:30Z")
    assert "Note: Handed in less than a minute after it was due.\n" in ended.out
    assert "Score 3 / 3 5 / 5" in " ".join(ended.out.split())


def test_what_is_handed_in_now_is_late_from_the_due_date_on(
    due: Callable[..., None], hand_in: HandIn, run: Run
) -> None:
    due(late="[late]\npercent_per_day = 1\ndays = 1\n")
    ended = run("submit", hand_in(WRONG), "--fail-under", "1")
    assert ended.code == 1
    assert "so that 2 become 0." in " ".join(ended.out.split())
    assert "0 % is below 1 %." in ended.err


def test_a_check_is_never_late(due: Callable[..., None], hand_in: HandIn, run: Run) -> None:
    due()
    ended = run("check", hand_in())
    assert "Score 2 / 2 3 / 3" in " ".join(ended.out.split())
    assert "due" not in ended.out


def test_students_read_what_lateness_costs(
    due: Callable[..., None], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    due()
    assert (
        "\nHand in before 2020-01-01 10:00 (UTC+01:00). Late work loses 10 %"
        in run("start", "steps", tmp_path).out
    )
    assert run("release", "steps", tmp_path / "bundle").code == 0
    said = " ".join((tmp_path / "bundle" / "README.md").read_text().split())
    assert (
        "Hand in before 2020-01-01 10:00 (UTC+01:00). Late work loses 10 % of its points for each day begun, and counts "
        "for nothing after 7 days; 15 minutes are forgiven. "
    ) in said
    monkeypatch.chdir(tmp_path / "bundle")
    assert "% of the points are taken off" in " ".join(run("submit", "--student", "ada").out.split())


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("yesterday", "'yesterday' is no date and time with its zone, such as 2026-10-16T23:59:00+02:00."),
        ("2020-01-01T10:00:00", "'2020-01-01T10:00:00' is no date and time with its zone"),
        ("2999-01-01T10:00:00Z", "2999-01-01T10:00:00Z lies in the future."),
    ],
)
def test_a_time_that_cannot_be_is_refused(
    course: Path, hand_in: HandIn, run: Run, given: str, said: str
) -> None:
    ended = run("submit", hand_in(), "--submitted-at", given)
    assert ended.code == 2
    assert said in " ".join(ended.err.split())
    assert not (course / ".gradlab" / "gradebook.db").exists()


@pytest.mark.parametrize(
    ("date", "late", "problems"),
    [
        ("", LATE, [":20: [late] says what is taken off late work, and there is no due date."]),
        (DUE, "[late]\ndays = 3\n", [":21: percent_per_day is missing; it must be a number."]),
        (
            DUE,
            "[late]\npercent_per_day = 120\ndays = 0\ngrace_minutes = -1\nhours = 3\n",
            [
                ":25: [late] has no setting 'hours'; known are percent_per_day, days, grace_minutes.",
                ":22: percent_per_day is 120; it must be above 0, and 100 at most.",
                ":23: days is 0; it must be above 0.",
                ":24: grace_minutes is -1; it must be above 0.",
            ],
        ),
        ('late = "never"\n' + DUE, "", [":1: late is 'never'; it must be a table."]),
    ],
    ids=["no date", "no percentage", "wrong numbers", "no table"],
)
def test_a_policy_that_cannot_be_is_named_with_its_lines(
    due: Callable[..., None], run: Run, date: str, late: str, problems: list[str]
) -> None:
    due(late=late, date=date)
    ended = run("check", "steps")
    assert ended.code == 2
    said = ended.err.replace("\n", " ")
    for problem in problems:
        assert f"assignment.toml{problem}" in said
