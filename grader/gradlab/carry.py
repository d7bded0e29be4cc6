"""Build an assignment's stub on a student's own engine.

Their definitions of earlier tasks take the place of the course's, together with the helpers and imports of their own
that these need. What is given stays the course's: it grows from one assignment to the next. Nothing is run here.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gradlab import syntax
from gradlab.assemble import assemble, join_imports
from gradlab.assignment import Assignment, earlier_assignments
from gradlab.course import load_assignment
from gradlab.errors import SubmissionError, UsageError
from gradlab.model import Task
from gradlab.statements import DEFINITIONS, IMPORTS, Statement, bound_by, lines_of, own_statements
from gradlab.submission import Submission

__all__ = ["Carried", "Known", "carry", "known_so_far"]


@dataclass(frozen=True)
class Known:
    """What the course has handed out so far: how each definition reads in earlier starters, stubs and solutions; and
    which functions of earlier tasks this assignment writes anew, so that nobody's old ones fit."""

    handed_out: Mapping[str, Collection[str]] = field(default_factory=dict)
    rewritten: Collection[str] = ()


@dataclass(frozen=True)
class Carried:
    """The new engine, the ids of the tasks that are the student's own in it, and what could not be carried."""

    source: str
    tasks: tuple[str, ...]
    remarks: tuple[str, ...]


def known_so_far(assignment: Assignment) -> Known:
    """Return what the course knows of its starters up to this assignment. Of a bundle nothing is known."""
    course = assignment.course
    if course.bundle:
        return Known()
    handed_out: dict[str, set[str]] = {}
    solutions: dict[str, str] = {}
    for name in course.order[: course.order.index(assignment.name)]:
        earlier = load_assignment(course, name)
        every_task = [task.id for task in earlier.tasks]
        for solved in ((), every_task):
            for node in syntax.parse(assemble(earlier, solved=solved)).body:
                for bound in bound_by(node):
                    handed_out.setdefault(bound, set()).add(ast.dump(node))
                    solutions[bound] = _essence(node)
    now = {
        name: _essence(node)
        for node in syntax.parse(assemble(assignment, solved=())).body
        for name in bound_by(node)
    }
    return Known(handed_out, {name for name in solutions if now.get(name) != solutions[name]})


def _essence(node: ast.stmt) -> str:
    """Return a definition without its docstring and decorators."""
    if not isinstance(node, ast.FunctionDef | ast.ClassDef):
        return ast.dump(node)
    body = node.body[1:] if ast.get_docstring(node) else node.body
    heading = ast.dump(node.args) if isinstance(node, ast.FunctionDef) else ""
    return heading + "".join(map(ast.dump, body))


def carry(assignment: Assignment, base: str, submission: Submission, known: Known) -> Carried:
    """Return `base`, the assignment's stub, with the student's definitions of earlier tasks in it.

    Raises SubmissionError, with every problem and its line, if the result could not be what the student means: a
    name that has another meaning in the new stub, a name that nothing defines, nothing to carry at all. Raises UsageError
    if no assignment comes before this one.
    """
    try:
        return _carry(assignment, base, submission, known)
    except RecursionError:
        raise SubmissionError(f"{submission.entry} is nested too deeply to be carried over.") from None


def _carry(assignment: Assignment, base: str, submission: Submission, known: Known) -> Carried:
    tasks = [
        task for earlier in earlier_assignments(assignment.course, assignment.name) for task in earlier.tasks
    ]
    if not tasks:
        raise UsageError(
            f"{assignment.name} is the first assignment: no earlier task is solved in it, and --carry has nothing to "
            "bring along. Start without it."
        )
    moving = _Moving(
        base, own_statements(submission), known, {name for task in tasks for name in task.defines}
    )
    if not moving.wanted:
        names = ", ".join(sorted(moving.names_of_tasks)[:4])
        raise SubmissionError(
            f"{submission.entry} defines none of the functions of earlier tasks ({names}, ...), so there is "
            "nothing to carry over. An engine that grew from a starter has them; for one of another design, "
            "start without --carry and bring in by hand what you need."
        )
    moving.follow()
    if moving.problems:
        raise SubmissionError("\n".join(dict.fromkeys(moving.problems)))
    done = tuple(task.id for task in tasks if set(task.defines) <= moving.wanted.keys())
    remarks = (*_left_to_the_course(tasks, moving), *moving.remarks())
    return Carried(moving.source(submission.entry), done, remarks)


@dataclass
class _Moving:
    """The move of a student's statements into `base`. `wanted` are, by name, the statements that make their definitions
    of earlier tasks, `helpers` what these need, `imports` what those need of other packages."""

    base: str
    own: list[Statement]
    known: Known
    names_of_tasks: set[str]
    problems: list[str] = field(default_factory=list)
    helpers: list[Statement] = field(default_factory=list)
    imports: list[ast.Import | ast.ImportFrom] = field(default_factory=list)
    overruled: dict[str, Statement] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.in_base = {name: node for node in syntax.parse(self.base).body for name in bound_by(node)}
        self.definitions = {
            name: node
            for name, node in self.in_base.items()
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
        }
        self.bindings: dict[str, list[Statement]] = {}
        for statement in self.own:
            for name in statement.binds:
                self.bindings.setdefault(name, []).append(statement)
        written = sorted(self.names_of_tasks & self.bindings.keys() & self.definitions.keys())
        self.wanted = {
            name: [bound for bound in self.bindings[name] if not _is_stub(bound.node)]
            for name in written
            if name not in self.known.rewritten and not _is_stub(self.bindings[name][-1].node)
        }

    def follow(self) -> None:
        """Collect what the wanted definitions need, and what that needs."""
        wanted = [statement for statements in self.wanted.values() for statement in statements]
        todo = list(wanted)
        seen = {id(statement) for statement in todo}
        while todo:
            statement = todo.pop()
            for name in sorted(statement.uses | (statement.annotations & self.bindings.keys())):
                for needed in self._needed(name, statement):
                    if id(needed) not in seen:
                        seen.add(id(needed))
                        todo.append(needed)
        self.helpers = [s for s in self.own if id(s) in seen and s not in wanted]
        self.imports = [s.node for s in self.helpers if isinstance(s.node, IMPORTS)]
        self.helpers = [s for s in self.helpers if not isinstance(s.node, IMPORTS)]

    def _needed(self, name: str, user: Statement) -> list[Statement]:
        """Return the student's statements that `name` needs; none where the course's meaning is the right one."""
        bound = self.bindings.get(name, [])
        if name in self.wanted or (name in self.names_of_tasks and name in self.definitions):
            return []
        if not bound:
            if name not in self.in_base and not hasattr(builtins, name) and name not in _ALWAYS:
                self.problems.append(
                    f"{user.place}: {_called(user)} uses `{name}`, which nothing defines or imports by name."
                )
            return []
        if name not in self.in_base:
            return bound
        if not self._is_the_course_s(name, bound[-1]):
            if name not in self.known.handed_out:
                self.problems.append(
                    f"{bound[-1].place}: your `{name}` has the name of something else in the new engine. Rename it in "
                    "yours, then carry it over."
                )
            else:
                self.overruled[name] = bound[-1]
        return []

    def _is_the_course_s(self, name: str, statement: Statement) -> bool:
        """Whether a statement is given code as it was handed out, or imports the same thing. Nobody knows in a bundle."""
        said, theirs = statement.node, self.in_base[name]
        if isinstance(said, IMPORTS) and isinstance(theirs, IMPORTS):
            return _origin(name, said) == _origin(name, theirs)
        dumped = ast.dump(said)
        handed_out = self.known.handed_out
        return not handed_out or dumped == ast.dump(theirs) or dumped in handed_out.get(name, ())

    def remarks(self) -> Iterator[str]:
        """Yield what of the student's engine is not in the new one, with its line."""
        for name, bound in self.bindings.items():
            is_given = (
                name in self.known.handed_out and name not in self.names_of_tasks and name in self.definitions
            )
            if is_given and not self._is_the_course_s(name, bound[-1]):
                self.overruled[name] = bound[-1]
        for name, statement in sorted(self.overruled.items(), key=lambda item: self.own.index(item[1])):
            yield f"{statement.place}: your `{name}` is not carried over: it is given, and the course's is used."
        lost = [s for s in self.own if not s.binds and not _says_nothing(s.node)]
        for statement in lost[:_MOST]:
            line = ast.unparse(statement.node).splitlines()[0][:60]
            yield f"{statement.place}: `{line}` is not carried over: only definitions and what they use are."
        if len(lost) > _MOST:
            yield f"... nor are {len(lost) - _MOST} other statements that define nothing."
        if not self.known.handed_out:
            yield "What is given is the course's: changes that you made to it are not carried over."

    def source(self, entry: str) -> str:
        """Return the new engine."""
        lines = lines_of(self.base)
        changes: list[tuple[int, int, str]] = []
        for name, statements in self.wanted.items():
            old = self.definitions[name]
            marks = frozenset(ast.dump(mark) for mark in old.decorator_list)
            text = "\n\n\n".join(statement.text(marks) for statement in statements)
            changes.append((old.lineno - 1, old.end_lineno or old.lineno, text))
        if self.helpers:
            first = min((self.definitions[name] for name in self.wanted), key=lambda node: node.lineno)
            top = min([first.lineno, *(mark.lineno for mark in first.decorator_list)]) - 1
            changes.append((top, top, self._block_of_helpers(entry)))
        for start, end, text in sorted(changes, key=lambda change: change[:2], reverse=True):
            lines[start:end] = lines_of(text)
        return self._with_imports("\n".join(lines))

    def _block_of_helpers(self, entry: str) -> str:
        parts = [f"# Your own helpers, carried over from {entry}."]
        for statement in self.helpers:
            apart = isinstance(statement.node, DEFINITIONS)
            parts += [*([""] * 2 * apart), statement.text(), *([""] * 2 * apart)]
        return "\n".join([*parts, "", ""])

    def _with_imports(self, source: str) -> str:
        """Put the imports that were carried among those of the base."""
        if not self.imports:
            return source
        lines = lines_of(source)
        nodes = [
            node for node in syntax.parse(source).body if isinstance(node, IMPORTS) and not _is_future(node)
        ]
        start, end = (
            (nodes[0].lineno - 1, nodes[-1].end_lineno or 0) if nodes else (_after_future(source),) * 2
        )
        code = "\n".join([*lines[:start], *lines[end:]])
        own = [_only(node, lambda name: name not in self.in_base) for node in self.imports]
        block = ["", *join_imports([*nodes, *own], code).splitlines(), ""]
        lines[start:end] = block[1:-1] if nodes else block
        return "\n".join(lines)


def _is_stub(node: ast.AST) -> bool:
    """Whether a definition still says `raise NotImplementedError("Task ...")` somewhere."""
    return any(
        isinstance(part, ast.Raise)
        and part.exc is not None
        and "NotImplementedError('Task" in ast.unparse(part.exc)
        for part in ast.walk(node)
    )


_ALWAYS = ("__name__", "__file__", "__doc__")
_MOST = 5  # remarks on statements that are not carried


def _left_to_the_course(tasks: Sequence[Task], moving: _Moving) -> Iterator[str]:
    for task in tasks:
        names = [name for name in task.defines if name not in moving.wanted and name in moving.definitions]
        if 1 < len(names) == len(task.defines) and not set(names) & set(moving.known.rewritten):
            yield _remark(task, f"`{names[0]}` and {len(names) - 1} more are", names[0], moving)
        else:
            yield from (_remark(task, f"`{name}` is", name, moving) for name in names)


def _remark(task: Task, what: str, name: str, moving: _Moving) -> str:
    bound = moving.bindings.get(name)
    if bound and name in moving.known.rewritten:
        return f"{bound[-1].place}: your `{name}` (task {task.id}) is not carried over: from here on the course's is another."
    where = f"not written yet ({bound[-1].place})" if bound else "not there"
    then = "is a stub in the new one, too" if _is_stub(moving.definitions[name]) else "is the course's"
    return f"Task {task.id}: in your engine {what} {where}; what you get {then}."


def _called(statement: Statement) -> str:
    node = statement.node
    return f"`{node.name if isinstance(node, DEFINITIONS) else ast.unparse(node).splitlines()[0][:60]}`"


def _says_nothing(node: ast.stmt) -> bool:
    """Whether nothing is lost with a statement."""
    is_text = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_text or isinstance(node, ast.Pass)


def _origin(name: str, node: ast.Import | ast.ImportFrom) -> tuple[str, str]:
    """Return what an imported name is: its module, and its name there."""
    for alias in node.names:
        if name == (alias.asname or alias.name.split(".")[0]):
            return (node.module or "", alias.name) if isinstance(node, ast.ImportFrom) else (alias.name, "")
    return ("", "")


def _is_future(node: ast.Import | ast.ImportFrom) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _after_future(source: str) -> int:
    ends = [
        node.end_lineno or 0
        for index, node in enumerate(syntax.parse(source).body)
        if (isinstance(node, IMPORTS) and _is_future(node)) or (index == 0 and isinstance(node, ast.Expr))
    ]
    return max(ends, default=0)


def _only(node: ast.Import | ast.ImportFrom, wanted: Callable[[str], bool]) -> ast.Import | ast.ImportFrom:
    """Return an import with only those of its names that are wanted."""
    names = [alias for alias in node.names if wanted(alias.asname or alias.name.split(".")[0])]
    if isinstance(node, ast.ImportFrom):
        return ast.ImportFrom(node.module, names, node.level)
    return ast.Import(names)
