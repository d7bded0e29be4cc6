"""Several processes use one gradebook at once, and any of them may be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import gradlab
from gradlab.gradebook import Gradebook
from gradlab.gradebook.claims import LEASE_SECONDS, Claim, is_stale, this_process

from .conftest import Place

FILES = {"engine.py": b"x = 1\n"}
HEAD = """
import sys
from gradlab.gradebook import Gradebook
book = Gradebook.open(sys.argv[1])
"""


def process(place: Place, body: str) -> subprocess.Popen[str]:
    root = str(Path(gradlab.__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, "-c", HEAD + body, place.address],
        env={**os.environ, "PYTHONPATH": root},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def finished(child: subprocess.Popen[str]) -> str:
    printed, _ = child.communicate(timeout=60)
    assert child.returncode == 0
    return printed


def test_an_attempt_of_a_killed_grader_is_there_and_is_graded_by_the_next_run(place: Place) -> None:
    child = process(
        place, "book.receive('alice', 'backward', {'engine.py': b'x'}); print('in', flush=True); input()"
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "in\n"
    with Gradebook.open(place.address) as book:
        assert book.take_over() is None  # its grader lives
        child.send_signal(signal.SIGKILL)
        child.communicate()
        taken = book.take_over()
        assert taken is not None
        assert (taken.student, taken.number, taken.state) == ("alice", 1, "received")
        assert book.files(taken) == {"engine.py": b"x"}
        assert book.refuse(taken, "no").state == "ungradable"
        assert book.take_over() is None


def test_a_killed_graders_late_verdict_is_refused(place: Place) -> None:
    with Gradebook.open(place.address) as book:
        attempt = book.receive("alice", "backward", FILES)
        book.release(attempt)
        body = "print(book.refuse(book.take_over(), 'first').state)"
        assert finished(process(place, body)) == "ungradable\n"
        with pytest.raises(gradlab.errors.GradebookError, match="another grader has taken it"):
            book.refuse(attempt, "second")
        assert book.attempts()[0].message == "first"


def test_an_attempt_on_which_three_graders_died_is_put_aside(place: Place) -> None:
    die = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    process(place, f"book.receive('alice', 'backward', {FILES!r}); {die}").communicate(timeout=60)
    for _ in range(2):
        process(place, f"assert book.take_over(); {die}").communicate(timeout=60)
    with Gradebook.open(place.address) as book:
        assert book.take_over() is None
        [attempt] = book.attempts()
        assert (attempt.state, attempt.number) == ("error", None)
        assert attempt.message is not None
        assert "3 graders died" in attempt.message
        assert book.files(attempt) == FILES


def test_processes_that_receive_at_once_give_every_attempt_its_own_number(place: Place) -> None:
    body = "for n in range(10): book.receive('alice', 'backward', {'engine.py': b'%d' % n})"
    for child in [process(place, body) for _ in range(4)]:
        finished(child)
    with Gradebook.open(place.address) as book:
        assert sorted(attempt.number or 0 for attempt in book.attempts()) == list(range(1, 41))


def test_graders_at_once_never_take_the_same_attempt(place: Place) -> None:
    with Gradebook.open(place.address) as book:
        for _ in range(30):
            book.release(book.receive("alice", "backward", FILES))
    body = "while (a := book.take_over()): print(a.id); book.refuse(a, 'no')"
    taken = [line for child in [process(place, body) for _ in range(3)] for line in finished(child).split()]
    assert sorted(map(int, taken)) == list(range(1, 31))


def test_a_claim_holds_as_long_as_its_process_lives() -> None:
    mine = this_process()
    assert not is_stale(mine.dump(), time.time() - 10 * LEASE_SECONDS)
    assert is_stale(None, None)
    assert Claim.load(mine.dump()) == mine


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells when a process started")
def test_a_claim_of_a_process_whose_number_was_given_again_is_stale() -> None:
    mine = this_process()
    assert is_stale(Claim(mine.host, mine.space, mine.pid, "1").dump(), time.time())
    assert is_stale(Claim(mine.host, mine.space, 2**22 + 1, mine.started).dump(), time.time())
    assert is_stale(Claim(mine.host, "another boot/pid:[1]", mine.pid, mine.started).dump(), time.time())


@pytest.mark.parametrize(
    "claim",
    [
        Claim("another machine", "b/pid:[1]", 1, "1").dump(),
        Claim(this_process().host, "", 1, "").dump(),
        Claim(this_process().host, this_process().space.split("/")[0] + "/pid:[1]", 1, "1").dump(),
        "written by another version",
    ],
)
def test_a_claim_that_nobody_here_can_look_up_holds_for_its_lease(claim: str) -> None:
    assert not is_stale(claim, time.time() - LEASE_SECONDS / 2)
    assert is_stale(claim, time.time() - LEASE_SECONDS - 1)
