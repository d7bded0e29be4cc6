"""Read a `.zip` that a student made of their files. Everything stays in memory, and no entry is trusted.

Sizes are looked at before anything is unpacked, and no more than they promise is ever unpacked. A link, a device, a
path that climbs out, two entries of one name, a password: each is refused in one sentence.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from gradlab.errors import SubmissionError
from gradlab.limits import MAX_SEEN, MAX_TOTAL, megabytes

__all__ = ["MAX_ARCHIVE", "Archive"]

MAX_ARCHIVE = MAX_TOTAL + (1 << 20)
# The other methods of compression can unpack one small block to any size.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 0x1


class Archive:
    """An opened zip file. `names` are its regular files, without the one folder that all of them may lie in."""

    def __init__(self, content: bytes, name: str) -> None:
        self._name = name
        with self._sound():
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        self._check(entries)
        prefix = _common_folder([entry.filename for entry in entries])
        self._entries = {entry.filename.removeprefix(prefix): entry for entry in entries}

    @property
    def names(self) -> list[str]:
        """The files in it, sorted."""
        return sorted(self._entries)

    def require_room(self, names: Collection[str]) -> None:
        """Raise SubmissionError if `names` together would unpack to more than a submission may be."""
        total = sum(self._entries[name].file_size for name in names)
        if total > MAX_TOTAL:
            raise SubmissionError(
                f"{self._name} would unpack to {megabytes(total)}; at most {megabytes(MAX_TOTAL)} are taken."
            )

    def read(self, name: str, limit: int) -> bytes:
        """Return the content of a file. Raises SubmissionError if it is longer than `limit`."""
        entry = self._entries[name]
        if entry.file_size > limit:
            raise SubmissionError(
                f"{name} in {self._name} would unpack to {megabytes(entry.file_size)}; at most {megabytes(limit)} are taken."
            )
        with self._sound(), self._zip.open(entry) as stream:
            return stream.read()

    def _check(self, entries: list[zipfile.ZipInfo]) -> None:
        if len(entries) > MAX_SEEN:
            raise SubmissionError(
                f"{self._name} holds {len(entries)} files; at most {MAX_SEEN} are looked at. Hand in your engine only."
            )
        names = [entry.filename for entry in entries]
        if len(set(names)) < len(names):
            raise SubmissionError(f"{self._name} holds two entries of the same name. Make it again.")
        for entry in entries:
            if problem := _problem(entry):
                raise SubmissionError(f"{entry.orig_filename[:100]!r} in {self._name} {problem}.")

    @contextmanager
    def _sound(self) -> Iterator[None]:
        try:
            yield
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            ValueError,
            NotImplementedError,
            RuntimeError,
        ):
            raise SubmissionError(
                f"{self._name} is no zip file, or it is damaged. Make it again, or hand in engine.py itself."
            ) from None


def _problem(entry: zipfile.ZipInfo) -> str | None:
    """Return what is wrong with an entry, as the end of a sentence, or None."""
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "is a link; put the file itself into the zip file"
    if kind not in (0, stat.S_IFREG):
        return "is neither a file nor a folder"
    if entry.orig_filename != entry.filename or any(
        part in ("", ".", "..") for part in entry.filename.split("/")
    ):
        return "is not a plain relative path"
    if entry.flag_bits & _ENCRYPTED:
        return "is encrypted; make the zip file without a password"
    if entry.compress_type not in _METHODS:
        return "is compressed in a way that is not taken; use an ordinary zip file"
    return None


def _common_folder(names: list[str]) -> str:
    """Return the folder, with its `/`, in which all names lie: zipping a folder puts it into every name."""
    kept = [name for name in names if not name.startswith("__MACOSX/")]
    first = {name.partition("/")[0] + "/" for name in kept if "/" in name}
    # A package `engine` is a submission as it is.
    if len(first) != 1 or any("/" not in name for name in kept) or first == {"engine/"}:
        return ""
    return first.pop()
