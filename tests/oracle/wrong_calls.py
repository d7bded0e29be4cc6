"""Wrong uses of torch, on torch and on refgrad: both must refuse them in the same words.

Run by hand where torch is installed:

    python tests/oracle/wrong_calls.py --count 40000 --seed 0

prints how uses differ, and examples by function (all of them with `--every`). A **leak** is a difference where refgrad
did not refuse: Python or NumPy stumbled. `--leaks` shows only these. `--record FILE` writes one use of each function
that both refuse alike, as cases for `record.py`.
"""

from __future__ import annotations

import argparse
import contextlib
import dis
import importlib
import io
import operator
import random
import re
import sys
import warnings
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "reference")]
from misuse import Writer  # noqa: E402 - the folder is no package
from observing import plain  # noqa: E402


@dataclass(frozen=True)
class Outcome:
    """What a use ended in: the type and text of an error (`stumbled`: nobody raised it on purpose), or what came out."""

    kind: str
    text: str
    stumbled: bool = False

    def agrees(self, other: Outcome) -> bool:
        """Return whether both are the same to a user."""
        return (self.kind, self.text) == (other.kind, other.text)


def outcome(code: str, engine: Any) -> Outcome:
    """Run a use; its last line is what counts."""
    space = {
        "torch": engine,
        "nn": engine.nn,
        "F": engine.nn.functional,
        "np": np,
        "operator": operator,
    }
    *before, last = code.split("\n")
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            exec("\n".join(before), space)
            value = _value(last, space)
        except Exception as error:
            return Outcome(type(error).__name__, _text(error), _stumbled(error.__traceback__))
    if not isinstance(value, engine.Tensor):
        return Outcome("value", type(value).__name__)
    return Outcome("value", f"{tuple(value.shape)} {value.dtype}".replace("refgrad", "torch"))


def _value(line: str, space: dict[str, Any]) -> Any:
    try:
        return eval(compile(line, "<use>", "eval"), space)
    except SyntaxError:
        exec(line, space)
        return space.get("a")


def _text(error: Exception) -> str:
    # Where a lambda or a class stands in the engine is nothing that a user is told.
    return re.sub(r"<function [^>]*>|<generator [^>]*>", "<function>", plain(str(error)))


def _stumbled(traceback: TracebackType | None) -> bool:
    """Return whether the engine's own code met an error that it did not raise."""
    assert traceback is not None
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    code = traceback.tb_frame.f_code
    if "<use>" in code.co_filename or code.co_filename == "<string>":
        return False  # the line itself: Python counted its arguments
    raised = dis.opname[code.co_code[traceback.tb_lasti]] in ("RAISE_VARARGS", "RERAISE")
    return not raised or "refgrad" not in code.co_filename


def subject(code: str) -> str:
    """Return what is called, without the tensor that it is a method of."""
    last = re.sub(r"^\(?torch\.(?:ones|tensor)\([^)]*\)(?: \* 2)?\)?", "Tensor", code.split("\n")[-1])
    return (code if last.startswith("a(") else last).partition("(")[0]


def main() -> int:
    """Compare uses; exit 1 where the engines differ."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--every", action="store_true")
    parser.add_argument("--leaks", action="store_true")
    parser.add_argument("--record", type=Path)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    ours, theirs = importlib.import_module("refgrad"), importlib.import_module("torch")
    writer = Writer(random.Random(options.seed), ours, theirs)
    kinds: Counter[str] = Counter()
    examples: dict[str, list[str]] = defaultdict(list)
    alike: dict[str, str] = {}
    for code in dict.fromkeys(writer.write() for _ in range(options.count)):
        expected, found = outcome(code, theirs), outcome(code, ours)
        if expected.agrees(found):
            kinds["alike"] += 1
            if expected.kind == "TypeError" and "0x" not in expected.text and "\n" not in code:
                alike.setdefault(subject(code), code)
            continue
        kinds[f"{expected.kind} but {found.kind}{' (leak)' if found.stumbled else ''}"] += 1
        if found.stumbled or not options.leaks:
            mark = " (leak)" if found.stumbled else ""
            examples[subject(code)].append(
                f"{code}\n    {expected.kind}: {expected.text}\n    {found.kind}: {found.text}{mark}"
            )
    for name, texts in sorted(examples.items(), key=lambda item: -len(item[1])):
        print(f"# {name}: {len(texts)}", *(texts if options.every else texts[:1]), sep="\n")
    print(*[f"{count} {kind}" for kind, count in kinds.most_common()], sep="\n")
    print(f"{sum(count for kind, count in kinds.items() if 'leak' in kind)} leaks")
    if options.record:
        options.record.write_text("\n%%\n".join(alike[name] for name in sorted(alike)) + "\n", "utf-8")
    return int(bool(examples))


if __name__ == "__main__":
    sys.exit(main())
