"""Packages: deterministic to write, strict to read."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradlab import package
from gradlab.errors import SubmissionError
from gradlab.submission import digest, parse, read_files

FILES = {"engine.py": b"x = 1\n", "ops/basic.py": b""}


def packed(files: dict[str, bytes] = FILES) -> bytes:
    return package.write(files, assignment="backward", student="alice")


def altered(
    extra: list[tuple[str | zipfile.ZipInfo, bytes]], base: bytes | None = None, **options: int
) -> bytes:
    buffer = io.BytesIO(packed() if base is None else base)
    with zipfile.ZipFile(buffer, "a", **options) as archive:  # type: ignore[call-overload]
        for name, content in extra:
            archive.writestr(name, content)
    return buffer.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(SubmissionError) as caught:
        package.read(content, "w.gradlab")
    return str(caught.value)


names = st.from_regex(r"[a-z]{1,8}(/[a-z]{1,8}){0,3}\.py", fullmatch=True)


@given(st.dictionaries(names, st.binary(max_size=50), min_size=1, max_size=5))
def test_what_is_packed_comes_out_again_and_the_bytes_do_not_depend_on_the_order(
    files: dict[str, bytes],
) -> None:
    content = packed(files)
    assert package.read(content).files == files
    assert packed(dict(reversed(files.items()))) == content


def test_the_manifest_says_what_it_is_and_holds_no_score() -> None:
    manifest = package.read(packed()).manifest
    assert (manifest.assignment, manifest.student, manifest.sha256) == ("backward", "alice", digest(FILES))
    assert set(manifest.__struct_fields__) == {"schema", "gradlab", "assignment", "student", "sha256"}


def test_a_package_is_graded_as_the_files_that_it_holds(tmp_path: Path) -> None:
    path = tmp_path / package.file_name("backward", digest(FILES))
    path.write_bytes(packed())
    submission = parse(read_files(path))
    assert submission.files == FILES
    assert submission.sha256 == digest(FILES)
    assert path.name == f"backward-{digest(FILES)[:8]}.gradlab"


def test_a_zip_bomb_is_refused_unopened() -> None:
    bomb = altered([("files/bomb.py", bytes(10 << 20))], compression=zipfile.ZIP_DEFLATED)
    assert "compressed or encrypted entry" in refusal(bomb)


def test_a_path_that_climbs_out_is_refused() -> None:
    assert "is not a plain relative path" in refusal(altered([("files/../../etc/cron.d/x", b"")]))


def test_an_entry_outside_of_files_is_refused() -> None:
    assert "'course.toml', which 'grade submit' never writes" in refusal(altered([("course.toml", b"")]))


def test_a_folder_entry_is_refused() -> None:
    assert "never writes" in refusal(altered([("files/ops/", b"")]))


def test_a_link_is_data_like_any_file() -> None:
    link = zipfile.ZipInfo("files/link.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    assert "was changed after" in refusal(altered([(link, b"/etc/passwd")]))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name_are_refused() -> None:
    assert "two entries of the same name" in refusal(altered([("files/engine.py", b"other")]))


def test_too_many_entries_are_refused() -> None:
    assert "holds 73 entries; at most 65" in refusal(altered([(f"files/{n}.py", b"") for n in range(70)]))


def test_a_file_that_was_added_is_noticed() -> None:
    assert "was changed after 'grade submit' wrote it" in refusal(altered([("files/more.py", b"")]))


def test_a_package_of_a_newer_gradlab_says_so() -> None:
    newer = packed().replace(b"gradlab/submission/1", b"gradlab/submission/2")
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed())) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"submission/1", b"submission/2"))
    assert "is not a package" in refusal(newer)  # the checksum of the entry no longer fits
    assert "has the format 'gradlab/submission/2', this gradlab reads" in refusal(buffer.getvalue())


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no zip at all", packed()[:-30], packed()[:40]])
def test_what_is_no_package_or_cut_off_is_refused(content: bytes) -> None:
    assert "is not a package that 'grade submit' wrote, or it is damaged" in refusal(content)


def test_a_zip_without_a_manifest_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("files/engine.py", b"")
    assert "is not a package" in refusal(buffer.getvalue())


@given(st.integers(0, len(packed()) - 1), st.integers(1, 255))
def test_one_changed_byte_never_gives_other_files(position: int, change: int) -> None:
    content = bytearray(packed())
    content[position] ^= change
    try:
        files = package.read(bytes(content)).files
    except SubmissionError:
        return
    assert files == FILES
