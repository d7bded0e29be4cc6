"""Record what real torch does with the programs in `cases/` and write `tests/refgrad/facts/*.json`.

Run by hand where torch 2.13 (CPU) is installed: `python tests/oracle/record.py`. The test suite compares refgrad
with these files and needs no torch.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import torch

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from programs import PRELUDE, cases, run  # noqa: E402 - the folder is no package

FACTS = HERE.parent / "refgrad" / "facts"
GRAPH_SETUP = (HERE / "cases" / "graph.setup").read_text("utf-8")


def identity(topic: str, code: str) -> str:
    """Return a name for a case that stays the same as long as its code does."""
    return f"{topic}:{hashlib.sha256(code.encode()).hexdigest()[:8]}"


def write(name: str, found: list[dict[str, Any]], **more: Any) -> None:
    """Write one file of facts, one case per line."""
    head = json.dumps({"torch": torch.__version__, "prelude": PRELUDE, **more})[:-1]
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in found)
    (FACTS / f"{name}.json").write_text(f'{head}, "cases": [\n{lines}\n]}}\n', "utf-8")
    print(f"{name}: {len(found)} cases")


def as_at_the_start() -> None:
    """Undo what a case did to torch's settings."""
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float32)
    torch.set_printoptions(profile="default")
    torch.set_grad_enabled(True)
    torch.autograd.set_detect_anomaly(False)
    torch.use_deterministic_algorithms(False)
    torch.set_default_device(None)  # a default device is a mode, in which some functions drop arguments


def outcomes(kind: str) -> list[dict[str, Any]]:
    """Run all cases of a kind; leave out what does not repeat itself."""
    found: dict[str, dict[str, Any]] = {}
    for topic, code in cases(HERE / "cases", kind):
        as_at_the_start()
        first = run(code)
        as_at_the_start()
        if first != run(code):
            print(f"not repeatable, left out: {code[:80]!r}")
            continue
        case = {"id": identity(topic, code), "code": code, **vars(first)}
        found[case["id"]] = {
            key: value
            for key, value in case.items()
            if value not in (None, []) and (key, value) != ("stdout", "")
        }
    return list(found.values())


def promotion() -> dict[str, Any]:
    """Return the result dtypes of all pairs, by category of the operands."""
    names = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float32", "float64")
    sizes = {"dim": (2,), "zero": ()}
    table: dict[str, str] = {}
    for a in names:
        for b in names:
            for left, right in (("dim", "dim"), ("dim", "zero"), ("zero", "zero")):
                one = torch.ones(sizes[left], dtype=getattr(torch, a))
                two = torch.ones(sizes[right], dtype=getattr(torch, b))
                table[f"{left} {a}, {right} {b}"] = str(torch.result_type(one, two))
        for kind, size in sizes.items():
            for number in (True, 2, 2.5):
                tensor = torch.ones(size, dtype=getattr(torch, a))
                table[f"{kind} {a}, {number!r}"] = str(torch.result_type(tensor, number))
    return table


def graph_facts(view: str) -> list[dict[str, Any]]:
    """Record, for each operation, its node: names, edges and second backward (`show`), or what it saves (`saved`)."""
    found = []
    for topic, expression in cases(HERE / "cases", "graph"):
        code = f"{view}(lambda: {expression})"
        as_at_the_start()
        outcome = run(code, setup=GRAPH_SETUP)
        found.append({"id": identity(topic, expression), "code": code, "stdout": outcome.stdout})
        if outcome.exception:
            print(f"{expression}: {outcome.exception}: {outcome.message}")
    return found


def main() -> None:
    """Record everything."""
    torch.set_warn_always(True)
    torch.set_num_threads(1)
    FACTS.mkdir(exist_ok=True)
    write("errors", outcomes("errors"))
    write("reprs", outcomes("reprs"))
    write("semantics", outcomes("semantics"), promotion=promotion())
    write("graph", graph_facts("show"), setup=GRAPH_SETUP)
    write("saved", graph_facts("saved"), setup=GRAPH_SETUP)


if __name__ == "__main__":
    main()
