"""The gradebook keeps what was handed in and what was decided."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)

from gradlab.errors import GradebookError
from gradlab.gradebook import Attempt, Gradebook
from gradlab.model import (
    CheckResult,
    Diagnosis,
    Engine,
    Environment,
    Finding,
    Isolation,
    Location,
    Outcome,
    Report,
    Submitted,
    Suite,
)
from gradlab.submission import digest

from .conftest import Place

FILES = {"engine.py": b"x = 1\n"}


def report_on(attempt: Attempt, outcome: Outcome = Outcome.FAILED) -> Report:
    finding = Finding("gradients", "x.grad is 1.0", "2.0", "1.0", "Add.", Location("engine.py", 3), 7)
    check = CheckResult(
        "adds",
        "2.1",
        "Adds up",
        outcome,
        0.0,
        2.0,
        True,
        0.5,
        (finding,),
        "x = 1",
        Diagnosis("assigns", "As one does"),
    )
    return Report(
        assignment=attempt.assignment,
        student=attempt.student,
        attempt=attempt.number or 0,
        submission=Submitted(attempt.sha256, ("engine.py",), attempt.submitted_at),
        graded_at="2026-11-21T00:00:00+00:00",
        score=3.0,
        max_score=5.0,
        outcome=outcome,
        checks=(check,),
        isolation=Isolation("strong", ("seccomp",)),
        engine=Engine("refgrad", "0.1"),
        suite=Suite("0" * 64, 0),
        environment=Environment("3.11", "2.1", "Linux"),
    )


@pytest.fixture
def book(place: Place) -> Iterator[Gradebook]:
    with Gradebook.open(place.address) as opened:
        yield opened


def test_a_hand_in_is_recorded_before_it_is_graded(book: Gradebook) -> None:
    attempt = book.receive("alice", "backward", FILES, notes=["Ignored in the folder: x."])
    assert (attempt.number, attempt.state, attempt.sha256) == (1, "received", digest(FILES))
    assert attempt.notes == ("Ignored in the folder: x.",)
    assert book.attempts() == [attempt]
    assert book.files(attempt) == FILES
    assert book.report(attempt) is None


def test_a_verdict_comes_back_as_it_was_stored(book: Gradebook) -> None:
    attempt = book.receive("alice", "backward", FILES)
    report = report_on(attempt)
    stored = book.store(attempt, report)
    assert (stored.state, stored.score, stored.max_score, stored.number) == ("graded", 3.0, 5.0, 1)
    assert book.report(stored) == report


def test_the_time_of_submission_is_kept_in_utc(book: Gradebook) -> None:
    when = datetime(2026, 1, 2, 3, 0, tzinfo=timezone(timedelta(hours=2)))
    assert book.receive("alice", "backward", FILES, when).submitted_at == "2026-01-02T01:00:00+00:00"
    now = datetime.fromisoformat(book.receive("alice", "backward", FILES).submitted_at)
    assert abs(datetime.now(UTC) - now) < timedelta(minutes=1)


def test_attempts_are_numbered_per_student_and_assignment(book: Gradebook) -> None:
    order = [("alice", "backward"), ("bob", "backward"), ("alice", "backward"), ("alice", "leaves")]
    assert [book.receive(*who, FILES).number for who in order] == [1, 1, 2, 1]
    assert [a.number for a in book.attempts("alice")] == [1, 2, 1]
    assert [a.number for a in book.attempts("alice", "backward")] == [1, 2]


def test_input_that_cannot_be_graded_is_kept_and_costs_no_attempt(book: Gradebook) -> None:
    refused = book.refuse(book.receive("alice", "backward", {"essay.txt": b"hm"}), "It is an essay.")
    assert (refused.state, refused.number, refused.message) == ("ungradable", None, "It is an essay.")
    assert book.files(refused) == {"essay.txt": b"hm"}
    assert book.receive("alice", "backward", FILES).number == 1


def test_a_failure_of_gradlab_costs_no_attempt(book: Gradebook) -> None:
    failed = book.fail(book.receive("alice", "backward", FILES), "InternalError: oh")
    assert (failed.state, failed.number, failed.message) == ("error", None, "InternalError: oh")
    attempt = book.receive("alice", "backward", FILES)
    stored = book.store(attempt, report_on(attempt, Outcome.ERROR))
    assert (stored.state, stored.number) == ("error", None)
    assert book.report(stored) is not None
    assert book.receive("alice", "backward", FILES).number == 1


def test_a_verdict_is_given_once(book: Gradebook) -> None:
    attempt = book.receive("alice", "backward", FILES)
    book.store(attempt, report_on(attempt))
    with pytest.raises(GradebookError, match="Attempt 1 of alice is no longer ours to grade"):
        book.refuse(attempt, "second thoughts")
    assert book.attempts()[0].state == "graded"


def test_our_own_claim_is_not_taken_over(book: Gradebook) -> None:
    book.receive("alice", "backward", FILES)
    assert book.take_over() is None


def test_a_released_attempt_is_taken_over_unless_it_is_to_be_skipped(book: Gradebook) -> None:
    attempt = book.receive("alice", "backward", FILES)
    book.release(attempt)
    assert book.take_over(skip=[attempt.id]) is None
    taken = book.take_over()
    assert taken is not None
    assert taken.id == attempt.id
    assert book.take_over() is None


def test_the_same_file_is_stored_once(book: Gradebook, place: Place) -> None:
    large = bytes(range(256)) * 1000
    for student in range(5):
        book.receive(str(student), "backward", {"engine.py": large, "own.py": str(student).encode()})
    assert place.run("SELECT count(*) FROM blobs WHERE length(content) > 1000") == [(1,)]


@pytest.mark.parametrize("content", [r"'\x00'", "CAST('0' AS {binary})"])
def test_bytes_changed_behind_its_back_are_noticed(book: Gradebook, place: Place, content: str) -> None:
    attempt = book.receive("alice", "backward", FILES)
    place.run(f"UPDATE blobs SET content = {content.format(binary='bytea' if place.server else 'blob')}")
    with pytest.raises(GradebookError, match=r"files of attempt 1 .* are not those that were handed in"):
        book.files(attempt)


def test_a_report_that_cannot_be_read_is_said_so(book: Gradebook, place: Place) -> None:
    attempt = book.receive("alice", "backward", FILES)
    book.store(attempt, report_on(attempt))
    place.run("UPDATE attempts SET report = '{}'")
    with pytest.raises(GradebookError, match=r"report of attempt 1 .* cannot be read"):
        book.report(attempt)


def test_reports_of_every_shape_survive_the_database(book: Gradebook) -> None:
    attempt = book.receive("älice \U0001f600", "backward", FILES)
    report = msgspec.structs.replace(report_on(attempt), notes=("\x1b[31m \u202e \U0001f600",))
    assert book.report(book.store(attempt, report)) == report


def test_a_message_with_what_no_database_takes_is_kept_in_writing(book: Gradebook) -> None:
    failed = book.fail(book.receive("alice", "backward", FILES), "NUL \0, half a character \udcff, € and \\")
    assert failed.message == r"NUL \x00, half a character \udcff, € and" + " \\"


def test_a_name_that_no_database_takes_is_refused_in_one_sentence(book: Gradebook) -> None:
    with pytest.raises(GradebookError, match=r"The gradebook .* cannot be used: .*surrogates not allowed"):
        book.receive("\udcff", "backward", FILES)
    assert book.receive("alice", "backward", FILES).number == 1


def test_threads_use_one_gradebook_in_turn(book: Gradebook) -> None:
    with ThreadPoolExecutor(4) as pool:
        numbers = pool.map(lambda n: book.receive("alice", "backward", {"a.py": b"%d" % n}).number, range(20))
        assert sorted(numbers) == list(range(1, 21))
    assert len(book.attempts()) == 20


files = st.dictionaries(st.sampled_from(["engine.py", "a.py", "b.py"]), st.binary(max_size=3), max_size=3)


class NothingIsLost(RuleBasedStateMachine):
    """Whatever is handed in, in whatever order it is decided, the book knows every attempt and its bytes."""

    held = Bundle("held")

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.book = Gradebook.open(place.address)
        self.handed_in: dict[int, dict[str, bytes]] = {}
        self.decided: dict[int, str] = {}

    @rule(target=held, student=st.sampled_from("ab"), content=files)
    def receive(self, student: str, content: dict[str, bytes]) -> Attempt:
        attempt = self.book.receive(student, "backward", content)
        self.handed_in[attempt.id] = content
        return attempt

    @rule(attempt=consumes(held), how=st.sampled_from(["graded", "error", "ungradable"]))
    def decide(self, attempt: Attempt, how: str) -> None:
        if how == "graded":
            self.book.store(attempt, report_on(attempt))
        elif how == "error":
            self.book.fail(attempt, "oh")
        else:
            self.book.refuse(attempt, "no")
        self.decided[attempt.id] = how

    @rule(target=held, attempt=consumes(held))
    def let_go_and_take_over(self, attempt: Attempt) -> Any:
        self.book.release(attempt)
        taken = self.book.take_over()
        assert taken is not None
        assert taken.id == attempt.id
        return taken

    @rule()
    def open_again(self) -> None:
        self.book.close()
        self.book = Gradebook.open(self.place.address)

    @invariant()
    def everything_is_there(self) -> None:
        attempts = self.book.attempts()
        assert {a.id: self.book.files(a) for a in attempts} == self.handed_in
        assert {a.id: a.state for a in attempts if a.state != "received"} == self.decided
        for student in "ab":
            numbers = [a.number for a in attempts if a.student == student and a.number is not None]
            assert len(set(numbers)) == len(numbers)

    def teardown(self) -> None:
        self.book.close()


def test_nothing_is_lost(new_place: Callable[[], Place]) -> None:
    run_state_machine_as_test(
        lambda: NothingIsLost(new_place()),
        settings=settings(max_examples=12, stateful_step_count=12, deadline=None),
    )
