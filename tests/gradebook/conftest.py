"""Places for a gradebook: a file, and a database of a PostgreSQL server that lives as long as the tests."""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

# Runs a server until its standard input ends, so that it does not outlive tests that are killed. INT ends its sessions.
_UNTIL_HUNG_UP = '"$@" & server=$!; read -r _; kill -INT $server; wait $server'
PASSWORD = "p@ss:w/rd"
ESCAPED = "p%40ss%3Aw%2Frd"


@dataclass(frozen=True)
class Place:
    """Where a gradebook can be."""

    address: str

    @property
    def server(self) -> bool:
        """Whether it is a server's, not a file."""
        return "://" in self.address

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """Run a statement behind the gradebook's back, and return its rows."""
        if self.server:
            import psycopg

            with psycopg.connect(self.address) as connection:
                cursor = connection.execute(statement)
                return cursor.fetchall() if cursor.description else []
        with closing(sqlite3.connect(self.address)) as connection, connection:
            return connection.execute(statement).fetchall()


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server of our own, with a user and a password, behind a socket in a folder."""

    folder: Path
    numbers: Iterator[int]

    def address(self, database: str, password: str = ESCAPED) -> str:
        """Return the URL of one of its databases."""
        return f"postgresql://gradlab:{password}@/{database}?host={self.folder}"

    def new(self) -> Place:
        """Return a new, empty database."""
        import psycopg

        name = f"book{next(self.numbers)}"
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return Place(self.address(name))


def _binary(name: str) -> str:
    # Debian keeps them beside each other for every version, out of the path.
    beside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    found = shutil.which(name) or (str(beside[-1]) if beside else None)
    if found is None:
        pytest.skip(f"needs a PostgreSQL server to start: there is no {name} on this machine")
    return found


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server that is there for these tests only."""
    if find_spec("psycopg") is None:
        pytest.skip("needs psycopg: pip install 'gradlab[postgres]'")
    initdb, postgres = _binary("initdb"), _binary("postgres")
    # It does not run as root, and its socket's name must be short.
    user: dict[str, Any] = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="gradlab"))
    try:
        (folder / "password").write_text(PASSWORD)
        if user:
            for path in (folder, folder / "password"):
                shutil.chown(path, **user)
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "cwd": folder, **user}
        data = str(folder / "data")
        with_password = ["--auth=scram-sha-256", f"--pwfile={folder / 'password'}"]
        make = [initdb, "-D", data, "-U", "gradlab", "-E", "UTF8", "--locale=C", "--no-sync", *with_password]
        subprocess.run(make, check=True, **quiet)
        options = ["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=40"]
        process = subprocess.Popen(
            ["sh", "-c", _UNTIL_HUNG_UP, "sh", postgres, "-D", data, "-k", str(folder), *options],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            **quiet,
        )
        try:
            started = Server(folder, itertools.count())
            _wait_for(started, process)
            yield started
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(timeout=60)
    finally:
        shutil.rmtree(folder)


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    import psycopg

    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(server.address("postgres")).close()
            return
        except psycopg.OperationalError:
            assert process.poll() is None, "the PostgreSQL server did not start"
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.fixture(params=["sqlite", "postgresql"])
def new_place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Place]:
    """Make another empty place, in a file and on a server."""
    if request.param == "postgresql":
        started: Server = request.getfixturevalue("server")
        return started.new
    numbers = itertools.count()
    return lambda: Place(str(tmp_path / f"book{next(numbers)}.db"))


@pytest.fixture
def place(new_place: Callable[[], Place]) -> Place:
    """An empty place, in a file and on a server."""
    return new_place()
