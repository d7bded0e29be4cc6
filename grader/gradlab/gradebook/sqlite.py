"""The gradebook in a file: SQLite, which comes with Python."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from gradlab.errors import GradebookError
from gradlab.gradebook.database import BUSY_SECONDS, Connection, Database

__all__ = ["SqliteFile"]

# A larger file is not read through at every start; damage in it is found when the damaged page is used.
_CHECKED_SIZE = 32 << 20
_SIGNATURE = b"SQLite format 3\0"


class SqliteFile(Database):
    """One file, which keeps what it was told, and in which readers and a writer work at once."""

    errors = (sqlite3.Error, UnicodeEncodeError)
    placeholder = "?"
    binary = "BLOB"
    counted = "INTEGER"
    begin_reading = "BEGIN"
    begin_writing = "BEGIN IMMEDIATE"
    find_info = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'gradlab_info'"

    def __init__(self, path: Path) -> None:
        _check_file(path)
        self._path = path
        super().__init__(str(path))

    def connect(self) -> Connection:
        """Return a new connection. `isolation_level` None: the driver begins no transaction by itself."""
        connection = sqlite3.connect(
            self._path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("PRAGMA synchronous=FULL")
            _use_wal(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def is_open(self, connection: Connection) -> bool:
        """Return True: a file does not go away."""
        return True


def _use_wal(connection: sqlite3.Connection) -> None:
    """Switch to the write-ahead log. SQLite does not wait for its turn here, so do it for it."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _check_file(path: Path) -> None:
    """Look at an existing file before SQLite may write to it; make the folder of a new one."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.is_dir():
            raise GradebookError(f"The gradebook {path} is a folder; a file is expected.")
        if not path.exists() or path.stat().st_size == 0:
            return
        with path.open("rb") as stream:
            start = stream.read(len(_SIGNATURE))
    except OSError as error:
        raise GradebookError(f"The gradebook {path} cannot be opened: {error.strerror}.") from error
    if start != _SIGNATURE:
        raise _corrupt(path, "it is not an SQLite file")
    try:
        with closing(
            sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)
        ) as connection:
            tables = {
                name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            }
            small = path.stat().st_size <= _CHECKED_SIZE
            problem = connection.execute("PRAGMA quick_check(1)").fetchone()[0] if small else "ok"
    except sqlite3.DatabaseError as error:
        raise _corrupt(path, str(error)) from error
    if problem != "ok":
        raise _corrupt(path, str(problem).splitlines()[-1])
    if tables and "gradlab_info" not in tables:
        raise GradebookError(
            f"{path} is an SQLite database, but no gradebook. It is left as it is; name another file with GRADLAB_DATABASE."
        )


def _corrupt(path: Path, reason: str) -> GradebookError:
    return GradebookError(
        f"The gradebook {path} is damaged: {reason}. It is left as it is; restore a copy, or move it away to begin a new one."
    )
