"""Transactions on the gradebook's database, whichever it is, and one sentence where it cannot be used."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Lock
from typing import Any, ClassVar, Protocol

from gradlab.errors import GradebookError
from gradlab.gradebook.schema import SCHEMA_VERSION, statements

__all__ = ["BUSY_SECONDS", "Connection", "Database", "Run"]

BUSY_SECONDS = 30  # for how long a writer waits for its turn, or a server for its answer

# Runs one statement of the transaction, with a `?` for each value, and returns its rows.
Run = Callable[..., list[tuple[Any, ...]]]


class Cursor(Protocol):
    """What a statement gave (PEP 249)."""

    @property
    def description(self) -> Any: ...

    def fetchall(self) -> list[Any]: ...


class Connection(Protocol):
    """A connection of either driver, on which nothing is begun or ended but by a statement."""

    def execute(self, statement: Any, parameters: Any = ..., /) -> Cursor: ...

    def close(self) -> None: ...


class Database(ABC):
    """Transactions on one database file or server. Reading never waits for a writer; writers take turns.

    It holds one connection, made when it is needed, which the threads of a process use in turn.
    """

    errors: tuple[type[Exception], ...]  # what the driver raises, and texts that are none
    placeholder: ClassVar[str]
    binary: ClassVar[str]
    counted: ClassVar[str]
    begin_reading: ClassVar[str]
    begin_writing: ClassVar[str]
    find_info: ClassVar[str]  # gives a row where there is a table gradlab_info

    def __init__(self, name: str) -> None:
        self.name = name
        self._turn = Lock()
        self._connection: Connection | None = None
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    @abstractmethod
    def connect(self) -> Connection:
        """Return a new connection."""

    @abstractmethod
    def is_open(self, connection: Connection) -> bool:
        """Return whether a connection still stands."""

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def reading(self) -> Iterator[Run]:
        """A transaction that sees one state of the database."""
        with self._transaction(self.begin_reading) as run:
            yield run

    @contextmanager
    def writing(self) -> Iterator[Run]:
        """A transaction that holds the database's write lock from its start, so that what it read stays true."""
        with self._transaction(self.begin_writing) as run:
            yield run

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Run]:
        with self._turn, self._words():
            try:
                connection = self._begin(begin)
                yield partial(self._run, connection)
                connection.execute("COMMIT")
            except BaseException:
                self._undo()
                raise

    def _begin(self, begin: str) -> Connection:
        """Return the connection, in a transaction: a new connection where the last one died meanwhile."""
        if self._connection is not None:
            try:
                self._connection.execute(begin)
                return self._connection
            except self.errors:
                if self.is_open(self._connection):
                    raise
        self._connection = self.connect()
        self._connection.execute(begin)
        return self._connection

    def _run(self, connection: Connection, statement: str, *values: object) -> list[tuple[Any, ...]]:
        cursor = connection.execute(statement.replace("?", self.placeholder), values)
        return cursor.fetchall() if cursor.description else []

    def _undo(self) -> None:
        if self._connection is not None:
            try:
                self._connection.execute("ROLLBACK")
            except (
                self.errors
            ):  # nothing was begun, or nobody answers: the next transaction gets a new connection
                self.close()

    def _prepare(self) -> None:
        """Make the tables of a new gradebook; refuse one that a newer version made."""
        with self.reading() as run:
            version = self._version(run)
        if version is None:
            with self.writing() as run:
                version = self._version(run)  # another process may have been faster
                if version is None:
                    version = str(SCHEMA_VERSION)
                    for statement in statements(binary=self.binary, counted=self.counted):
                        run(statement)
        if not version.isdecimal() or int(version) > SCHEMA_VERSION:
            raise GradebookError(
                f"The gradebook {self.name} was made by a newer gradlab (schema {version}, this one knows {SCHEMA_VERSION}). "
                "Update gradlab; the gradebook is left as it is."
            )

    def _version(self, run: Run) -> str | None:
        """Return the schema's version, or None in a database without tables."""
        if not run(self.find_info):
            return None
        rows = run('SELECT value FROM gradlab_info WHERE "key" = ?', "schema")
        return rows[0][0] or "unknown" if rows else "unknown"

    @contextmanager
    def _words(self) -> Iterator[None]:
        """Turn the database's errors into one sentence."""
        try:
            yield
        except self.errors as error:
            raise GradebookError(
                f"The gradebook {self.name} cannot be used: {self.reason(error)}. It is left as it is."
            ) from error

    def reason(self, error: Exception) -> str:
        """Return the first line of what the driver says."""
        said = str(error).strip() or type(error).__name__
        return said.splitlines()[0].rstrip(".")
