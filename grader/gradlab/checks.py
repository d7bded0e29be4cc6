"""Write and load checks: `@check`, and the files `checks.py` and `hidden.py` of an assignment."""

from __future__ import annotations

import inspect
import linecache
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from gradlab.errors import CheckAuthoringError
from gradlab.model import Check

__all__ = ["check", "load_checks"]

Function = Callable[..., None]
TASK = re.compile(r"\d+(\.\d+)*")
PARAMETERS = ("torch", "observe", "rng")
_collected: list[Check] | None = None  # the file that is being loaded


def check(
    *,
    task: str,
    points: float,
    help: str = "",  # noqa: A002
    hidden: bool = False,
    depends_on: str | None = None,
    timeout: float | None = None,
    instances: int = 1,
    name: str | None = None,
) -> Callable[[Function], Function]:
    """Make a check of `function(torch, observe, rng)`. The first line of its docstring is the title.

    Raises CheckAuthoringError with every problem of the arguments at once.
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
        if problems := _problems(made):
            raise CheckAuthoringError(*(f"{made.file}:{made.line}: {problem}" for problem in problems))
        if _collected is not None:
            _collected.append(made)
        return function

    return decorate


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
    path: Path,
    *,
    hidden: bool,
    tolerance: Mapping[str, float],
    errors: str = "class",
    flags: tuple[str, ...] = ("requires_grad", "is_leaf"),
) -> tuple[Check, ...]:
    """Execute a course's file of checks, which is trusted, and return its checks in the order of the file.

    `hidden` marks all of them; `tolerance`, `errors` and `flags` are the assignment's. Raises CheckAuthoringError if the file
    does not run or two checks have the same name.
    """
    global _collected
    linecache.checkcache(str(path))
    _collected = []
    try:
        code = compile(path.read_bytes(), str(path), "exec")
        exec(code, {"__name__": f"{path.parent.name}_{path.stem}", "__file__": str(path)})
        found = _collected
    except CheckAuthoringError:
        raise
    except SyntaxError as error:
        raise CheckAuthoringError(f"{path.name}:{error.lineno}: {error.msg}.") from error
    except Exception as error:
        line = _line(error, str(path))
        raise CheckAuthoringError(
            f"{path.name}:{line}: loading the checks raises {type(error).__name__}: {error}"
        ) from error
    finally:
        _collected = None
    _refuse_doubles(found)
    settled: dict[str, Any] = {"tolerance": dict(tolerance), "errors": errors, "flags": flags}
    return tuple(msgspec.structs.replace(one, hidden=hidden or one.hidden, **settled) for one in found)


def _line(error: BaseException, file: str) -> int:
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _refuse_doubles(found: list[Check]) -> None:
    first: dict[str, Check] = {}
    problems = []
    for one in found:
        other = first.setdefault(one.name, one)
        if other is not one:
            problems.append(
                f"{one.file}:{one.line}: the check {one.name!r} has the name of the one in line {other.line}; "
                "rename one of them."
            )
    if problems:
        raise CheckAuthoringError(*problems)
