"""The gradebook on a PostgreSQL server, through psycopg (the extra `postgres`), which is imported only here."""

from __future__ import annotations

from typing import Any

from gradlab.errors import GradebookError
from gradlab.gradebook.database import BUSY_SECONDS, Connection, Database

__all__ = ["PostgresqlServer"]

# Whoever writes to a gradebook holds this lock, so that what was read before stays true.
_WRITE_LOCK = int.from_bytes(b"gradlab", "big")


class PostgresqlServer(Database):
    """A database of a server, named by a URL that libpq reads."""

    placeholder = "%s"
    binary = "BYTEA"
    counted = "SERIAL"
    begin_reading = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    # On disk when it is committed, whatever the server's setting. The lock comes first: reading sees what is
    # committed by then.
    begin_writing = (
        f"BEGIN; SET LOCAL synchronous_commit = on; SET LOCAL lock_timeout = '{BUSY_SECONDS}s'; "
        f"SELECT pg_advisory_xact_lock({_WRITE_LOCK})"
    )
    # Of the catalogue's rows, since a session that waited for the lock may still remember by name what was not there.
    find_info = "SELECT 1 FROM pg_tables WHERE tablename = 'gradlab_info' AND schemaname = ANY (current_schemas(false))"

    def __init__(self, url: str, name: str) -> None:
        try:
            import psycopg
            from psycopg.conninfo import conninfo_to_dict
        except ImportError as error:
            raise GradebookError(
                f"The gradebook {name} needs psycopg, which cannot be imported here ({str(error).splitlines()[0]}). "
                "Install it with: pip install 'gradlab[postgres]'."
            ) from error
        try:
            self._options: dict[str, Any] = {"connect_timeout": BUSY_SECONDS, **conninfo_to_dict(url)}
        except psycopg.Error:  # its words may quote a part of the password
            raise GradebookError(
                f"The database {name} cannot be used: its URL is not well formed. In a name or password, write "
                "every character but letters and digits as % and its two hexadecimal digits, such as %40 for @."
            ) from None
        self._psycopg = psycopg
        self.errors = (psycopg.Error, UnicodeEncodeError)
        super().__init__(name)

    def connect(self) -> Connection:
        """Return a new connection. `autocommit`: the driver begins no transaction by itself."""
        connection: Connection = self._psycopg.connect(
            autocommit=True, **{**self._options, "client_encoding": "utf-8"}
        )
        return connection

    def is_open(self, connection: Any) -> bool:
        """Return False once the server has gone, or has ended the connection."""
        return not connection.closed

    def reason(self, error: Exception) -> str:
        """Return the first line of what the driver says, without the password."""
        password = str(self._options.get("password") or "")
        said = super().reason(error)
        return said.replace(password, "***") if password else said
