"""A gradebook that cannot be used gets one sentence, and its file stays as it is."""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path

import pytest

from gradlab.errors import GradebookError
from gradlab.gradebook import Gradebook
from gradlab.gradebook.address import shown

HERE = Path(__file__).parent
FILES = {"engine.py": b"x = 1\n" * 5000}


def refusal(where: str | Path) -> str:
    with pytest.raises(GradebookError) as caught:
        Gradebook.open(where)
    return str(caught.value)


def full(path: Path) -> Path:
    with Gradebook.open(path) as book:
        for student in "abc":
            book.receive(student, "backward", {"engine.py": student.encode() * 20_000})
    return path


def test_a_new_gradebook_is_made_with_its_folder(tmp_path: Path) -> None:
    with Gradebook.open(tmp_path / ".gradlab" / "gradebook.db") as book:
        assert book.attempts() == []
    assert (tmp_path / ".gradlab" / "gradebook.db").is_file()


def test_an_url_names_the_same_gradebook_as_a_path(tmp_path: Path) -> None:
    full(tmp_path / "book.db")
    with Gradebook.open(f"sqlite:///{tmp_path / 'book.db'}") as book:
        assert len(book.attempts()) == 3


def test_a_relative_url_names_a_file_of_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        with Gradebook.open("sqlite:///book.db") as book:
            assert book.name == str(tmp_path / "book.db")


def test_a_gradebook_of_the_first_version_is_read_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "book.db"
    connection = sqlite3.connect(path)
    connection.executescript((HERE / "schema1.sql").read_text(encoding="utf-8"))
    connection.close()
    with Gradebook.open(path) as book:
        attempts = book.attempts()
        assert [a.state for a in attempts] == ["graded", "error", "ungradable", "received", "received"]
        assert [a.number for a in attempts] == [1, None, None, 1, 2]
        assert [a.student for a in attempts] == ["alice", "alice", "älice", "bob", "bob"]
        assert (attempts[0].score, attempts[0].notes) == (3.0, ("Ignored in the folder: x.",))
        assert book.files(attempts[1]) == {"engine.py": b"x = 2\n", "own.py": b"\x00\xff"}
        report = book.report(attempts[0])
        assert report is not None
        assert report.checks[0].findings[0].message == "x.grad is 1.0"
        taken = book.take_over()
        assert taken is not None
        assert (taken.id, book.refuse(taken, "no").state) == (4, "ungradable")
        assert book.receive("alice", "backward", FILES).number == 2


def test_a_new_gradebook_has_the_tables_of_the_first_version(tmp_path: Path) -> None:
    query = "SELECT type, name, sql FROM sqlite_master ORDER BY name"
    old = sqlite3.connect(":memory:")
    old.executescript((HERE / "schema1.sql").read_text(encoding="utf-8"))
    new = sqlite3.connect(full(tmp_path / "book.db"))
    assert new.execute(query).fetchall() == old.execute(query).fetchall()
    assert new.execute("SELECT * FROM gradlab_info").fetchall() == [("schema", "1")]
    new.close()
    old.close()


def test_an_empty_file_becomes_a_gradebook(tmp_path: Path) -> None:
    (tmp_path / "book.db").touch()
    full(tmp_path / "book.db")


@pytest.mark.parametrize(
    "content", [b"This is not a database.\n" * 100, b"\0" * 4096, b"SQLite format 3\0" + b"junk" * 2000, b"S"]
)
def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "book.db"
    path.write_bytes(content)
    assert refusal(path).startswith(f"The gradebook {path} is damaged: ")
    assert "left as it is; restore a copy" in refusal(path)
    assert path.read_bytes() == content
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("where", [0.05, 0.5])
def test_damage_in_the_middle_is_found_and_left_as_it_is(tmp_path: Path, where: float) -> None:
    path = full(tmp_path / "book.db")
    content = bytearray(path.read_bytes())
    start = int(len(content) * where) // 4096 * 4096 + 4096
    content[start : start + 8192] = b"\xde\xad" * 4096
    path.write_bytes(content)
    assert "is damaged" in refusal(path)
    assert path.read_bytes() == content


def test_a_file_cut_off_is_found_and_left_as_it_is(tmp_path: Path) -> None:
    path = full(tmp_path / "book.db")
    content = path.read_bytes()[: 3 * 4096]
    path.write_bytes(content)
    assert "is damaged" in refusal(path)
    assert path.read_bytes() == content


def test_a_folder_is_no_gradebook(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"The gradebook {tmp_path} is a folder; a file is expected."


def test_a_database_of_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE pages (url TEXT)")
    connection.close()
    before = path.read_bytes()
    assert "is an SQLite database, but no gradebook" in refusal(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", ["2", "unheard of"])
def test_a_gradebook_of_a_newer_version_is_left_as_it_is(tmp_path: Path, version: str) -> None:
    path = full(tmp_path / "book.db")
    connection = sqlite3.connect(path)
    connection.execute("UPDATE gradlab_info SET value = ? WHERE key = 'schema'", (version,))
    connection.commit()
    connection.close()
    before = path.read_bytes()
    assert f"made by a newer gradlab (schema {version}, this one knows 1). Update gradlab" in refusal(path)
    assert path.read_bytes() == before


def test_a_folder_that_is_a_file_cannot_hold_a_gradebook(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "cannot be opened: " in refusal(tmp_path / "file" / "book.db")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is a folder that not even root can write to")
def test_a_folder_that_cannot_be_written_to_is_said_so() -> None:
    message = refusal("/proc/self/task/book.db")
    assert message.startswith("The gradebook /proc/self/task/book.db cannot be used: ")
    assert "\n" not in message


@pytest.mark.parametrize(
    "url",
    [
        "nosuch://host/db",
        "://",
        "postgresql+nosuch://u:secret@host/db",
        "nosuch://u:se?cret@host/db",
        "nosuch://u:se/cret@host#/db",
        "u:secret@://",
        "nosuch://host/db?password=secret",
        "sqlite://",
        "sqlite:///",
        "sqlite://host/book.db",
        "sqlite:///book.db?password=secret",
    ],
)
def test_a_database_that_cannot_be_served_is_said_so_without_its_password(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    message = refusal(url)
    assert "Give a file, or a URL such as sqlite:///FILE or postgresql://USER@HOST/DATABASE." in message
    assert "cret" not in message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql://host/db", "postgresql://host/db"),
        ("postgresql://u@host:5432/db?sslmode=require", "postgresql://u@host:5432/db"),
        ("postgresql://u:secret@[::1]:5432/db", "postgresql://u:***@[::1]:5432/db"),
        ("postgresql:///db?host=/run&password=secret", "postgresql:///db"),
        ("postgresql://alice:secret", "postgresql://***"),
        ("u:secret@://", "***://***"),
        ("book.db", "book.db"),
    ],
)
def test_the_name_of_a_database_shows_no_password(url: str, name: str) -> None:
    assert shown(url) == name
