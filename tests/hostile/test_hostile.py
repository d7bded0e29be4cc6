"""Every attack, through the command line: no more points than an honest stub, nothing read, written or harmed."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradlab.gradebook import Gradebook

from .attack import Attack, specimens
from .conftest import FULL, RIGHT, SECRET, STUB, Hall, open_hall
from .handed_in import ATTACKS
from .keeping import GIVES_BACK, KEEPS
from .written import IN_PIECES

ALL = [*specimens(), *ATTACKS]
WALL = 2.5  # seconds that the course gives a submission
MARGIN = 5.0  # more, that a busy machine may need to end it and grade the next

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="attacks are run only where they are contained"
)


LEVELS = ["strong", *(pytest.param(level, marks=pytest.mark.slow) for level in ("standard", "partial"))]


@pytest.fixture(scope="module", params=LEVELS)
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    root = tmp_path_factory.mktemp("course")
    for hall in open_hall(root, request.param):
        if hall.level == "none":
            pytest.skip("attacks are run only where they are contained; this machine offers no isolation")
        yield hall


@pytest.fixture
def hall(opened: Hall, capfd: pytest.CaptureFixture[str]) -> Hall:
    opened.capfd = capfd
    return opened


def hand_in(folder: Path, source: str) -> Path:
    folder.mkdir()
    path = folder / "engine.py"
    path.write_text(source)
    return path


def test_the_right_engine_gets_everything_and_the_stub_nothing(hall: Hall, tmp_path: Path) -> None:
    for name, source, score in (("right", RIGHT, FULL), ("stub", STUB, 0.0)):
        ended = hall.submit(hand_in(tmp_path / name, source))
        assert (ended.code, ended.err, hall.score()) == (0, "", score)


def test_who_gives_memory_back_gets_everything_and_who_keeps_it_nothing(hall: Hall, tmp_path: Path) -> None:
    engines = (("gives", GIVES_BACK, FULL), ("keeps", KEEPS, 0.0), ("in-pieces", KEEPS + IN_PIECES, 0.0))
    for name, source, score in engines:
        ended = hall.submit(hand_in(tmp_path / name, source), assignment="keeping")
        assert (ended.code, ended.err, hall.score()) == (0, "", score), ended.out


@pytest.mark.parametrize("attack", ALL, ids=str)
def test_an_attack_gains_nothing_and_harms_nobody(attack: Attack, hall: Hall, tmp_path: Path) -> None:
    folder = tmp_path / "handed-in"
    folder.mkdir()
    path = attack.build(folder, hall.known)
    hall.look()
    ended = hall.submit(path, assignment=attack.assignment)
    printed = ended.out + ended.err
    hall.assert_untouched()
    assert ended.code == (4 if attack.ends == "refused" else 0), printed
    if attack.ends == "refused":
        assert ended.out == ""
        assert ended.err.count("\n") == 1
        assert len(ended.err) < 500
    else:
        assert hall.score() == (FULL if attack.ends == "right" else 0.0)
    plain = " ".join(printed.split())
    assert any(text in plain for text in attack.says), plain
    assert_harmless(printed)
    assert ended.seconds < WALL + MARGIN
    assert hall.submit(hand_in(tmp_path / "next", RIGHT)).code == 0
    assert hall.score() == FULL


def assert_harmless(printed: str) -> None:
    """Fail if output tells a secret, shows our own insides, or commands a terminal or a CI system."""
    assert SECRET not in printed
    assert "Traceback" not in printed
    assert "found it" not in printed
    assert re.search(r"[^\n\x20-\x7e\xa0-\U0010ffff]", printed) is None
    assert re.search(r"[\u202a-\u202e\u2066-\u2069\u2028\u2029]", printed) is None
    assert re.search(r"(?m)^\s*::|##\[", printed) is None


@pytest.mark.parametrize("attack", [a for a in ALL if a.group == "deceives" and a.ends != "refused"], ids=str)
def test_no_form_of_a_report_obeys_a_submission(attack: Attack, hall: Hall, tmp_path: Path) -> None:
    folder = tmp_path / "handed-in"
    folder.mkdir()
    hall.submit(attack.build(folder, hall.known))
    for form in ("json", "html", "junit", "markdown", "gradescope", "github"):
        printed = hall.run("show", "--student", "mallory", "--assignment", "squares", "--format", form)
        assert (printed.code, printed.err) == (0, ""), printed.err
        told = printed.out
        if form == "github":  # its own annotations come before what nobody obeys
            own, told = told.split("::stop-commands::")
            assert all(re.match("::(error|notice) [^\n]*::[^\n]*$", line) for line in own.splitlines())
            told = "\n".join(told.splitlines()[1:-1])
        assert_harmless(told)
        if form == "html":
            assert "<script" not in told.lower()
            assert "<img" not in told.lower()


@pytest.mark.parametrize("level", ["partial", "none"])
def test_where_nothing_contains_them_no_attack_is_run(
    level: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The attempt waits for a machine that can grade it, and the command says so."""
    root = tmp_path / "course"
    root.mkdir()
    for hall in open_hall(root, level):
        hall.capfd = capfd
        for attack in specimens()[::12]:
            folder = tmp_path / attack.name
            folder.mkdir()
            hall.options = ()
            ended = hall.submit(attack.build(folder, hall.known), assignment=attack.assignment)
            if attack.ends == "refused":
                continue
            assert (ended.code, ended.out) == (3, "")
            assert f"this machine offers {hall.level}" in ended.err
        with Gradebook.open(root / ".gradlab" / "gradebook.db") as book:
            assert {attempt.state for attempt in book.attempts()} <= {"received", "ungradable"}


def test_a_student_learns_no_time_and_no_text_of_a_hidden_check(hall: Hall, tmp_path: Path) -> None:
    for attack in ALL:
        if attack.name.startswith("tell_by_"):
            (tmp_path / attack.name).mkdir()
            ended = hall.submit(attack.build(tmp_path / attack.name, hall.known), "--format", "json")
            for check in json.loads(ended.out)["checks"]:
                if check["hidden"]:
                    assert (check["seconds"], check["findings"], check["program"]) == (None, [], None)


def test_a_public_check_that_runs_after_a_hidden_one_signals_nothing_by_its_time(
    hall: Hall, tmp_path: Path
) -> None:
    """What is weighed runs first, and what a submission has seen of it stays in its worker."""
    ended = hall.submit(hand_in(tmp_path / "x", GIVES_BACK), "--format", "json", assignment="keeping")
    assert [check["seconds"] for check in json.loads(ended.out)["checks"]] == [None, None]


def test_what_many_attempts_learn_of_hidden_inputs_does_not_add_up(hall: Hall, tmp_path: Path) -> None:
    """An engine that is right only where the first input is positive: each submission meets inputs of its own."""
    asking = RIGHT.replace("2 * x.data", "2 * x.data * (x.data.flat[0] > 0)")
    verdicts = []
    for number in [*range(20), 0]:
        path = hand_in(tmp_path / str(len(verdicts)), f"{asking}# {number}\n")
        report = json.loads(hall.submit(path, "--format", "json").out)
        verdicts.append([check["outcome"] for check in report["checks"] if check["hidden"]])
    assert all(len(set(outcomes)) == 2 for outcomes in zip(*verdicts, strict=True))
    assert verdicts[-1] == verdicts[0]


def test_the_documentation_counts_the_attacks() -> None:
    text = (Path(__file__).parents[2] / "docs" / "security.md").read_text(encoding="utf-8")
    counted = {name: int(number) for name, number in re.findall(r"(?m)^\| (\w+) \| (\d+) \|", text)}
    levels = {
        counted.pop("strong"),
        counted.pop("standard"),
        int(text.split("`--allow-partial` | ")[1].split()[0]),
    }
    assert levels == {len(ALL)}
    assert counted == Counter(attack.group for attack in ALL)
    assert f"holds {len(ALL)} attacks" in text


def test_there_are_enough_attacks_and_no_two_of_one_name() -> None:
    assert len(ALL) >= 110
    assert len({attack.name for attack in ALL}) == len(ALL)
