"""What students are told, on the page that shows it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from gradlab import counterexample
from gradlab.model import Outcome
from gradlab.session import Engines

from .document import DOCUMENT, engines, report_of, written


@pytest.fixture(scope="module")
def running() -> Iterator[Engines]:
    with Engines.start("refgrad") as started:
        yield started


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is found must not depend on how busy the machine is."""
    monkeypatch.setattr(counterexample, "CHECK_SECONDS", 60.0)
    monkeypatch.setattr(counterexample, "SUBMISSION_SECONDS", 60.0)


def test_the_page_says_what_is_said_today(running: Engines) -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == written(running), (
        "Run python -m tests.feedback.document, and read what has changed."
    )


def test_ten_engines_are_shown_and_each_with_a_program_that_was_shrunk_to_the_end(running: Engines) -> None:
    shown = re.findall(r"(?m)^## `(\w+)`$", DOCUMENT.read_text(encoding="utf-8"))
    assert shown == list(engines())
    assert len(shown) == 10
    for _, source in engines().values():
        failed = [check for check in report_of(source, running).checks if check.outcome is Outcome.FAILED]
        assert failed
        assert all(check.smallest for check in failed)
        assert all("# reference " in (check.program or "") for check in failed)


def test_no_line_is_wider_than_a_terminal_but_for_programs() -> None:
    blocks = re.findall(r"(?ms)^```text\n(.*?)^```$", DOCUMENT.read_text(encoding="utf-8"))
    for block in blocks:
        for line in block.splitlines():
            assert len(line) <= 80 or ("# reference" in line and ast.parse(line.strip())), line
