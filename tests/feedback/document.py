"""Write `docs/feedback.md`: what a student with one of ten wrong engines for `backward` is told.

`python -m tests.feedback.document` rewrites it; `test_feedback.py` says when that is due.
"""

from __future__ import annotations

import ast
from pathlib import Path

import msgspec

from gradlab import counterexample
from gradlab.assemble import assemble
from gradlab.course import find_course, load_assignment, shipped_course
from gradlab.manager import build_manager
from gradlab.mistakes import Mistake, load_mistakes, replace_definitions
from gradlab.model import Outcome, Report
from gradlab.render.text import render
from gradlab.runner import Grading, grade
from gradlab.session import Engines
from gradlab.submission import parse

__all__ = ["DOCUMENT", "engines", "main", "report_of", "written"]

DOCUMENT = Path(__file__).parents[2] / "docs" / "feedback.md"
FROM_THE_HANDOUT = Path(__file__).parent / "from_the_handout"
OF_THE_COURSE = ("assigns_grad", "matmul_in_the_wrong_order", "never_releases")

HEAD = """\
# What a student is told

Ten wrong engines for the assignment `backward`, and what `grade check` says to each. {ours} of them were written from
the handout, as a student would who reads it and gets one thing wrong; {theirs} are mistakes that the course lists. Left
out are the lines of checks that pass and the table of points.

Every program below is found by shrinking the check that failed: it is the smallest on which the two engines still
differ in the same way, and it shows the difference when it is pasted beside the engine. Checks that fail for the same
reason end at the same program, which is shown once.

This page is written by `python -m tests.feedback.document`, and a test says when that is due.
"""
ASSIGNMENT = load_assignment(find_course(Path(), shipped_course()), "backward")
SOLUTION = assemble(ASSIGNMENT, solved=[task.id for task in ASSIGNMENT.tasks])


def engines() -> dict[str, tuple[Mistake, str]]:
    """Return for each wrong engine its description and its source, those from the handout first."""
    ours = {path.stem: _read(path) for path in sorted(FROM_THE_HANDOUT.glob("*.py"))}
    listed = {mistake.name: mistake for mistake in load_mistakes(ASSIGNMENT)}
    chosen = ours | {name: listed[name] for name in OF_THE_COURSE}
    return {name: (mistake, replace_definitions(SOLUTION, mistake)) for name, mistake in chosen.items()}


def report_of(source: str, running: Engines) -> Report:
    """Grade an engine on the public checks, with time enough for every search to come to its end."""
    grading = Grading(ASSIGNMENT, running, build_manager(), select=lambda check: not check.hidden)
    report = grade(grading, parse({"engine.py": source.encode()}), student="you", attempt=0, submitted_at="")
    return report.for_student()


def written(running: Engines) -> str:
    """Return the whole document."""
    found = engines()
    theirs = len(OF_THE_COURSE)
    parts = [HEAD.format(ours=_WORDS[len(found) - theirs], theirs=_WORDS[theirs].lower())]
    for name, (mistake, source) in found.items():
        title, _, rest = mistake.explanation.partition("\n\n")
        origin = "A mistake of the course." if name in OF_THE_COURSE else "Written from the handout."
        about = " ".join(f"{title} {rest} *{origin}*".split())
        parts.append(f"## `{name}`\n\n{about}\n\n```text\n{_told(report_of(source, running))}\n```\n")
    return "\n".join(parts)


_WORDS = dict(
    enumerate(["None", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"])
)


def _told(report: Report) -> str:
    failed = tuple(check for check in report.checks if check.outcome is not Outcome.PASSED)
    text = render(msgspec.structs.replace(report, checks=failed, notes=()))
    return text.partition("\n\n")[2].partition("\nTask ")[0].strip("\n")


def _read(path: Path) -> Mistake:
    source = path.read_text(encoding="utf-8")
    explanation = ast.get_docstring(ast.parse(source)) or ""
    return Mistake(path.stem, explanation, frozenset(), frozenset(), source)


def main() -> None:
    """Write the document anew."""
    counterexample.CHECK_SECONDS = counterexample.SUBMISSION_SECONDS = 60.0
    with Engines.start("refgrad") as running:
        DOCUMENT.write_text(written(running), encoding="utf-8")


if __name__ == "__main__":
    main()
