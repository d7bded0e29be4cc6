"""Run recorded facts on strict arrays and print, as JSON, how many there were and which do not hold, with what came.

A process of its own (`python strict_facts.py FILE ...`), because the array library is chosen before the first tensor.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import sys
import types
import warnings
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "oracle"), str(HERE.parents[1] / "reference")]


def load_engine() -> Any:
    """Import refgrad over strict arrays: `backend` alone first, then the rest of it."""
    found = importlib.util.find_spec("refgrad")
    assert found is not None
    package = types.ModuleType("refgrad")
    package.__path__ = list(found.submodule_search_locations or ())
    sys.modules["refgrad"] = package
    import strict_array

    import refgrad.backend

    strict_array.install(refgrad.backend)
    del sys.modules["refgrad"]
    import refgrad

    assert type(refgrad.ones(1)._array) is strict_array.StrictArray
    return refgrad


def main(names: list[str]) -> None:
    """Run all cases of the named files of facts."""
    warnings.simplefilter("ignore")
    engine = load_engine()
    import programs
    from conftest import GAPS, same

    count, wrong = 0, {}
    for name in names:
        facts = json.loads((HERE / "facts" / f"{name}.json").read_text("utf-8"))
        for case in facts["cases"]:
            if case["id"] in GAPS[name] or "np." in case["code"] or "numpy" in case["code"]:
                continue
            count += 1
            engine.manual_seed(0)
            engine.set_printoptions(profile="default")
            engine.set_default_dtype(engine.float32)
            engine.set_grad_enabled(True)
            found = programs.run(case["code"], "refgrad", setup=facts.get("setup", ""))
            if (found.exception, found.message) != (case.get("exception"), case.get("message")):
                wrong[f"{name}:{case['id']}"] = f"{found.exception}: {found.message}"
            elif name != "errors" and not same(_shown(vars(found)), _shown(case)):
                wrong[f"{name}:{case['id']}"] = _shown(vars(found))
    print(json.dumps({"count": count, "wrong": wrong}))


def _shown(outcome: dict[str, Any]) -> str:
    return f"{outcome.get('value')} {outcome.get('stdout', '')}".replace("refgrad", "torch")


if __name__ == "__main__":
    main(sys.argv[1:])
