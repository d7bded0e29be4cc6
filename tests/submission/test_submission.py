"""What may be handed in, and the one sentence that each wrong input gets."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradlab.errors import SubmissionError, UsageError
from gradlab.limits import MAX_DEPTH, MAX_FILE, MAX_FILES, MAX_NAME, MAX_TOTAL, check_files, name_problem
from gradlab.submission import digest, parse, read_files

ENGINE = b"def tensor(x):\n    return x\n"


def folder(root: Path, **files: bytes) -> Path:
    """Write files; `__` in a keyword is a slash and a trailing `_py` a suffix."""
    for key, content in files.items():
        path = root / key.replace("__", "/").replace("_py", ".py").replace("_ipynb", ".ipynb")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def notebook(*sources: str) -> bytes:
    cells = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": s}
        for s in sources
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def test_any_single_python_file_is_taken_as_engine(tmp_path: Path) -> None:
    path = tmp_path / "my work.py"
    path.write_bytes(ENGINE)
    submission = parse(read_files(path))
    assert dict(submission.files) == {"engine.py": ENGINE}
    assert submission.entry == "engine.py"
    assert [cell.source for cell in submission.sources[0].cells] == [ENGINE.decode()]


def test_any_single_notebook_is_taken_as_engine(tmp_path: Path) -> None:
    path = tmp_path / "Copy of hw.ipynb"
    path.write_bytes(notebook("x = 1"))
    submission = parse(read_files(path))
    assert submission.entry == "engine.ipynb"
    assert submission.sources[0].notebook


def test_a_folder_gives_its_engine_and_the_modules_beside_it(tmp_path: Path) -> None:
    submission = parse(read_files(folder(tmp_path, engine_py=ENGINE, ops__basic_py=b"", graph_py=b"")))
    assert [source.path for source in submission.sources] == ["engine.py", "graph.py", "ops/basic.py"]


def test_a_package_of_several_files_is_taken(tmp_path: Path) -> None:
    path = folder(tmp_path)
    (path / "engine").mkdir()
    (path / "engine" / "__init__.py").write_bytes(b"from .ops import add\n")
    (path / "engine" / "ops.py").write_bytes(b"def add(a, b): ...\n")
    submission = parse(read_files(path))
    assert submission.entry == "engine/__init__.py"
    assert [source.path for source in submission.sources] == ["engine/__init__.py", "engine/ops.py"]


def test_the_package_folder_itself_is_taken_too(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_bytes(ENGINE)
    notes: list[str] = []
    assert parse(read_files(tmp_path, notes.append)).entry == "engine/__init__.py"
    assert notes == [f"{tmp_path.name} is taken as the package engine."]


def test_engine_py_wins_over_the_package_and_the_notebook_and_a_note_says_so(tmp_path: Path) -> None:
    folder(tmp_path, engine_py=ENGINE, engine_ipynb=notebook("y = 1"))
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "__init__.py").write_bytes(b"z = 1\n")
    submission = parse(read_files(tmp_path))
    assert submission.entry == "engine.py"
    assert submission.notes == (
        "engine.py and engine/__init__.py and engine.ipynb are both there; engine.py is taken.",
    )
    assert [source.path for source in submission.sources] == ["engine.py"]
    assert len(submission.files) == 3


def test_files_of_the_course_in_a_folder_are_ignored_with_a_note(tmp_path: Path) -> None:
    folder(tmp_path, engine_py=ENGINE, checks_py=b"free points", hidden_py=b"", conftest_py=b"")
    (tmp_path / "course.toml").write_text("engine = 'mine'")
    notes: list[str] = []
    assert set(read_files(tmp_path, notes.append)) == {"engine.py"}
    assert notes == ["Ignored in the folder: checks.py, conftest.py, course.toml, hidden.py."]


def test_what_is_expected_to_lie_there_is_ignored_without_a_note(tmp_path: Path) -> None:
    folder(tmp_path, engine_py=ENGINE, checks_py=b"")
    (tmp_path / "backward-01234567.gradlab").write_bytes(b"")
    notes: list[str] = []
    read_files(tmp_path, notes.append, expected=("checks.py",))
    assert notes == []


def test_links_devices_hidden_and_cache_folders_are_never_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.py"
    secret.write_bytes(b"the answer")
    root = tmp_path / "work"
    root.mkdir()
    folder(root, engine_py=ENGINE)
    (root / "stolen.py").symlink_to(secret)
    (root / "loop").symlink_to(root, target_is_directory=True)
    os.mkfifo(root / "pipe.py")
    for hidden in (".git", "__pycache__", ".venv"):
        (root / hidden).mkdir()
        (root / hidden / "x.py").write_bytes(b"")
    notes: list[str] = []
    assert set(read_files(root, notes.append)) == {"engine.py"}
    assert notes == ["Ignored in the folder: loop (a link), pipe.py, stolen.py (a link)."]


def test_a_missing_path_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"engine\.py does not exist\. Name the engine\.py, notebook or folder"
    ):
        read_files(tmp_path / "engine.py")


@pytest.mark.parametrize("path", ["bad\0path", "x" * 5000])
def test_an_impossible_path_is_a_usage_error(path: str) -> None:
    with pytest.raises(UsageError):
        read_files(path)


def test_a_device_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="neither a file nor a folder"):
        read_files("/dev/zero")


def test_an_empty_folder_says_that_it_is_empty(tmp_path: Path) -> None:
    with pytest.raises(
        SubmissionError, match=r"holds no engine\.py, engine/__init__\.py or engine\.ipynb; it is empty"
    ):
        read_files(tmp_path)


def test_a_folder_without_python_says_what_was_found(tmp_path: Path) -> None:
    (tmp_path / "essay.txt").write_text("I tried")
    (tmp_path / "hw3.ipynb").write_bytes(notebook("x"))
    with pytest.raises(SubmissionError, match=r"found essay\.txt, hw3\.ipynb\."):
        read_files(tmp_path)


def test_a_folder_with_other_modules_only_is_read_and_then_refused(tmp_path: Path) -> None:
    files = read_files(folder(tmp_path, main_py=ENGINE))
    with pytest.raises(
        SubmissionError,
        match=r"^Expected engine\.py, engine/__init__\.py or engine\.ipynb; found main\.py\.$",
    ):
        parse(files)


def test_a_file_of_another_kind_is_read_so_that_it_can_be_kept_and_then_refused(tmp_path: Path) -> None:
    path = tmp_path / "essay.txt"
    path.write_bytes(b"I tried")
    files = read_files(path)
    assert files == {"essay.txt": b"I tried"}
    with pytest.raises(SubmissionError, match=r"found essay\.txt"):
        parse(files)


def test_text_that_is_not_utf8_is_refused_with_its_byte_and_line() -> None:
    with pytest.raises(
        SubmissionError, match=r"engine\.py is not UTF-8 text: byte 6 \(0xe9, line 2\)\. Save it as UTF-8\."
    ):
        parse({"engine.py": b"x = 1\n\xe9\n"})


def test_a_byte_order_mark_is_not_part_of_the_source() -> None:
    assert parse({"engine.py": b"\xef\xbb\xbfx = 1"}).sources[0].cells[0].source == "x = 1"


def test_a_null_byte_is_refused_with_its_line() -> None:
    with pytest.raises(SubmissionError, match=r"engine\.py holds a null byte \(line 2\)"):
        parse({"engine.py": b"x\n\0"})


def test_a_file_of_50_mb_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "engine.py"
    with path.open("wb") as stream:
        stream.truncate(50 << 20)
    with pytest.raises(SubmissionError, match=r"engine\.py is 50 MB; at most 1 MB are taken"):
        read_files(path)


def test_a_file_that_grows_while_it_is_read_is_refused() -> None:
    with pytest.raises(UsageError, match="neither a file"):
        read_files("/dev/urandom")


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    folder(tmp_path, engine_py=ENGINE)
    for number in range(MAX_FILES):
        (tmp_path / f"m{number}.py").write_bytes(b"")
    with pytest.raises(SubmissionError, match=f"holds {MAX_FILES + 1} Python files; at most {MAX_FILES}"):
        read_files(tmp_path)


def test_a_folder_with_thousands_of_entries_is_refused_early(tmp_path: Path) -> None:
    for number in range(2001):
        (tmp_path / f"{number}.txt").touch()
    with pytest.raises(SubmissionError, match="holds more than 2000 files and folders"):
        read_files(tmp_path)


def test_folders_nested_absurdly_are_left_out(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(MAX_DEPTH + 3):
        deep = deep / "d"
    deep.mkdir(parents=True)
    (deep / "m.py").write_bytes(b"")
    folder(tmp_path, engine_py=ENGINE)
    notes: list[str] = []
    assert set(read_files(tmp_path, notes.append)) == {"engine.py"}
    assert notes == ["Ignored in the folder: d/d/d/d/d/d/."]


@pytest.mark.parametrize(
    "name",
    ["", "/etc/passwd", "../x.py", "a/../x.py", "a//x.py", "C:\\x.py", "a\x1b[31m.py", "a\u202egp.py", "con.py",
     "NUL", "x.py ", "x\0.py", "x" * (MAX_NAME + 1), "a/" * MAX_DEPTH + "x.py", "\ud800.py"],
)  # fmt: skip
def test_names_that_could_harm_somebody_are_refused(name: str) -> None:
    assert name_problem(name)
    with pytest.raises(SubmissionError):
        check_files({name: b""})


@pytest.mark.parametrize("name", ["engine.py", "engine/__init__.py", "grüße.py", "my file-1.py"])
def test_ordinary_names_are_taken(name: str) -> None:
    assert name_problem(name) is None


def test_names_that_differ_in_case_only_are_refused() -> None:
    with pytest.raises(SubmissionError, match="differ only in upper and lower case"):
        check_files({"engine.py": b"", "Engine.py": b""})


def test_the_sum_of_all_files_is_bounded() -> None:
    files = {f"m{n}.py": bytes(MAX_FILE) for n in range(MAX_TOTAL // MAX_FILE + 1)}
    with pytest.raises(SubmissionError, match="The submission is 21 MB; at most 20 MB are taken"):
        check_files(files)


names = st.text("abc/.", min_size=1, max_size=5)
contents = st.dictionaries(names, st.binary(max_size=5), max_size=4)


@given(contents, contents)
def test_two_submissions_have_the_same_hash_only_if_they_are_the_same(
    a: dict[str, bytes], b: dict[str, bytes]
) -> None:
    assert (digest(a) == digest(b)) == (a == b)


@given(contents)
def test_the_hash_does_not_depend_on_the_order_of_files(files: dict[str, bytes]) -> None:
    assert digest(dict(reversed(files.items()))) == digest(files)


def test_who_works_in_the_notebook_is_not_graded_on_the_untouched_stub() -> None:
    import nbformat

    stub = b'def f():\n    raise NotImplementedError("Task 1.1: f")\n'
    done = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("def f():\n    return 1\n")])
    submission = parse({"engine.py": stub, "engine.ipynb": nbformat.writes(done).encode()})
    assert submission.entry == "engine.ipynb"
    assert submission.notes == (
        "engine.py and engine.ipynb are both there; engine.ipynb is taken, where fewer tasks are left to do.",
    )
