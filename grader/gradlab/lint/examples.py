"""The example submissions of an assignment: each must get the points that `examples/expected.toml` says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gradlab.assemble import assemble
from gradlab.errors import GradlabError
from gradlab.mistakes import replace_definitions
from gradlab.settings import Settings, did_you_mean
from gradlab.submission import parse, read_files

if TYPE_CHECKING:
    from gradlab.lint.bench import Bench
    from gradlab.mistakes import Mistake
    from gradlab.submission import Submission

__all__ = ["try_examples"]

_FILE = "examples/expected.toml"
_KEYS = ("name", "file", "solved", "mistake", "score", "fails")
_ALL = "everything"


def try_examples(bench: Bench, mistakes: Sequence[Mistake]) -> Iterator[list[str]]:
    """Yield for each example, in order, what it gets otherwise than it must. An assignment may have none.

    `file` names a submission beside expected.toml; without it one is assembled with the tasks in `solved`, and with
    `mistake` put in. `fails` lists the names of checks, or tasks that stand for all of theirs, or is "everything".
    """
    path = bench.assignment.root / _FILE
    if not path.is_file():
        return
    settings = Settings(path)
    settings.known(("examples",))
    tables = settings.tables.get("examples", [])
    known = {mistake.name: mistake for mistake in mistakes}
    made = []
    for index in range(len(tables) if isinstance(tables, list) else 0):
        where = ("examples", index)
        settings.known(_KEYS, where)
        submission = _submission(bench, settings, where, tables[index], known)
        if submission is not None:
            made.append((where, tables[index], submission))
    yield [_short(settings, problem) for problem in settings.problems]
    failing = bench.map(bench.failing, [submission for _, _, submission in made])
    for (where, table, _), failed in zip(made, failing, strict=True):
        yield _compared(bench, f"{_FILE}:{settings.line_of(where)}", table, frozenset(failed))


def _submission(
    bench: Bench,
    settings: Settings,
    where: tuple[str, int],
    table: Mapping[str, Any],
    mistakes: Mapping[str, Mistake],
) -> Submission | str | None:
    if file := table.get("file"):
        try:
            return parse(read_files(bench.assignment.root / "examples" / str(file)))
        except GradlabError as error:
            settings.problem(str(error), where, "file")
            return None
    source = assemble(bench.assignment, solved=settings.texts("solved", where=where))
    if (name := table.get("mistake")) is None:
        return source
    if name not in mistakes:
        settings.problem(f"There is no mistake {name!r}{did_you_mean(str(name), mistakes)}", where, "mistake")
        return None
    return replace_definitions(source, mistakes[name])


def _compared(bench: Bench, place: str, table: Mapping[str, Any], failed: frozenset[str]) -> list[str]:
    said, name = table.get("fails", []), table.get("name")
    checks = [check for check in bench.assignment.checks if check.name in bench.checks]
    wanted = {check.name for check in checks if said == _ALL or {check.name, check.task} & set(said)}
    score = sum(check.points for check in checks if check.name not in failed)
    problems = [
        f"{place}: the example {name!r} fails the check {check!r}, which it may not."
        for check in sorted(failed - wanted)
    ]
    problems += [
        f"{place}: the example {name!r} passes the check {check!r}, which it must fail."
        for check in sorted(wanted - failed)
    ]
    if score != table.get("score"):
        problems.append(f"{place}: the example {name!r} gets {score:g} points, not {table.get('score')}.")
    return problems


def _short(settings: Settings, problem: str) -> str:
    return problem.replace(str(settings.path), _FILE)
