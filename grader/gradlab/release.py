"""An assignment's bundle for students: its starter as a repository, and the proof that it gives nothing away."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from gradlab.assemble import assemble
from gradlab.assignment import withheld_from
from gradlab.course import load_assignment
from gradlab.errors import CourseError
from gradlab.starter import starter_files
from gradlab.template import repository_files

if TYPE_CHECKING:
    from gradlab.assignment import Assignment

__all__ = ["Bundle", "leaks", "release"]

# Characters of a line that says something. `return x` says nothing; a longer line says enough by itself.
_SHORTEST, _LONG = 9, 40


@dataclass(frozen=True)
class Bundle:
    """The files of a bundle, by their names, and the earlier assignments whose solutions it may not hold yet."""

    files: Mapping[str, bytes]
    withheld: tuple[str, ...] = ()


def release(assignment: Assignment, now: datetime, also: Mapping[str, bytes] = {}) -> Bundle:
    """Return the bundle of an assignment, with the files of `also` in it: the same bytes for the same course.

    `now` decides which solutions of earlier assignments may be in it. Raises CourseError, with every file and line, if
    it would give away a line of a solution, of a hidden check or of a mistake.
    """
    withheld = withheld_from(assignment, now)
    stubs = [task.id for earlier in withheld for task in earlier.tasks]
    files = starter_files(assignment, assemble(assignment, solved=(), withheld=stubs))
    files |= repository_files(assignment, withheld=bool(withheld)) | dict(also)
    names = tuple(earlier.name for earlier in withheld)
    if found := leaks(assignment, files, names):
        raise CourseError(*found)
    return Bundle(dict(sorted(files.items())), names)


def leaks(
    assignment: Assignment, files: Mapping[str, bytes], withheld: Collection[str] = ()
) -> tuple[str, ...]:
    """Return a sentence for every place in `files` that gives away a solution, a hidden check or a mistake.

    A line of the solution of this assignment, or of an earlier one that is `withheld`, is one too many. Of the rest
    two lines in a row are, or a long one, for a short one such as `y = x * x` may stand anywhere. What the stub or a
    public check says as well is no secret.
    """
    known = {line.strip() for name in ("engine.py", "checks.py") for line in _lines(name, files[name])}
    secrets = {line: s for line, s in _secrets(assignment, withheld).items() if line not in known}
    names = _secret_names(assignment)
    found: dict[str, str] = {}
    for name, content in sorted(files.items(), key=lambda file: file[0].endswith(".ipynb")):
        numbered = [
            (number, line.strip()) for number, line in enumerate(_lines(name, content), 1) if line.strip()
        ]
        before: _Secret | None = None
        for (number, line), (_, after) in pairwise([*numbered, (0, "")]):
            secret = secrets.get(line)
            whose = next((names[word] for word in _WORD.findall(line) if word in names), None)
            if secret and (secret.is_told_by(line) or secret in (before, secrets.get(after))):
                whose = secret.whose
            if whose:  # the notebook repeats the handout, and is not blamed again
                found.setdefault(
                    line, f"{name}:{number}: `{line}` gives away {whose}, so no bundle was made."
                )
            before = secret
    return tuple(found.values())


_WORD = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class _Secret:
    """Whose a secret line is, and whether one line of it is one too many."""

    whose: str
    alone: bool

    def is_told_by(self, line: str) -> bool:
        return self.alone or len(line) >= _LONG


def _secrets(assignment: Assignment, withheld: Collection[str]) -> dict[str, _Secret]:
    """Return each secret line."""
    course = assignment.course
    secrets: dict[str, _Secret] = {}
    for path in sorted((assignment.root / "mistakes").glob("*.py")):
        _add(secrets, path.read_text(encoding="utf-8"), _Secret(f"the mistake {path.stem}", alone=False))
    if (assignment.root / "hidden.py").is_file():
        _add(
            secrets,
            (assignment.root / "hidden.py").read_text(encoding="utf-8"),
            _Secret("hidden.py", alone=False),
        )
    for name in (*course.order[course.order.index(assignment.name) + 1 :], *withheld, assignment.name):
        other = load_assignment(course, name)
        solved = assemble(other, solved=[task.id for task in other.tasks])
        stub = {line.strip() for line in assemble(other, solved=()).splitlines()}
        own = "\n".join(line for line in solved.splitlines() if line.strip() not in stub)
        alone = name == assignment.name or name in withheld
        _add(secrets, own, _Secret(f"the solution of {name}", alone))
    return secrets


def _add(secrets: dict[str, _Secret], text: str, secret: _Secret) -> None:
    lines = (line.strip() for line in text.splitlines())
    told = ("import ", "from ", "# ---", '"""')
    secrets |= {line: secret for line in lines if len(line) >= _SHORTEST and not line.startswith(told)}


def _secret_names(assignment: Assignment) -> dict[str, str]:
    """Return the names of hidden checks and of mistakes, as far as they are no common words."""
    names = {check.name: "the name of a hidden check" for check in assignment.checks if check.hidden}
    names |= {path.stem: "the name of a mistake" for path in (assignment.root / "mistakes").glob("*.py")}
    return {name: whose for name, whose in names.items() if "_" in name}


def _lines(name: str, content: bytes) -> Iterator[str]:
    """Yield a file's lines as people read them; those of a notebook's cells one after the other."""
    text = content.decode("utf-8", "replace")
    if not name.endswith(".ipynb"):
        yield from text.splitlines()
        return
    for cell in json.loads(text)["cells"]:
        yield from "".join(cell["source"]).splitlines()
