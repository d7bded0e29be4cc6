"""The command line itself: help, exit codes, and no traceback for anybody's mistake."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gradlab import __version__
from gradlab.cli import VERBS

from .conftest import ROOTS, WRONG, Run


def test_help_lists_every_verb(run: Run) -> None:
    for flag in ("-h", "--help"):
        ended = run(flag)
        assert ended.code == 0
        assert all(verb in ended.out for verb in VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(run: Run, verb: str) -> None:
    for flag in ("-h", "--help"):
        ended = run(verb, flag)
        assert ended.code == 0
        assert ended.out.startswith(f"Usage: grade {verb}")


def test_the_version_is_the_packages(run: Run) -> None:
    assert run("--version").out == f"gradlab {__version__}\n"


def test_a_misspelt_verb_is_corrected(run: Run) -> None:
    ended = run("sumbit")
    assert ended.code == 2
    assert "There is no verb 'sumbit'. Did you mean 'submit'?" in ended.err
    assert "The verbs are start, check, submit" in run("xyzzy").err


def test_a_verb_says_which_formats_it_writes(course: Path, run: Run) -> None:
    ended = run("status", "--format", "html")
    assert ended.code == 2
    assert "'html' is not a format; this verb writes text and json." in ended.err


@pytest.mark.parametrize("verb", ["check", "submit", "show"])
def test_an_unknown_format_is_refused_before_anything_is_done(
    course: Path, hand_in: Callable[..., Path], run: Run, verb: str
) -> None:
    ended = run(verb, *([] if verb == "show" else [hand_in()]), "--format", "htm")
    assert (ended.code, ended.out) == (2, "")
    assert "There is no format 'htm'. Did you mean 'html'?" in ended.err
    assert not (course / ".gradlab" / "gradebook.db").exists()


def test_the_same_report_is_written_as_a_page(course: Path, hand_in: Callable[..., Path], run: Run) -> None:
    page = course / "report.html"
    assert run("check", hand_in(WRONG), "--format", "html", "--output", page).code == 1
    assert page.read_text(encoding="ascii").startswith("<!doctype html>")
    assert run("submit", hand_in(WRONG), "--format", "html").out.startswith("<!doctype html>")
    shown = run("show", "--format", "html")
    assert shown.code == 0
    assert "Two tensors are multiplied." in shown.out


def test_outside_of_a_course_the_next_step_is_said(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = run("status")
    assert ended.code == 2
    assert "There is no course.toml" in ended.err


def test_a_fault_of_gradlab_is_one_sentence_and_exit_code_70(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gradlab.cli.place.student_id", lambda given: 1 / 0)
    ended = run("show")
    assert ended.code == 70
    assert ended.err.startswith("grade: gradlab itself failed, which is not your fault (ZeroDivisionError: ")
    assert ended.err.count("\n") == 1
    monkeypatch.setenv("GRADLAB_DEBUG", "1")
    assert "Traceback (most recent call last)" in run("show").err


def test_a_users_mistake_shows_a_traceback_only_on_request(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "Traceback" not in run("status").err
    monkeypatch.setenv("GRADLAB_DEBUG", "1")
    assert "Traceback" in run("status").err


def test_a_reader_that_goes_away_is_no_error(course: Path) -> None:
    command = f"{sys.executable} -m gradlab.cli doctor --format json | head -c 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command],
        env={**os.environ, "PYTHONPATH": ROOTS},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode in (0, 141)  # the text may fit into the pipe before it closes
    assert done.stderr == ""


def test_output_is_ascii_where_the_console_cannot_print_more(
    course: Path, hand_in: Callable[..., Path], run_alone: Run
) -> None:
    ended = run_alone("check", hand_in(), cwd=course, PYTHONIOENCODING="ascii")
    assert ended.code == 0
    assert ended.out.isascii()
    assert "+ 1.1" in ended.out


def test_help_imports_neither_numpy_nor_the_database() -> None:
    code = "import sys; from gradlab.cli import main; main(['--help']); print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": ROOTS},
        capture_output=True,
        text=True,
        timeout=60,
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert not loaded & {"numpy", "sqlite3", "psycopg", "rich", "msgspec", "nbformat", "pluggy", "asyncio"}


@pytest.mark.slow
def test_help_answers_in_one_and_a_half_times_the_import_of_click() -> None:
    def seconds(*code: str) -> float:
        started = time.perf_counter()
        subprocess.run(
            [sys.executable, *code],
            env={**os.environ, "PYTHONPATH": ROOTS},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        return time.perf_counter() - started

    # In turns, so that both meet the same machine.
    pairs = [(seconds("-m", "gradlab.cli", "--help"), seconds("-c", "import click")) for _ in range(20)]
    assert min(help_ for help_, _ in pairs) <= 1.5 * min(click for _, click in pairs)
