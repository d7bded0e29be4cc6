"""Where a gradebook is: a file, or a database's URL."""

from __future__ import annotations

import re
from pathlib import Path

from gradlab.errors import GradebookError
from gradlab.gradebook.database import Database
from gradlab.gradebook.postgresql import PostgresqlServer
from gradlab.gradebook.sqlite import SqliteFile

__all__ = ["open_database", "shown"]

_HOST = r"(?:[^\s:/?#@\[\]]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?"
_SERVER = (
    r"(?:(?P<user>[^\s:/?#@]*)(?P<password>:[^\s/?#@]*)?@)?"
    rf"(?P<place>{_HOST}(?:/[^\s?#@]*)?)"
    r"(?:\?[^#@]*)?"
)


def open_database(where: str | Path) -> Database:
    """Open the database in a file, or at a URL. Raises GradebookError in one sentence, without a password."""
    scheme, separator, rest = str(where).partition("://")
    if not separator:
        return SqliteFile(Path(where).absolute())
    if scheme == "sqlite" and re.fullmatch(r"/[^?]+", rest):
        return SqliteFile(Path(rest[1:]).absolute())
    if scheme in ("postgresql", "postgres"):
        return PostgresqlServer(str(where), shown(where))
    raise GradebookError(
        f"The database {shown(where)} cannot be used. "
        "Give a file, or a URL such as sqlite:///FILE or postgresql://USER@HOST/DATABASE."
    )


def shown(where: str | Path) -> str:
    """Return what may be printed of it: no password, no options, and nothing of a URL that is not well formed."""
    scheme, separator, rest = str(where).partition("://")
    if not separator:
        return str(where)
    if not re.fullmatch(r"[A-Za-z0-9+.-]*", scheme):
        return "***://***"
    parts = re.fullmatch(_SERVER, rest)
    if parts is None:
        return f"{scheme}://***"
    user, password, place = parts["user"], parts["password"], parts["place"]
    return f"{scheme}://{'' if user is None else user + (':***' if password else '') + '@'}{place}"
