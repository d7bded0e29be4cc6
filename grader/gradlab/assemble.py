"""Join the chapters of a course's engine into one file, with some tasks solved and the others as stubs.

A solution stands between `### BEGIN SOLUTION 2.1` and `### END SOLUTION`. Without its task,
- an indented region, the body of a function, becomes `raise NotImplementedError("Task 2.1: ...")`;
- a region at the margin (a helper of the solution) or inside another region (an addition to an earlier task's
  function) is left out;
- a function whose body belongs to a task of a later assignment is left out altogether.

Given code between `### BEGIN GIVEN FROM zero_grad` and `### END GIVEN` is left out before that assignment; with UNTIL in
place of FROM it is left out from that assignment on. So is a chapter of which nothing is left, and a line that begins
with `### AUTHOR`, a note to whoever writes the engine.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from gradlab import syntax
from gradlab.errors import CourseError, UsageError

if TYPE_CHECKING:
    from gradlab.assignment import Assignment

__all__ = ["Assembled", "Place", "assemble", "assembled", "join_imports"]

_BEGIN = re.compile(r"(\s*)### BEGIN SOLUTION (\S+)\s*$")
_GIVEN = re.compile(r"\s*### BEGIN GIVEN (FROM|UNTIL) (\S+)\s*$")
_END = re.compile(r"\s*### END (SOLUTION|GIVEN)\s*$")
_AUTHOR = re.compile(r"\s*### AUTHOR\b")
_MARKER = re.compile(r"\s*###(?!#)\s*\S")
_MARKERS = "BEGIN SOLUTION TASK, BEGIN GIVEN FROM (or UNTIL) ASSIGNMENT, END SOLUTION, END GIVEN and AUTHOR"
_HEADER = '''"""Your engine for the assignment "{title}".

Every task is a function that says `raise NotImplementedError`: read what it should do, and write it in place of that
line. The rest is given; look around in it, but nothing needs to be changed. Run `grade check` as often as you like.
"""'''


class Place(NamedTuple):
    """Where a line of an assembled engine was written: the chapter, its line, and the task that it solves or ""."""

    chapter: str
    line: int
    task: str


@dataclass(frozen=True)
class Assembled:
    """One `engine.py`, and for each of its lines where it comes from; None for a line that no chapter holds."""

    source: str
    places: tuple[Place | None, ...]


def assemble(assignment: Assignment, *, solved: Collection[str], withheld: Collection[str] = ()) -> str:
    """Return the source of `assembled`."""
    return assembled(assignment, solved=solved, withheld=withheld).source


def assembled(
    assignment: Assignment, *, solved: Collection[str], withheld: Collection[str] = ()
) -> Assembled:
    """Return one `engine.py`: tasks named in `solved` solved, the assignment's other tasks as stubs.

    Tasks of earlier assignments arrive solved, but for those named in `withheld`, which are stubs; tasks of later
    assignments are left out. Raises CourseError if the engine's markers are wrong, or if an assignment's task has no
    solution in it; UsageError in a student's bundle.
    """
    from gradlab.assignment import earlier_assignments

    course = assignment.course
    if not course.chapters:
        raise UsageError(
            f"{course.root} is a student's bundle: it holds no engine to start from. That is in the course that made it."
        )
    before = [task for earlier in earlier_assignments(course, assignment.name) for task in earlier.tasks]
    titles = {task.id: task.title for task in (*before, *assignment.tasks)}
    reached = course.order[: course.order.index(assignment.name) + 1]
    given = {task.id for task in before} - set(withheld)
    holes = _Holes(frozenset(solved) | given, titles, frozenset(reached))
    chapters = [
        _Chapter.read(name, (course.root / "engine" / name).read_text("utf-8")) for name in course.chapters
    ]
    code: list[_Line] = []
    for chapter in chapters:
        if body := holes.cut(chapter.name, chapter.body):
            code += [*_plain(f"{chapter.heading}\n\n"), *body, *_plain("\n")]
    lost = [task.id for task in assignment.tasks if task.id not in holes.found]
    if holes.problems or lost:
        missing = (f"{course.root / 'engine'}: holds no solution of task {task}." for task in lost)
        raise CourseError(*holes.problems, *missing)
    code = code[:-2] or _plain("")
    imports = join_imports(
        (line for chapter in chapters for line in chapter.imports), "\n".join(line.text for line in code)
    )
    top = f"{_HEADER.format(title=assignment.title)}\n\nfrom __future__ import annotations\n\n{imports}\n"
    lines = [*_plain(top), *code]
    return Assembled("".join(f"{line.text}\n" for line in lines), tuple(line.place for line in lines))


class _Line(NamedTuple):
    text: str
    place: Place | None = None


def _plain(text: str) -> list[_Line]:
    return [_Line(line) for line in text.split("\n")]


@dataclass
class _Chapter:
    """A file of the engine, taken apart: its docstring as a heading, its imports of other packages, the rest."""

    name: str
    heading: str
    imports: list[ast.Import | ast.ImportFrom]
    body: list[str]

    @classmethod
    def read(cls, name: str, source: str) -> _Chapter:
        tree = syntax.parse(source, name)
        lines = source.splitlines()
        imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        text = (ast.get_docstring(tree) or name).splitlines()
        heading = "\n".join(["# " + "-" * 108, *(f"# {line}".rstrip() for line in text), "# " + "-" * 108])
        docstring = tree.body[:1] if ast.get_docstring(tree) else []
        for node in (*docstring, *imports):
            for number in range(node.lineno - 1, node.end_lineno or node.lineno):
                lines[number] = ""
        own = [node for node in imports if not (isinstance(node, ast.ImportFrom) and _is_internal(node))]
        return cls(name, heading, own, lines)


def _is_internal(node: ast.ImportFrom) -> bool:
    return node.level > 0 or node.module == "__future__"


@dataclass(frozen=True)
class _Region:
    """Lines between two markers: what the first one began, its task or "", whether the lines stay, and its line."""

    kind: str
    task: str
    stays: bool
    line: int


@dataclass
class _Holes:
    """Cut out of lines the solutions of unsolved tasks, and what is given from a later assignment on.

    `reached` are the names of the assignments so far; `found` collects every task seen, `problems` what is wrong with
    the markers.
    """

    solved: frozenset[str]
    titles: Mapping[str, str]
    reached: frozenset[str]
    found: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)

    def cut(self, name: str, lines: list[str]) -> list[_Line]:
        """Return the lines without markers and without what is left out."""
        kept: list[_Line] = []
        regions: list[_Region] = []
        for number, line in enumerate(lines, 1):
            stays = all(region.stays for region in regions)
            place = Place(name, number, regions[-1].task if regions else "")
            if begin := _BEGIN.match(line):
                indent, task = begin.groups()
                self.found.add(task)
                nested = any(region.task for region in regions)
                if stays and not nested and indent and task not in self.solved:
                    self._close_body(kept, indent, task)
                regions.append(_Region("SOLUTION", task, task in self.solved, number))
            elif given := _GIVEN.match(line):
                stays = (given[2] in self.reached) == (given[1] == "FROM")
                regions.append(_Region("GIVEN", "", stays, number))
            elif end := _END.match(line):
                if not regions or regions[-1].kind != end[1]:
                    self.problems.append(f"engine/{name}:{number}: END {end[1]} without BEGIN {end[1]}.")
                else:
                    regions.pop()
            elif _MARKER.match(line):
                if not _AUTHOR.match(line):
                    said = line.strip()
                    self.problems.append(
                        f"engine/{name}:{number}: `{said}` is no marker; markers behind ### are {_MARKERS}."
                    )
            elif stays:
                kept.append(_Line(line.rstrip(), place))
        self.problems += [
            f"engine/{name}:{region.line}: BEGIN {region.kind} without END {region.kind}."
            for region in regions
        ]
        return _without_gaps(kept)

    def _close_body(self, kept: list[_Line], indent: str, task: str) -> None:
        if task in self.titles:
            said = json.dumps(f"Task {task}: {self.titles[task]}", ensure_ascii=False)
            kept.append(_Line(f"{indent}raise NotImplementedError({said})"))
            return
        while not kept[-1].text.startswith(indent[4:] + "def "):
            kept.pop()
        kept.pop()
        while kept and kept[-1].text.startswith(indent[4:] + "@"):
            kept.pop()


def _without_gaps(lines: list[_Line]) -> list[_Line]:
    """Leave two empty lines where there are more, and none at either end."""
    kept: list[_Line] = []
    for line in lines:
        if line.text or (kept and any(before.text for before in kept[-2:])):
            kept.append(line)
    while kept and not kept[-1].text:
        kept.pop()
    return kept


def join_imports(nodes: Iterable[ast.Import | ast.ImportFrom], code: str) -> str:
    """Return import lines, the standard library's first, each name once and only if `code` uses it."""
    used = {node.id for node in ast.walk(syntax.parse(code)) if isinstance(node, ast.Name)}
    modules: dict[str, set[str]] = {}
    for node in nodes:
        for alias in node.names:
            if (alias.asname or alias.name.split(".")[0]) not in used:
                continue
            if isinstance(node, ast.ImportFrom):
                modules.setdefault(f"from {node.module} import ", set()).add(ast.unparse(alias))
            else:
                modules[f"import {ast.unparse(alias)}"] = set()
    lines = {
        start + ", ".join(sorted(names)): start.split()[1].split(".")[0] for start, names in modules.items()
    }
    in_order = sorted(lines, key=lambda line: (line.startswith("from "), line))
    own = [line for line in in_order if lines[line] in sys.stdlib_module_names]
    foreign = [line for line in in_order if lines[line] not in sys.stdlib_module_names]
    return "\n\n".join("\n".join(group) for group in (own, foreign) if group)
