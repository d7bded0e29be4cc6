"""Write and load checks: `@check`, and the files `checks.py` and `hidden.py` of an assignment."""

from __future__ import annotations

import inspect
import linecache
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from gradlab.errors import CheckAuthoringError
from gradlab.model import Check
from gradlab.settings import did_you_mean

__all__ = ["ReadChecks", "check", "load_checks", "read_checks"]

Function = Callable[..., None]
TASK = re.compile(r"\d+(\.\d+)*")
PARAMETERS = ("torch", "observe", "rng")


@dataclass
class ReadChecks:
    """What a file of checks holds, the faulty ones too, and every problem in it. `whole` is false where the file
    ended before its end."""

    checks: list[Check] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    whole: bool = True


_reading: ReadChecks | None = None  # of the file that is being loaded


def check(
    *misplaced: object,
    task: str = "",
    points: float = 0.0,
    help: str = "",  # noqa: A002
    hidden: bool = False,
    depends_on: str | None = None,
    timeout: float | None = None,
    instances: int = 1,
    name: str | None = None,
    **unknown: object,
) -> Callable[[Function], Function]:
    """Make a check of `function(torch, observe, rng)`. The first line of its docstring is the title.

    `task` and `points` are needed. Raises CheckAuthoringError with every problem of the arguments at once.
    """

    def decorate(function: Function) -> Function:
        title = (inspect.getdoc(function) or "").partition("\n")[0].strip()
        made = Check(
            name=function.__name__ if name is None else name,
            task=task,
            title=title,
            points=points,
            function=function,
            help=help,
            hidden=hidden,
            depends_on=depends_on,
            timeout=timeout,
            instances=instances,
            file=Path(function.__code__.co_filename).name,
            line=function.__code__.co_firstlineno,
        )
        found = [f"{made.file}:{made.line}: {said}" for said in (*_unknown(made, unknown), *_problems(made))]
        if misplaced:
            found.insert(
                0, f'{made.file}:{made.line}: write @check(task="2.1", points=1), every argument by its name.'
            )
        if _reading is not None:
            _reading.checks.append(made)
            _reading.problems += found
        elif found:
            raise CheckAuthoringError(*found)
        return function

    if len(misplaced) == 1 and callable(misplaced[0]) and not task:  # @check, without arguments
        decorate(misplaced[0])
    return decorate


def _unknown(made: Check, unknown: Mapping[str, object]) -> list[str]:
    known = [
        name
        for name, parameter in inspect.signature(check).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    ]
    return [f"the check {made.name!r} has no setting {name!r}{did_you_mean(name, known)}" for name in unknown]


def _problems(made: Check) -> list[str]:
    said = f"the check {made.name!r}"
    parameters = tuple(inspect.signature(made.function).parameters)
    rules = [
        (
            isinstance(made.name, str) and made.name.isidentifier(),
            f"{said} needs a name that is an identifier",
        ),
        (
            isinstance(made.task, str) and TASK.fullmatch(made.task),
            f'{said} has task={made.task!r}; give the number of its task as a string, as "2.1"',
        ),
        (
            _is_number(made.points) and made.points > 0,
            f"{said} has points={made.points!r}; give a positive number",
        ),
        (
            isinstance(made.help, str),
            f"{said} has help={made.help!r}; give the student's next step as a string",
        ),
        (isinstance(made.hidden, bool), f"{said} has hidden={made.hidden!r}; give True or False"),
        (
            made.depends_on is None or (isinstance(made.depends_on, str) and made.depends_on != made.name),
            f"{said} has depends_on={made.depends_on!r}; give another check's name",
        ),
        (
            made.timeout is None or (_is_number(made.timeout) and made.timeout > 0),
            f"{said} has timeout={made.timeout!r}; give seconds",
        ),
        (
            type(made.instances) is int and made.instances > 0,
            f"{said} has instances={made.instances!r}; give a positive whole number",
        ),
        (made.title, f"{said} has no docstring; its first line is the title that students see"),
        (
            parameters == PARAMETERS,
            f"{said} takes ({', '.join(parameters)}); it must take ({', '.join(PARAMETERS)})",
        ),
    ]
    return [f"{problem}." for holds, problem in rules if not holds]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def load_checks(
    path: Path, *, hidden: bool, tolerance: Mapping[str, float], **settled: Any
) -> tuple[Check, ...]:
    """Return the checks of a file, in its order, as `read_checks` does.

    Raises CheckAuthoringError, with every problem at once, if there is any.
    """
    read = read_checks(path, hidden=hidden, tolerance=tolerance, **settled)
    if read.problems:
        raise CheckAuthoringError(*read.problems)
    return tuple(read.checks)


def read_checks(
    path: Path,
    *,
    hidden: bool,
    tolerance: Mapping[str, float],
    errors: str = "class",
    flags: tuple[str, ...] = ("requires_grad", "is_leaf"),
) -> ReadChecks:
    """Execute a course's file of checks, which is trusted, and return its checks and its problems.

    `hidden` marks all of them; `tolerance`, `errors` and `flags` are the assignment's.
    """
    global _reading
    linecache.checkcache(str(path))
    _reading = read = ReadChecks()
    try:
        code = compile(path.read_bytes(), str(path), "exec")
        exec(code, {"__name__": f"{path.parent.name}_{path.stem}", "__file__": str(path)})
    except SyntaxError as error:
        _broken(read, f"{path.name}:{error.lineno or 1}: {error.msg}.")
    except Exception as error:
        line = _line(error, str(path))
        _broken(read, f"{path.name}:{line}: loading the checks raises {type(error).__name__}: {error}")
    finally:
        _reading = None
    read.problems += _doubles(read.checks)
    settled: dict[str, Any] = {"tolerance": dict(tolerance), "errors": errors, "flags": flags}
    read.checks = [
        msgspec.structs.replace(one, hidden=hidden or one.hidden, **settled) for one in read.checks
    ]
    return read


def _broken(read: ReadChecks, problem: str) -> None:
    read.problems.append(problem)
    read.whole = False


def _line(error: BaseException, file: str) -> int:
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _doubles(found: list[Check]) -> list[str]:
    first: dict[str, Check] = {}
    return [
        f"{one.file}:{one.line}: the check {one.name!r} has the name of the one in line {other.line}; "
        "rename one of them."
        for one in found
        if (other := first.setdefault(one.name, one)) is not one
    ]
