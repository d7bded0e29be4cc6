"""Zip files: what a folder would give, and nothing that a zip file could do beside."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradlab.archive import Archive
from gradlab.errors import SubmissionError
from gradlab.submission import read_files

ENGINE = b"x = 1\n"


def zipped(entries: dict[str | zipfile.ZipInfo, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", how) as archive:
        for entry, content in entries.items():
            archive.writestr(entry, content)
    return buffer.getvalue()


def read(tmp_path: Path, content: bytes) -> tuple[dict[str, bytes], list[str]]:
    path = tmp_path / "work.ZIP"
    path.write_bytes(content)
    notes: list[str] = []
    return read_files(path, notes.append), notes


def refusal(tmp_path: Path, content: bytes) -> str:
    with pytest.raises(SubmissionError) as caught:
        read(tmp_path, content)
    return str(caught.value)


@pytest.mark.parametrize("prefix", ["", "homework/", "my work/"])
def test_a_zipped_folder_is_taken_with_or_without_the_folder_s_name(tmp_path: Path, prefix: str) -> None:
    content = zipped(
        {
            prefix + "engine.py": ENGINE,
            prefix + "ops/basic.py": b"",
            prefix + "notes.txt": b"",
            prefix + "checks.py": b"",
            prefix + ".git/config": b"",
            prefix + "__pycache__/engine.pyc": b"",
            "__MACOSX/._engine.py": b"",
        }
    )
    files, notes = read(tmp_path, content)
    assert files == {"engine.py": ENGINE, "ops/basic.py": b""}
    assert notes == ["Ignored in the folder: checks.py, notes.txt."]


def test_a_zipped_package_is_taken_by_its_name_or_by_its_content(tmp_path: Path) -> None:
    files, _ = read(tmp_path, zipped({"engine/__init__.py": ENGINE, "engine/ops.py": b""}))
    assert set(files) == {"engine/__init__.py", "engine/ops.py"}
    files, notes = read(tmp_path, zipped({"mine/__init__.py": ENGINE, "mine/ops.py": b""}))
    assert set(files) == {"engine/__init__.py", "engine/ops.py"}
    assert notes == ["work.ZIP is taken as the package engine."]


def test_what_holds_no_engine_says_what_it_holds(tmp_path: Path) -> None:
    assert "holds no engine.py, engine/__init__.py or engine.ipynb; found essay.txt" in refusal(
        tmp_path, zipped({"essay.txt": b""})
    )
    assert "it is empty" in refusal(tmp_path, zipped({}))


def test_a_device_is_refused(tmp_path: Path) -> None:
    device = zipfile.ZipInfo("engine.py")
    device.create_system, device.external_attr = 3, (stat.S_IFCHR | 0o666) << 16
    assert "is neither a file nor a folder" in refusal(tmp_path, zipped({device: ENGINE}))


def test_another_compression_is_refused(tmp_path: Path) -> None:
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        assert "use an ordinary zip file" in refusal(tmp_path, zipped({"engine.py": ENGINE}, method))


def test_a_file_that_is_too_large_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    assert "engine.py in work.ZIP would unpack to 2 MB; at most 1 MB are taken" in refusal(
        tmp_path, zipped({"engine.py": bytes(2 << 20)})
    )
    many = zipped({f"f{n}.py": bytes(1 << 20) for n in range(21)})
    assert "would unpack to 21 MB; at most 20 MB are taken" in refusal(tmp_path, many)


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    assert "holds 2001 files; at most 2000 are looked at" in refusal(
        tmp_path, zipped({f"f{n}.txt": b"" for n in range(2001)})
    )
    assert "holds 65 Python files; at most 64 are taken" in refusal(
        tmp_path, zipped({f"f{n}.py": b"" for n in range(65)})
    )


SOUND = zipped({"engine.py": ENGINE * 50, "ops/basic.py": b"pass\n" * 50})


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04", b"no zip at all", SOUND[:-30], SOUND[:40]],
    ids=["empty", "signature", "words", "end cut off", "start only"],
)
def test_what_is_no_zip_file_or_cut_off_is_refused(tmp_path: Path, content: bytes) -> None:
    assert "is no zip file, or it is damaged" in refusal(tmp_path, content)


@given(st.integers(0, len(SOUND) - 1), st.integers(1, 255))
def test_one_changed_byte_never_gives_other_files(position: int, change: int) -> None:
    content = bytearray(SOUND)
    content[position] ^= change
    try:
        archive = Archive(bytes(content), "w.zip")
        for name in archive.names:
            assert archive.read(name, 1 << 20) in (ENGINE * 50, b"pass\n" * 50, b"")
    except SubmissionError:
        return
