"""Calls with arguments of the wrong types, on torch and on refgrad: both must refuse them in the same words.

Run by hand where torch is installed:

    python tests/oracle/wrong_calls.py --count 40000 --seed 0

prints how calls differ, and examples by function. `--record FILE` writes one call for each function that both refuse
alike, as cases for `record.py`.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import random
import re
import sys
import warnings
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parents[1] / "reference")]
from observing import plain  # noqa: E402 - the folder is no package

TENSORS = [
    "torch.ones(2)",
    "torch.ones(2, 3)",
    "torch.tensor([0, 1])",
    "torch.ones(2, 2)",
    "torch.tensor(1.0)",
]
OTHERS = [
    *(
        "1",
        "2",
        "-1",
        "0",
        "1.5",
        "'a'",
        "None",
        "[1, 2]",
        "(2, 3)",
        "[]",
        "()",
        "np.ones(2)",
        "np.float32(2)",
        "True",
    ),
    *(
        "torch.tensor(2)",
        "torch.float32",
        "{}",
        "[torch.ones(2)]",
        "['a']",
        "(1.5,)",
        "[None]",
        "2j",
        "'mean'",
        "object",
    ),
    *("torch.tensor([True, False])", "slice(0, 1)", "..."),
]
KEYWORDS = ["dim", "out", "dtype", "keepdim", "other", "foo", "input", "size", "reduction", "axis"]
# Left out: what sets something, what draws random numbers, what has no value to compare.
OUTSIDE = re.compile(
    r"^(manual_)?seed$|^set_|^use_|rand|rng|^empty|^bernoulli|^multinomial|^normal|^uniform|^exponential|dropout|^Generator"
    r"|_grad$|^inference|^is_storage|^typename|^from_numpy|^new|^data_ptr|^numpy$|^cuda$|storage|^register|^resize"
)
LAYERS = "avg_pool2d batch_norm conv1d conv2d group_norm interpolate layer_norm max_pool2d"
MATRICES = "cross det inv matrix_power multi_dot norm solve vector_norm"


def functions(ours: Any, theirs: Any) -> list[str]:
    """Return the functions of `torch`, `torch.nn.functional` and `torch.linalg` that both engines have."""
    names = [name for name in dir(ours) if name in ours.FUNCTIONS or name in ours.late.FUNCTIONS]
    found = [f"torch.{name}" for name in names if hasattr(theirs, name) and not OUTSIDE.search(name)]
    layers = [*ours.nn.functional.__all__, *LAYERS.split()]
    found += [f"torch.nn.functional.{name}" for name in layers if not OUTSIDE.search(name)]
    return [*found, *[f"torch.linalg.{name}" for name in MATRICES.split()]]


def methods(ours: Any, theirs: Any) -> list[str]:
    """Return the methods of tensors that both engines have."""
    names = [name for name in dir(ours.Tensor) if not name.startswith("_") and not OUTSIDE.search(name)]
    return [name for name in names if callable(getattr(ours.Tensor, name)) and hasattr(theirs.Tensor, name)]


def call(draw: random.Random, functions: list[str], methods: list[str]) -> str:
    """Return a call with arguments that hardly fit."""
    values = [*TENSORS, *OTHERS]
    given = [draw.choice(values) for _ in range(draw.choice([0, 1, 1, 1, 2, 2, 2, 3, 3, 4]))]
    if draw.random() < 0.2:
        given.append(f"{draw.choice(KEYWORDS)}={draw.choice(values)}")
    if draw.random() < 0.5:
        return f"{draw.choice(TENSORS)}.{draw.choice(methods)}({', '.join(given)})"
    if draw.random() < 0.5:
        given[:1] = [draw.choice(TENSORS)]
    return f"{draw.choice(functions)}({', '.join(given)})"


def outcome(code: str, engine: Any) -> tuple[str, str]:
    """Return the type and text of the error, or what kind of value came out."""
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            value = eval(code, {"torch": engine, "np": np})
        except Exception as error:
            return type(error).__name__, plain(str(error))
    if not isinstance(value, engine.Tensor):
        return "value", type(value).__name__
    return "value", f"{tuple(value.shape)} {value.dtype}".replace("refgrad", "torch")


def subject(code: str) -> str:
    """Return what is called, without the tensor that it is a method of."""
    return re.sub(r"^torch\.(?:ones|tensor)\([^)]*\)\.", "Tensor.", code).partition("(")[0]


def main() -> int:
    """Compare calls; exit 1 where the engines differ."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--record", type=Path)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    ours, theirs = importlib.import_module("refgrad"), importlib.import_module("torch")
    names, draw = (functions(ours, theirs), methods(ours, theirs)), random.Random(options.seed)
    kinds: Counter[str] = Counter()
    examples: dict[str, list[str]] = defaultdict(list)
    alike: dict[str, str] = {}
    for code in dict.fromkeys(call(draw, *names) for _ in range(options.count)):
        expected, found = outcome(code, theirs), outcome(code, ours)
        if expected == found:
            kinds["alike"] += 1
            if expected[0] == "TypeError" and "0x" not in expected[1]:
                alike.setdefault(subject(code), code)
            continue
        kinds[f"{expected[0]} but {found[0]}"] += 1
        examples[subject(code)].append(f"{code}\n    {expected}\n    {found}")
    for name, texts in sorted(examples.items(), key=lambda item: -len(item[1])):
        print(f"# {name}: {len(texts)}\n{texts[0]}")
    print(*[f"{count} {kind}" for kind, count in kinds.most_common()], sep="\n")
    if options.record:
        options.record.write_text("\n%%\n".join(alike[name] for name in sorted(alike)) + "\n", "utf-8")
    return int(bool(examples))


if __name__ == "__main__":
    sys.exit(main())
