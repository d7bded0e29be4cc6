"""A gradebook on a server: what can go wrong there, in one sentence and without a password."""

from __future__ import annotations

import sys
from contextlib import closing

import pytest

from gradlab.errors import GradebookError
from gradlab.gradebook import Gradebook
from gradlab.gradebook.address import open_database
from gradlab.gradebook.database import Database
from gradlab.gradebook.postgresql import PostgresqlServer

from .conftest import PASSWORD, Place, Server

FILES = {"engine.py": b"x = 1\n"}


@pytest.fixture
def place(server: Server) -> Place:
    """An empty database of the server."""
    return server.new()


def refusal(address: str) -> str:
    with pytest.raises(GradebookError) as caught:
        Gradebook.open(address)
    message = str(caught.value)
    assert "\n" not in message
    assert PASSWORD not in message
    return message


def test_a_wrong_password_is_said_so_and_not_repeated(server: Server) -> None:
    message = refusal(server.address("postgres", "wr0ng"))
    assert message.startswith("The gradebook postgresql://gradlab:***@/postgres cannot be used: ")
    assert "password authentication failed" in message
    assert "wr0ng" not in message


def test_a_database_that_is_not_there_is_said_so(server: Server) -> None:
    assert 'database "nosuch" does not exist' in refusal(server.address("nosuch"))


def test_a_server_that_does_not_answer_is_said_so(server: Server) -> None:
    message = refusal(f"postgresql://u:{PASSWORD[:1]}ss@localhost:1/book")
    assert message.startswith("The gradebook postgresql://u:***@localhost:1/book cannot be used: ")
    assert "refused" in message


@pytest.mark.parametrize("rest", ["u:se%cret@host/db", "u:p@host/db?nosuch=secret", "alice:secret"])
def test_a_url_that_is_not_well_formed_is_said_so_and_not_repeated(server: Server, rest: str) -> None:
    message = refusal(f"postgresql://{rest}")
    assert "cret" not in message


def test_a_missing_driver_is_said_so_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    message = refusal("postgresql://u:secret@host/db")
    assert message.startswith("The gradebook postgresql://u:***@host/db needs psycopg")
    assert "pip install 'gradlab[postgres]'" in message


def test_a_database_with_tables_of_something_else_is_left_as_it_is(place: Place) -> None:
    place.run("CREATE TABLE blobs (url TEXT)")
    assert 'relation "blobs" already exists' in refusal(place.address)
    tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    assert place.run(tables) == [("blobs",)]


def test_a_gradebook_of_a_newer_version_is_left_as_it_is(place: Place) -> None:
    Gradebook.open(place.address).close()
    place.run("UPDATE gradlab_info SET value = '2'")
    assert "made by a newer gradlab (schema 2, this one knows 1)" in refusal(place.address)


def test_a_writer_that_waits_too_long_is_told_so_and_may_try_again(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    hurried = PostgresqlServer.begin_writing.replace("30s", "100ms")
    assert hurried != PostgresqlServer.begin_writing
    monkeypatch.setattr(PostgresqlServer, "begin_writing", hurried)
    with Gradebook.open(place.address) as book, closing(open_database(place.address)) as other:
        with other.writing():
            assert book.attempts() == []  # reading does not wait
            with pytest.raises(GradebookError, match="lock timeout"):
                book.receive("alice", "backward", FILES)
        assert book.receive("alice", "backward", FILES).number == 1


def test_a_grader_outlives_a_connection_that_the_server_ended(place: Place) -> None:
    with Gradebook.open(place.address) as book:
        attempt = book.receive("alice", "backward", FILES)
        place.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert book.refuse(attempt, "no").state == "ungradable"


def test_nothing_of_a_transaction_is_kept_whose_connection_ends_within(place: Place) -> None:
    def change_and_lose_the_connection(database: Database) -> None:
        with database.writing() as run:
            run("UPDATE attempts SET state = 'error'")
            run("SELECT pg_terminate_backend(pg_backend_pid())")

    with Gradebook.open(place.address) as book, closing(open_database(place.address)) as other:
        attempt = book.receive("alice", "backward", FILES)
        with pytest.raises(GradebookError, match="cannot be used: terminating connection"):
            change_and_lose_the_connection(other)
        assert book.attempts() == [attempt]
        with other.reading() as run:
            assert run("SELECT state FROM attempts") == [("received",)]
