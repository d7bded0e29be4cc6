"""Open the gradebook's database, and say in one sentence why it cannot be."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from gradlab.errors import GradebookError
from gradlab.gradebook.tables import SCHEMA_VERSION, info, metadata

__all__ = ["Database"]

_BUSY_SECONDS = 30.0
# A larger file is not read through at every start; damage in it is found when the damaged page is used.
_CHECKED_SIZE = 32 << 20
_SIGNATURE = b"SQLite format 3\0"


class Database:
    """Transactions on one database file or server. Reading never waits for a writer; writers take turns."""

    def __init__(self, where: str | Path) -> None:
        url = _url(where)
        self.name = url.render_as_string(hide_password=True)
        if url.get_backend_name() == "sqlite" and url.database:
            self.name = url.database
            _check_file(Path(url.database))
        self._engine = _connect(url)
        if self._engine.dialect.name == "sqlite":
            _prepare_sqlite(self._engine)
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that sees one state of the database."""
        with self._words(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that holds the database's write lock from its start, so that what it read stays true."""
        with self._words(), self._engine.connect() as connection:
            connection.execution_options(gradlab_writes=True)
            with connection.begin():
                yield connection

    def _prepare(self) -> None:
        """Make the tables of a new gradebook; refuse one that a newer version made."""
        with self.reading() as connection:
            version = _version(connection)
        if version is None:
            with self.writing() as connection:
                version = _version(connection)  # another process may have been faster
                if version is None:
                    version = str(SCHEMA_VERSION)
                    metadata.create_all(connection)
                    connection.execute(info.insert().values(key="schema", value=version))
        if not version.isdecimal() or int(version) > SCHEMA_VERSION:
            raise GradebookError(
                f"The gradebook {self.name} was made by a newer gradlab (schema {version}, this one knows {SCHEMA_VERSION}). "
                "Update gradlab; the gradebook is left as it is."
            )

    @contextmanager
    def _words(self) -> Iterator[None]:
        """Turn the database's errors into one sentence."""
        try:
            yield
        except SQLAlchemyError as error:
            reason = str(error.orig) if isinstance(error, DBAPIError) else str(error)
            raise GradebookError(
                f"The gradebook {self.name} cannot be used: {reason.splitlines()[0]}. It is left as it is."
            ) from error


def _version(connection: sa.Connection) -> str | None:
    """Return the schema's version, or None in a database without tables."""
    if not sa.inspect(connection).has_table(info.name):
        return None
    return connection.scalar(sa.select(info.c.value).where(info.c.key == "schema")) or "unknown"


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
            sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=_BUSY_SECONDS)
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
    if tables and info.name not in tables:
        raise GradebookError(
            f"{path} is an SQLite database, but no gradebook. It is left as it is; name another file with GRADLAB_DATABASE."
        )


def _corrupt(path: Path, reason: str) -> GradebookError:
    return GradebookError(
        f"The gradebook {path} is damaged: {reason}. It is left as it is; restore a copy, or move it away to begin a new one."
    )


def _url(where: str | Path) -> sa.URL:
    if "://" not in str(where):
        return sa.URL.create("sqlite", database=str(Path(where).absolute()))
    try:
        return sa.make_url(str(where))
    except ArgumentError as error:
        raise GradebookError(
            f"{str(where)!r} is not a database URL; give a file, or a URL such as sqlite:///FILE."
        ) from error


def _connect(url: sa.URL) -> sa.Engine:
    options: dict[str, Any] = {"timeout": _BUSY_SECONDS} if url.get_backend_name() == "sqlite" else {}
    try:
        return sa.create_engine(url, connect_args=options)
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError) as error:
        raise GradebookError(
            f"The database {url.render_as_string(hide_password=True)} cannot be used: {str(error).splitlines()[0]}. "
            "Give a file, or a URL such as sqlite:///FILE."
        ) from error


def _prepare_sqlite(engine: sa.Engine) -> None:
    """Make SQLite keep what it was told, let readers and a writer work at once, and begin writes with the lock."""

    @sa.event.listens_for(engine, "connect")
    def configure(connection: Any, record: object) -> None:
        connection.isolation_level = None  # begin below, not where the driver thinks best
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=FULL")
        _use_wal(connection)

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("gradlab_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _use_wal(connection: Any) -> None:
    """Switch to the write-ahead log. SQLite does not wait for its turn here, so do it for it."""
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
