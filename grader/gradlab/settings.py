"""Read a TOML file of a course and collect every problem in it, each with its file and line."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, cast

__all__ = ["Settings", "did_you_mean"]

T = TypeVar("T")
Where = tuple[str | int, ...]
_HEADER = re.compile(r"\s*\[\[?\s*([\w.\-]+)\s*\]\]?")
_MISSING: Any = object()
_MOST = 12  # names that a message lists
_SAYS = {
    str: "text in quotes",
    bool: "true or false",
    float: "a number",
    int: "a whole number",
    list: "a list of texts",
    dict: "a table",
}


class Settings:
    """One TOML file, its tables and what is wrong with them.

    A reading method returns a value of the right type whatever the file holds; if the file was wrong, `problems`
    says so. `where` is the table to read from: () for the top, ("limits",), ("tasks", 0).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[str] = []
        self.tables: dict[str, Any] = {}
        self.source = ""
        try:
            self.source = path.read_text(encoding="utf-8")
            self.tables = tomllib.loads(self.source)
        except OSError as error:
            self.problems.append(f"{path}: cannot be read: {error.strerror}.")
        except UnicodeDecodeError:
            self.problems.append(f"{path}: is not UTF-8 text.")
        except tomllib.TOMLDecodeError as error:
            said = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", str(error))
            where = f":{said[2]}" if said else ""
            self.problems.append(f"{path}{where}: is not TOML: {said[1] if said else error}.")
        self.readable = not self.problems

    def problem(self, sentence: str, where: Where = (), key: str | None = None) -> None:
        """Remember a problem of a table, or of one of its keys."""
        line = self.line_of(where, key)
        self.problems.append(f"{self.path}{f':{line}' if line else ''}: {sentence}")

    def line_of(self, where: Where = (), key: str | None = None) -> int | None:
        """Return the line of a key, or of its table's header if the key is not written, or None."""
        wanted = ".".join(part for part in where if isinstance(part, str))
        index = next((part for part in where if isinstance(part, int)), 0)
        pattern = re.compile(rf"\s*\"?{re.escape(key)}\"?\s*=") if key else None
        seen: dict[str, int] = {}
        here, header = (wanted == ""), None
        for number, line in enumerate(self.source.splitlines(), 1):
            if match := _HEADER.match(line):
                name = match[1]
                here = name == wanted and seen.get(name, 0) == index
                seen[name] = seen.get(name, 0) + 1
                header = number if here else header
            elif here and pattern and pattern.match(line):
                return number
        return header

    def get(self, key: str, kind: type[T], default: Any = _MISSING, where: Where = ()) -> T:
        """Return a value of `kind`; `default` where the key is absent, which is a problem if there is none."""
        value = self._table(where).get(key, _MISSING)
        if value is _MISSING:
            if default is not _MISSING:
                return default  # type: ignore[no-any-return]
            if self.readable:
                self.problem(f"{key} is missing; it must be {_SAYS[kind]}.", where)
            return kind()
        if kind is float and type(value) is int:
            value = float(value)
        fits = type(value) is kind
        if isinstance(value, list):
            fits = fits and all(isinstance(item, str) for item in value)
        if not fits:
            self.problem(f"{key} is {value!r}; it must be {_SAYS[kind]}.", where, key)
            return kind()
        if value == "":
            self.problem(f"{key} is empty.", where, key)
        return cast(T, value)

    def texts(self, key: str, default: Any = _MISSING, where: Where = ()) -> tuple[str, ...]:
        """Return a list of strings as a tuple."""
        return tuple(self.get(key, list, default, where))

    def positive(self, key: str, kind: type[T], default: T, where: Where = ()) -> T:
        """Return a number above zero."""
        value = self.get(key, kind, default, where)
        written = self._table(where).get(key)
        if isinstance(written, int | float) and not isinstance(written, bool) and written <= 0:
            self.problem(f"{key} is {written}; it must be above 0.", where, key)
        return value

    def moment(self, key: str) -> datetime | None:
        """Return a date and time with its zone, None where the key is absent."""
        value = self.tables.get(key)
        if value is None or (isinstance(value, datetime) and value.tzinfo is not None):
            return value
        self.problem(
            f"{key} is {value}; it must be a date and time with its zone, such as 2026-10-16T23:59:00+02:00.",
            key=key,
        )
        return None

    def known(self, keys: Iterable[str], where: Where = ()) -> None:
        """Complain about every key of a table that is not one of `keys`."""
        keys = tuple(keys)
        for key in self._table(where):
            if key not in keys:
                place = f"[{where[0]}] has" if where else "There is"
                self.problem(f"{place} no setting {key!r}{did_you_mean(key, keys)}", where, key)

    def _table(self, where: Where) -> dict[str, Any]:
        value: Any = self.tables
        for part in where:
            value = value.get(part, {}) if isinstance(value, dict) else value[cast(int, part)]
        return value if isinstance(value, dict) else {}


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """Return the end of a sentence about an unknown name: the nearest known one, those that begin with it, or all."""
    names = tuple(known)
    longer = [name for name in names if name.startswith(given)]
    near = difflib.get_close_matches(given, names, n=1, cutoff=0.5)
    if given and len(longer) > 1 and not difflib.get_close_matches(given, names, n=1, cutoff=0.6):
        return f"; did you mean one of {', '.join(longer[:_MOST])}{', ...' * (len(longer) > _MOST)}?"
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; known are {', '.join(names)}." if names else "; there are none."
