"""The file that a student hands in: `NAME-SHA8.gradlab`, a zip of the submission's files and a manifest, no score.

Entries are stored, not compressed, with fixed dates and attributes: the same submission gives the same bytes, and
a reader needs no protection from what would unpack to more than it is.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from gradlab.errors import SubmissionError
from gradlab.limits import MAX_FILES, MAX_TOTAL, check_files, megabytes
from gradlab.submission import digest

__all__ = ["MAX_PACKAGE", "Manifest", "Package", "file_name", "read", "write"]

SCHEMA = "gradlab/submission/1"
MAX_PACKAGE = MAX_TOTAL + (1 << 20)
_MANIFEST = "manifest.json"
_MAX_MANIFEST = 1 << 16
_FOLDER = "files/"
_DATE = (1980, 1, 1, 0, 0, 0)


class Manifest(msgspec.Struct, frozen=True):
    """What the package says about itself. The course believes only the files."""

    schema: str
    gradlab: str
    assignment: str
    student: str
    sha256: str


@dataclass(frozen=True)
class Package:
    """An opened package."""

    manifest: Manifest
    files: Mapping[str, bytes]


def file_name(assignment: str, sha256: str) -> str:
    """Return the name of a package."""
    return f"{assignment}-{sha256[:8]}.gradlab"


def write(files: Mapping[str, bytes], *, assignment: str, student: str) -> bytes:
    """Return the package of `files`. The same files give the same bytes on every machine."""
    from gradlab import __version__

    manifest = Manifest(SCHEMA, __version__, assignment, student, digest(files))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_entry(_MANIFEST), msgspec.json.format(msgspec.json.encode(manifest), indent=2))
        for name in sorted(files):
            archive.writestr(_entry(_FOLDER + name), files[name])
    return buffer.getvalue()


def read(content: bytes, name: str = "the package") -> Package:
    """Return what a package holds. Nothing is written to disk.

    Raises SubmissionError for anything but what `write` makes: other entries, compression, encryption, duplicates,
    sizes over the limits, a checksum that does not fit.
    """
    if len(content) > MAX_PACKAGE:
        raise SubmissionError(
            f"{name} is {megabytes(len(content))}; at most {megabytes(MAX_PACKAGE)} are taken."
        )
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            _check_entries(entries, len(content), name)
            raw = {entry.filename: archive.read(entry) for entry in entries}
        manifest = msgspec.json.decode(raw.pop(_MANIFEST), type=Manifest)
    except (
        zipfile.BadZipFile,
        msgspec.DecodeError,
        RecursionError,
        KeyError,
        ValueError,
        EOFError,
        OSError,
    ) as error:
        raise _damaged(name) from error
    except (NotImplementedError, RuntimeError) as error:  # zipfile's words for features it lacks
        raise _damaged(name) from error
    files = {entry.removeprefix(_FOLDER): data for entry, data in raw.items()}
    check_files(files)
    if manifest.schema != SCHEMA:
        raise SubmissionError(
            f"{name} has the format {manifest.schema!r}, this gradlab reads {SCHEMA!r}. Update gradlab."
        )
    if manifest.sha256 != digest(files):
        raise SubmissionError(f"{name} was changed after 'grade submit' wrote it. Run 'grade submit' again.")
    return Package(manifest, files)


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.create_system = 3
    entry.create_version = entry.extract_version = 20
    entry.external_attr = 0o100644 << 16
    return entry


def _check_entries(entries: list[zipfile.ZipInfo], size: int, name: str) -> None:
    names = [entry.filename for entry in entries]
    if len(names) > MAX_FILES + 1:
        raise SubmissionError(f"{name} holds {len(names)} entries; at most {MAX_FILES + 1} are taken.")
    if len(set(names)) < len(names):
        raise SubmissionError(f"{name} holds two entries of the same name. Run 'grade submit' again.")
    for entry in entries:
        limit = _MAX_MANIFEST if entry.filename == _MANIFEST else MAX_TOTAL
        strange = entry.filename != _MANIFEST and not entry.filename.startswith(_FOLDER)
        if strange or entry.is_dir() or entry.orig_filename != entry.filename:
            raise SubmissionError(
                f"{name} holds {entry.filename!r}, which 'grade submit' never writes. Hand in the file as it was written."
            )
        if (
            entry.compress_type != zipfile.ZIP_STORED
            or entry.compress_size != entry.file_size
            or entry.flag_bits & 1
        ):
            raise SubmissionError(
                f"{name} holds a compressed or encrypted entry, which 'grade submit' never writes. Hand in the file as it was written."
            )
        if entry.file_size > limit:
            raise SubmissionError(
                f"{name} holds an entry of {megabytes(entry.file_size)}; that is too large."
            )
    if sum(entry.file_size for entry in entries) > size:
        raise _damaged(name)


def _damaged(name: str) -> SubmissionError:
    return SubmissionError(
        f"{name} is not a package that 'grade submit' wrote, or it is damaged. Run 'grade submit' again."
    )
