"""The report on a terminal."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gradlab.model import CheckResult, Finding, Location, Report
from gradlab.render.text import Screen, points, render

GOLDEN = """\
backward  alice, attempt 3, 2026-11-21 10:00:00 UTC

✓ 2.1  Adds up                                                             2 / 2
✗ 2.3  The gradients of every path are added up                            0 / 2
       x.grad is 1.0, the reference has 2.0.
       This program shows it:

           import engine as torch
           x = torch.tensor(1.0, requires_grad=True)
           y = x + x
           y.backward()
           x.grad            # reference 2.0, yours 1.0

       Its graph, the way backward goes:

           ● y = x + x  (backward starts here)
           ├─╮
           ├─╯
           ✗ x = 1.0   ◂ grad: reference 2.0, yours 1.0

       Your engine answers as one does that assigns .grad instead of adding to
       it.
       A tensor used twice must receive the sum of both contributions.
       engine.py:142, in accumulate_grad
       Only this one: grade check --only paths
- 2.3  Comes later                                                         0 / 2
       Skipped, because 'Adds up' comes first and is not passed yet.
! 2.4  Ours to mend                                                      0 / 0.5
       This check failed through a fault of gradlab, not of yours. It costs you
       nothing.
✗ 2.4  Nobody may see more (hidden)                                        0 / 2

Task    Checks    Points
2.1      1 / 1     2 / 2
2.3      0 / 2     0 / 4
2.4      0 / 2   0 / 2.5
Score    1 / 5   2 / 8.5

Note: cell 3: the magic %matplotlib is left out
Isolation: strong (limits, landlock, seccomp)
"""


def with_checks(report: Report, *checks: CheckResult) -> Report:
    return msgspec.structs.replace(report, checks=checks)


def failed(report: Report, *findings: Finding, **more: str | None) -> Report:
    check = msgspec.structs.replace(
        report.checks[1], findings=findings, program=None, graph=None, diagnosis=None
    )
    return with_checks(report, msgspec.structs.replace(check, **more))


def test_a_student_sees_what_failed_why_and_where(report: Report) -> None:
    assert render(report.for_student()) == GOLDEN


def test_a_hidden_check_shows_no_more_than_its_title(report: Report) -> None:
    hidden = render(with_checks(report, report.checks[-1]).for_student())
    assert "Nobody may see more (hidden)" in hidden
    assert "x.grad" not in hidden
    assert "engine.py" not in hidden


@pytest.mark.parametrize("width", [20, 30, 40, 60, 80])
def test_no_line_is_wider_than_the_screen_but_for_programs(report: Report, width: int) -> None:
    lines = render(report.for_student(), Screen(width)).splitlines()
    program = [line for line in lines if line.strip() and line.strip() in (report.checks[1].program or "")]
    assert all(len(line) <= width for line in lines if line not in program)
    assert len(program) >= 5


def test_a_program_can_be_pasted_from_the_narrowest_screen(report: Report) -> None:
    text = render(report, Screen(20))
    block = re.search(r"\n\n((?:           .*\n)+)\n", text)
    assert block is not None
    assert "".join(line[11:] + "\n" for line in block[1].splitlines()) == report.checks[1].program


def test_a_console_that_cannot_print_more_gets_ascii(report: Report) -> None:
    text = render(failed(report, Finding("values", "π is 3 → wrong")), Screen(encoding="ascii"))
    assert text.isascii()
    assert "x 2.3  The gradients" in text
    assert "\\u03c0 is 3 \\u2192 wrong" in text


def test_a_console_that_can_print_it_gets_it_as_it_is(report: Report) -> None:
    assert "größer" in render(failed(report, Finding("values", "größer")), Screen(encoding="latin-1"))


def test_colours_are_used_only_where_they_were_asked_for(report: Report) -> None:
    assert "\x1b" not in render(report)
    colored = render(report, Screen(color=True))
    assert "\x1b[32m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored).split() == render(report).split()


def test_expected_and_actual_are_shown_where_the_message_does_not_say_them(report: Report) -> None:
    text = render(failed(report, Finding("values", "y differs.", expected="[1, 2]", actual="[1, 3]")))
    assert "reference: [1, 2]\n       yours:     [1, 3]\n" in text


def test_a_long_list_of_findings_is_cut_and_says_so(report: Report) -> None:
    text = render(failed(report, *(Finding("values", f"number {n}") for n in range(7))))
    assert "number 2\n" in text
    assert "number 3\n" not in text
    assert "... and 4 more differences." in text


def test_a_stub_is_called_one_without_a_program(report: Report) -> None:
    text = render(failed(report, Finding("program", "Not implemented yet (task 2.3)."), program="x = 1"))
    assert "Not implemented yet (task 2.3).\n" in text
    assert "x = 1" not in text


def test_what_a_stub_leaves_open_takes_one_row_a_task(report: Report) -> None:
    def stub(name: str, task: str, waits_for: str) -> CheckResult:
        finding = Finding("program", f"Not implemented yet (task {waits_for}).", help="Write it.")
        return msgspec.structs.replace(
            report.checks[1], name=name, task=task, findings=(finding,), program="x = 1", diagnosis=None
        )

    waiting = [
        stub("a", "2.1", "2.1"),
        stub("b", "2.1", "2.1"),
        stub("c", "2.2", "2.1"),
        stub("d", "2.2", "2.1"),
    ]
    text = render(with_checks(report, *waiting, stub("e", "2.3", "2.2"), report.checks[1]))
    assert "✗ 2.1  2 checks: not implemented yet (task 2.1). " in text
    assert "✗ 2.2  2 checks: not implemented yet (task 2.1). " in text
    assert text.count("Not implemented yet (task 2.2).\n       Write it.\n") == 1
    mixed = render(with_checks(report, stub("a", "2.4", "2.1"), stub("b", "2.4", "2.2")))
    assert "✗ 2.4  2 checks: not implemented yet. " in mixed
    assert "grade check --only paths" in text
    assert "--only a" not in text
    assert " 0 / 4" in text


def test_what_stops_every_check_is_said_once(report: Report) -> None:
    broken = Finding("runner", "engine.py cannot be imported: NameError", location=Location("engine.py", 3))
    checks = [
        msgspec.structs.replace(
            report.checks[1], name=f"c{number}", task=task, findings=(broken,), program=None
        )
        for number, task in enumerate(["2.1", "2.1", "2.2", "2.2", "2.2"])
    ]
    text = render(with_checks(report, *checks))
    assert text.count("cannot be imported") == text.count("engine.py:3") == 1
    assert "✗ 2.1  2 checks " in text
    assert "✗ 2.2  3 checks " in text


def test_only_a_program_that_was_shrunk_to_the_end_is_called_the_smallest(report: Report) -> None:
    check = report.checks[1]
    assert "This program shows it:" in render(with_checks(report, check))
    shrunk = render(with_checks(report, msgspec.structs.replace(check, smallest=True)))
    assert "The smallest program that shows it:" in shrunk
    assert "This program" not in shrunk


def test_a_program_that_shows_two_failures_is_written_once(report: Report) -> None:
    first = msgspec.structs.replace(report.checks[1], smallest=True)
    other = Finding("gradients", "w.grad is 3.0, the reference has 4.0.")
    second = msgspec.structs.replace(first, name="again", findings=(other,))
    text = render(with_checks(report, first, second))
    assert text.count("import engine as torch") == 1
    assert "w.grad is 3.0" in text
    assert "The program shown before shows this, too." in text


def test_the_same_help_is_said_once(report: Report) -> None:
    text = render(
        failed(report, Finding("a", "one", help="Try this."), Finding("a", "two", help="Try this."))
    )
    assert text.count("Try this.") == 1


def test_a_report_that_cost_no_attempt_has_no_number(report: Report) -> None:
    assert "attempt" not in render(msgspec.structs.replace(report, attempt=0)).splitlines()[0]


@pytest.mark.parametrize(
    ("number", "text"), [(2.0, "2"), (2.5, "2.5"), (1 / 3, "0.333"), (0.0, "0"), (123456.0, "123456")]
)
def test_points_are_written_as_people_do(number: float, text: str) -> None:
    assert points(number) == text


@pytest.mark.parametrize(
    "attack",
    [
        "\x1b[2J\x1b[31mred",
        "\x9b31m",
        "\x1b]0;title\x07",
        "\r100 / 100",
        "\x08" * 9,
        "\u202e001 / 001",
        "\u2028::error::x",
        "[bold]x[/bold] [link=http://x]y[/link] :smile:",
        "\U000e0041",
        "a" + "\u0300" * 500,
    ],
)
def test_nothing_of_a_submission_is_obeyed_by_the_terminal(report: Report, attack: str) -> None:
    text = render(failed(report, Finding("values", attack, actual=attack, help=attack), title=attack))
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\U000e0041]", text
    )
    assert "\u0300" * 5 not in text
    if attack.startswith("["):
        assert attack in text  # markup is text like any other


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(prefix=st.text("x ", max_size=90), width=st.integers(20, 100))
def test_no_line_of_the_output_is_a_command_to_a_ci_system(report: Report, prefix: str, width: int) -> None:
    command = f"{prefix}::error file=x::boo\n  ::set-output name=score::100 ##[add-mask]x ##vso[x]"
    finding = Finding("values", command, actual=command, help=command)
    text = render(failed(report, finding, title=command, program="::add-path::x"), Screen(width))
    assert not re.search(r"(?m)^[ \t]*::", text)
    assert "##[" not in text
    assert "##vso[" not in text


def test_a_name_that_every_check_lacks_is_said_once_without_the_advice_of_any(report: Report) -> None:
    lacks = [
        msgspec.structs.replace(
            report.checks[1],
            name=f"check_{number}",
            findings=(
                Finding("program", "There is no torch.tensor in this engine.", help=f"Advice {number}."),
            ),
        )
        for number in range(4)
    ]
    text = render(with_checks(report, *lacks))
    assert text.count("There is no torch.tensor") == 1
    assert "4 checks" in text
    assert "Advice" not in text
    assert "import engine" not in text
