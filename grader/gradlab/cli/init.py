"""`grade init`: a course of one's own."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["init"]

_IGNORED = ".gradlab/\n__pycache__/\n"
_GUIDE = "AUTHORING.md"


@click.command()
@click.argument("directory", type=click.Path(path_type=Path), metavar="DIR")
def init(directory: Path) -> int:
    """Write a course to DIR that works at once: the assignments that come with gradlab, for you to change.

    It gets a secret of its own, from which the inputs of hidden checks are drawn. Nothing is ever overwritten.
    """
    from gradlab.course import find_course
    from gradlab.new_course import copy_course, guide
    from gradlab.secret import load_or_create

    course = find_course(directory, copy_course(directory, without=("demo",)))
    load_or_create(course.root)
    (course.root / ".gitignore").write_text(_IGNORED, encoding="utf-8")
    (course.root / _GUIDE).write_bytes(guide().read_bytes())
    folder = click.format_filename(directory)
    click.echo(
        f"{course.title}: wrote a course with the assignments {', '.join(course.order)} to {folder}.\n"
        "\n"
        f"Its secret is new, and yours: {folder}/.gradlab/secret, which only you can read. The inputs of hidden checks are\n"
        "drawn from it. Keep a copy in a safe place, and never hand it out or commit it (.gitignore leaves it out).\n"
        "The hidden checks that come with gradlab are samples that anybody can read: change them, or add your own.\n"
        f"{_GUIDE} leads to an assignment of your own in a quarter of an hour.\n"
        "\n"
        f"  cd {folder}\n"
        "  grade lint backward                  # how good is an assignment?\n"
        "  grade new my_assignment              # a skeleton of another one, which works at once\n"
        "  grade release backward ../backward   # what students get\n"
        "  grade submit FILE --assignment backward --student ada"
    )
    return 0
