"""How much a submission may be: sizes, counts and names, the same for folders and packages."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Mapping

from gradlab.errors import SubmissionError

__all__ = [
    "MAX_DEPTH",
    "MAX_FILE",
    "MAX_FILES",
    "MAX_NAME",
    "MAX_NOTEBOOK",
    "MAX_SEEN",
    "MAX_TOTAL",
    "check_files",
    "megabytes",
    "name_problem",
]

MAX_FILE = 1 << 20
MAX_NOTEBOOK = 16 << 20  # outputs with pictures are part of a notebook
MAX_TOTAL = 20 << 20
MAX_FILES = 64
MAX_DEPTH = 6  # path components
MAX_NAME = 120  # characters of a path
MAX_SEEN = 2000  # entries looked at in a folder

# Windows gives these names to devices, with any suffix.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def name_problem(name: str) -> str | None:
    """Return what is wrong with a path inside a submission, as the end of a sentence, or None."""
    parts = name.split("/")
    if not name or any(part in ("", ".", "..") for part in parts):
        return "is not a plain relative path"
    if len(name) > MAX_NAME:
        return f"has a name of {len(name)} characters, at most {MAX_NAME} are taken"
    if len(parts) > MAX_DEPTH:
        return f"lies {len(parts)} folders deep, at most {MAX_DEPTH} are taken"
    if any(char in '\\:*?"<>|' or unicodedata.category(char)[0] == "C" for char in name):
        return "has a character in its name that not every system can store"
    if any(part.split(".")[0].lower() in _DEVICES or part[-1] in " ." for part in parts):
        return "has a name that not every system can store"
    return None


def check_files(files: Mapping[str, bytes]) -> None:
    """Raise SubmissionError if `files` exceed a limit or hold a name that is not allowed."""
    if len(files) > MAX_FILES:
        raise SubmissionError(f"The submission holds {len(files)} files; at most {MAX_FILES} are taken.")
    for name, content in files.items():
        if problem := name_problem(name):
            raise SubmissionError(f"{name!r} {problem}.")
        limit = MAX_NOTEBOOK if name.endswith(".ipynb") else MAX_FILE
        if len(content) > limit:
            raise SubmissionError(
                f"{name} is {megabytes(len(content))}; at most {megabytes(limit)} are taken."
            )
    if len({name.casefold() for name in files}) < len(files):
        raise SubmissionError(
            "Two files of the submission differ only in upper and lower case. Rename one of them."
        )
    if (total := sum(map(len, files.values()))) > MAX_TOTAL:
        raise SubmissionError(
            f"The submission is {megabytes(total)}; at most {megabytes(MAX_TOTAL)} are taken."
        )


def megabytes(size: int) -> str:
    """Return a size in words, rounded up, so that a little too much does not read as just enough: `50 MB`, `1.01 MB`."""
    return f"{math.ceil(size * 100 / (1 << 20)) / 100:.3g} MB"
