"""Read what a student handed in: a file, a folder, a zip of it, a notebook, or a package made by `grade submit`.

Only bytes are read here; nothing is compiled or run. Where several of engine.py, engine/__init__.py and engine.ipynb
are there, the one with the fewest stubs left is graded, the first of them if that does not decide.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from gradlab.errors import SubmissionError, UsageError
from gradlab.limits import (
    MAX_DEPTH,
    MAX_FILE,
    MAX_FILES,
    MAX_NOTEBOOK,
    MAX_SEEN,
    check_files,
    megabytes,
    name_problem,
)

if TYPE_CHECKING:
    from gradlab.wire import SourceFile

__all__ = ["Submission", "digest", "parse", "read_files"]

_Place = TypeVar("_Place")  # where a file's bytes are: a path, or a name in an archive

ENTRIES = ("engine.py", "engine/__init__.py", "engine.ipynb")
SUFFIXES = (".py", ".ipynb")
_STUB = b"raise NotImplementedError("
# A student's bundle holds the public checks beside the engine; a submission never brings its own.
NOT_TAKEN = ("checks.py", "hidden.py", "conftest.py", "setup.py")


@dataclass(frozen=True)
class Submission:
    """What was handed in, ready for a worker. `files` are the bytes as handed in, by their path with `/`."""

    files: Mapping[str, bytes]
    sha256: str
    sources: tuple[SourceFile, ...]
    entry: str  # the path in `files` that becomes the module `engine`
    notes: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        """What the student's own Python calls the engine: in a notebook, the notebook itself."""
        return "__main__" if self.entry.endswith(".ipynb") else "engine"


def digest(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 over names and bytes, each with its length, in the order of the names."""
    sha = hashlib.sha256(b"gradlab/submission/1\n")
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            sha.update(len(part).to_bytes(8, "big"))
            sha.update(part)
    return sha.hexdigest()


def read_files(
    path: str | Path, note: Callable[[str], object] = lambda text: None, *, expected: Collection[str] = ()
) -> dict[str, bytes]:
    """Return the bytes of a submission by name. `note` receives a sentence on what was left out, unless `expected`.

    Raises UsageError for a path that does not exist, SubmissionError for what exceeds a limit. A file of the wrong
    kind is read all the same, so that it can be kept: `parse` refuses it.
    """
    path = Path(path)
    try:
        if path.is_dir():
            files = _read_folder(path, note, expected)
        elif path.is_file():
            files = _read_archive(path, note) if path.suffix.lower() == ".zip" else _read_single(path, note)
        elif path.exists():
            raise UsageError(
                f"{path} is neither a file nor a folder. Name engine.py, a notebook or a folder."
            )
        else:
            raise UsageError(f"{path} does not exist. Name the engine.py, notebook or folder to hand in.")
    except (OSError, ValueError) as error:  # ValueError: a null byte in the path
        reason = getattr(error, "strerror", None) or str(error)
        path = Path(getattr(error, "filename", None) or path)
        raise UsageError(f"{path} cannot be read: {reason}.") from error
    check_files(files)
    return files


def parse(files: Mapping[str, bytes], notes: Iterable[str] = ()) -> Submission:
    """Return the submission that `files` are. Raises SubmissionError, in one sentence, if they are none."""
    from gradlab.wire import Cell, SourceFile

    said = list(notes)
    entry = _entry(files, said)
    sources: list[SourceFile] = []
    for name in _modules(files, entry):
        if name.endswith(".ipynb"):
            from gradlab.notebook import cells

            sources.append(SourceFile(name, cells(name, files[name]), notebook=True))
        else:
            sources.append(SourceFile(name, [Cell(name, _text(name, files[name]))]))
    return Submission(dict(files), digest(files), tuple(sources), entry, tuple(said))


def _read_single(path: Path, note: Callable[[str], object]) -> dict[str, bytes]:
    suffix = path.suffix.lower()
    if suffix == ".gradlab":
        from gradlab import package

        held = package.read(_bounded(path, package.MAX_PACKAGE), path.name)
        # A claim like all that a package says of itself: whose attempt it is, --student says.
        note(f"The package says that {held.manifest.student} made it.")
        return dict(held.files)
    name = f"engine{suffix}" if suffix in SUFFIXES else path.name
    if problem := name_problem(name):
        raise SubmissionError(f"{path.name!r} {problem}. Rename it to engine.py.")
    return {name: _bounded(path, _limit(name))}


def _read_folder(root: Path, note: Callable[[str], object], expected: Collection[str]) -> dict[str, bytes]:
    ignored: list[str] = []
    found = _chosen(dict(_walk(root, ignored)), ignored, root, note, expected)
    return {name: _bounded(path, _limit(name)) for name, path in found.items()}


def _read_archive(path: Path, note: Callable[[str], object]) -> dict[str, bytes]:
    from gradlab.archive import MAX_ARCHIVE, Archive

    archive = Archive(_bounded(path, MAX_ARCHIVE), path.name)
    ignored: list[str] = []
    inside = {name: name for name in archive.names if not any(map(_is_clutter, name.split("/")))}
    found = _chosen(inside, ignored, path, note, ())
    archive.require_room(found.values())
    return {name: archive.read(at, _limit(name)) for name, at in found.items()}


def _chosen(
    inside: Mapping[str, _Place],
    ignored: list[str],
    where: Path,
    note: Callable[[str], object],
    expected: Collection[str],
) -> dict[str, _Place]:
    """Return what of a folder's or an archive's files is taken, by name, and say what is not."""
    found: dict[str, _Place] = {}
    for name, place in inside.items():
        if name == "engine.ipynb" or (name.endswith(".py") and name not in NOT_TAKEN):
            found[name] = place
        else:
            ignored.append(name)
    if not any(entry in found for entry in ENTRIES) and "__init__.py" in found:
        found = {f"engine/{name}": place for name, place in found.items()}
        note(f"{where.name} is taken as the package engine.")
    if len(found) > MAX_FILES:
        raise SubmissionError(
            f"{where} holds {len(found)} Python files; at most {MAX_FILES} are taken. Hand in the folder of your engine only."
        )
    if not found:
        raise SubmissionError(
            f"{where} holds no engine.py, engine/__init__.py or engine.ipynb; {_seen(ignored)}."
        )
    if surprising := [name for name in ignored if name not in expected and not name.endswith(".gradlab")]:
        note(f"Ignored in the folder: {_listed(sorted(surprising))}.")
    return found


def _limit(name: str) -> int:
    return MAX_NOTEBOOK if name.endswith(".ipynb") else MAX_FILE


def _is_clutter(part: str) -> bool:
    """Whether a file or folder of this name is passed over without a word: hidden ones, and caches."""
    return part.startswith(".") or part in ("__pycache__", "__MACOSX")


def _walk(root: Path, ignored: list[str]) -> Iterator[tuple[str, Path]]:
    """Yield the regular files below `root`, sorted. Links, devices and hidden or cache folders are left out."""
    seen = 0
    todo = [(root, "")]
    while todo:
        folder, prefix = todo.pop()
        for path in sorted(folder.iterdir()):
            seen += 1
            if seen > MAX_SEEN:
                raise SubmissionError(
                    f"{root} holds more than {MAX_SEEN} files and folders. Hand in the folder of your engine only."
                )
            name = prefix + path.name
            if _is_clutter(path.name):
                continue
            if path.is_symlink():
                ignored.append(f"{name} (a link)")
            elif name_problem(name) or not (path.is_file() or path.is_dir()):
                ignored.append(name)
            elif path.is_file():
                yield name, path
            elif name.count("/") + 2 > MAX_DEPTH:
                ignored.append(name + "/")
            else:
                todo.append((path, name + "/"))


def _bounded(path: Path, limit: int) -> bytes:
    """Read a file; its size is looked at first, and no more than the limit is ever read."""
    size = path.stat().st_size
    if size <= limit:
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
        if len(content) <= limit:
            return content
        size = len(content)
    raise SubmissionError(
        f"{path.name} is {megabytes(size)}; at most {megabytes(limit)} are taken. Hand in source only, without data or outputs."
    )


def _entry(files: Mapping[str, bytes], notes: list[str]) -> str:
    present = [entry for entry in ENTRIES if entry in files]
    if not present:
        raise SubmissionError(f"Expected engine.py, engine/__init__.py or engine.ipynb; {_seen(files)}.")
    if len(present) == 1:
        return present[0]
    # A starter has both forms, and who works in one leaves the other as it was: take the one with more done.
    left = {entry: files[entry].count(_STUB) for entry in present}
    chosen = min(present, key=left.__getitem__)
    why = ", where fewer tasks are left to do" if left[chosen] < max(left.values()) else ""
    notes.append(f"{' and '.join(present)} are both there; {chosen} is taken{why}.")
    return chosen


def _modules(files: Mapping[str, bytes], entry: str) -> Iterator[str]:
    """Yield the entry, then the other modules that it may import."""
    yield entry
    for name in sorted(files):
        if name == entry or not name.endswith(".py") or name == "engine.py":
            continue
        if name.startswith("engine/") and not entry.startswith("engine/"):
            continue  # the package lost against engine.py
        yield name


def _text(name: str, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SubmissionError(
            f"{name} is not UTF-8 text: byte {error.start} (0x{content[error.start]:02x}, line {line}). Save it as UTF-8."
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise SubmissionError(
            f"{name} holds a null byte (line {line}), so it is not Python source. Save it as UTF-8 text."
        )
    return text


def _seen(names: Iterable[str]) -> str:
    names = sorted(names)
    return f"found {_listed(names)}" if names else "it is empty"


def _listed(names: list[str], most: int = 5) -> str:
    """Name a few; a file's name is a student's text, so it is shown as Python would where it is not plain."""
    shown = [name if name.isprintable() else repr(name) for name in names[:most]]
    return ", ".join(shown) + (f" and {len(names) - most} more" if len(names) > most else "")
