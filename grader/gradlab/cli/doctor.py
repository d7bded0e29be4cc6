"""`grade doctor`: what this machine offers, and what stands in the way."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gradlab.cli import options
from gradlab.errors import GradlabError

if TYPE_CHECKING:
    from gradlab.course import Course
    from gradlab.session import Engines

__all__ = ["doctor"]

SCHEMA = "gradlab/doctor/1"
_NOT_WEIGHED = (
    "but those that grade memory are refused (exit code 3): /proc does not say what a worker holds, as where it is "
    "mounted with hidepid"
)
LIBRARIES = ("click", "msgspec", "nbformat", "numpy", "pluggy", "rich")


@click.command()
@options.options(options.course, options.written_as, options.output, options.require)
def doctor(course: Path | None, form: str, output: Path | None, require: str | None) -> int:
    """Say which isolation this machine offers, and which engine, gradebook and versions are in use."""
    from gradlab.cli.grading import require_level
    from gradlab.cli.place import course_to_start_from
    from gradlab.cli.writing import write
    from gradlab.course import find_course
    from gradlab.session import Engines

    try:
        found = find_course(Path.cwd(), course)
    except GradlabError:
        if course is not None:
            raise
        found = course_to_start_from(None)
    with Engines.start(found.engine) as engines:
        facts = _facts(found, engines)
        write(_text(facts) if form == "text" else _json(facts), output)
        require_level(engines, require)
    return 0


def _facts(course: Course, engines: Engines) -> dict[str, Any]:
    import sqlite3
    from importlib.metadata import version

    from gradlab import __version__
    from gradlab.cli.place import database

    isolation = engines.isolation
    return {
        "schema": SCHEMA,
        "gradlab": __version__,
        "isolation": {
            "level": isolation.level,
            "walls": list(isolation.walls),
            "tried": dict(engines.tried),
            "refused": [
                {"level": level, "walls": list(walls), "why": why} for level, walls, why in engines.refused
            ],
        },
        "hidden_checks": isolation.level in ("strong", "standard"),
        "memory_from_outside": _weighs(engines),
        "engine": {"name": engines.engine_name, "version": engines.engine_version},
        "course": {"root": str(course.root), "assignments": list(course.order)},
        "gradebook": _gradebook(database(course)),
        "environment": {
            "python": platform.python_version(),
            "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
            **{name.lower(): version(name) for name in LIBRARIES},
            "sqlite": sqlite3.sqlite_version,
        },
    }


def _weighs(engines: Engines) -> bool:
    """Return whether the memory of a waiting worker can be read from outside, without which no hidden check grades it."""
    from gradlab.isolation import Limits

    with engines.submission_worker(Limits()) as worker:
        worker.tare()
        return worker.weigh() is not None


def _gradebook(where: str | Path) -> dict[str, Any]:
    """Return the state of the gradebook; one that is not there is not made."""
    from gradlab.gradebook import Gradebook
    from gradlab.gradebook.address import shown

    try:
        if isinstance(where, Path) and not where.exists():
            state = "not there yet; the first 'grade submit' makes it"
            return {"where": str(where), "state": state, "attempts": 0}
        with Gradebook.open(where) as book:
            return {"where": book.name, "state": "good", "attempts": len(book.attempts())}
    except (GradlabError, OSError) as error:
        return {"where": shown(where), "state": str(error), "attempts": None}


def _json(facts: dict[str, Any]) -> str:
    from gradlab.render.json import dump

    return dump(facts)


def _text(facts: dict[str, Any]) -> str:
    from gradlab.render.escape import clean

    isolation, engine, course, book = (facts[key] for key in ("isolation", "engine", "course", "gradebook"))
    verdict = (
        "are graded here" if facts["hidden_checks"] else "are refused here (exit code 3); public checks run"
    )
    lines = [
        ("gradlab", facts["gradlab"]),
        ("isolation", isolation["level"]),
        *(("", f"- {wall}") for wall in isolation["walls"]),
        *(
            ("", f"  tried to {attack}: {stop or 'nothing stopped it'}")
            for attack, stop in isolation["tried"].items()
        ),
        *(
            ("", f"not {tried['level']} ({', '.join(tried['walls'])}): {tried['why']}")
            for tried in isolation["refused"]
        ),
        ("", f"hidden checks {verdict}"),
        *([] if facts["memory_from_outside"] or not facts["hidden_checks"] else [("", _NOT_WEIGHED)]),
        ("engine", f"{engine['name']} {engine['version']}"),
        ("course", f"{course['root']} ({', '.join(course['assignments'])})"),
        ("gradebook", f"{book['where']}"),
        ("", book["state"] + (f", attempts: {book['attempts']}" if book["attempts"] else "")),
        *facts["environment"].items(),
    ]
    return "".join(f"{name:<12}{clean(value)}\n" for name, value in lines)
