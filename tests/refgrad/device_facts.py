"""Run recorded facts on a device and print, as JSON, how many there were and which do not hold, with what came.

    python device_facts.py {strict,cuda} FILE ...

`strict` is the accelerator of `strict_array.py`, `cuda` CuPy's. A process of its own, because an accelerator stays.
"""

from __future__ import annotations

import json
import re
import sys
import warnings
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "oracle"), str(HERE.parents[1] / "reference")]

# Programs about what is on the CPU whatever the default device: NumPy's arrays, old constructors, files of bytes.
ON_THE_CPU = re.compile(
    r"np\.|numpy|\bTensor\(|\w+Tensor\(|\.new\(|default_device|rng_state|get_state|device\b|cuda|\.to\(\d|__array__|%s.|:5d|Generator|Loader|Sampler|pin_memory|accelerator|backends|determinism_check|PackedSequence\(|2\*\*40"
)


def start(kind: str) -> Any:
    """Return the engine, with an accelerator that is its default device."""
    import refgrad

    if kind == "strict":
        import strict_array

        from refgrad import attachment

        attachment.attach(strict_array.accelerator())
    refgrad.set_default_device("cuda:0")
    assert refgrad.ones(1).is_cuda
    return refgrad


def main(kind: str, names: list[str]) -> None:
    """Run all cases of the named files of facts."""
    warnings.simplefilter("ignore")
    engine = start(kind)
    import programs
    from conftest import GAPS, printed_otherwise

    count, wrong = 0, {}
    for name in names:
        facts = json.loads((HERE / "facts" / f"{name}.json").read_text("utf-8"))
        for case in facts["cases"]:
            elsewhere = name != "devices" and ON_THE_CPU.search(case["code"])
            gap = case["id"] in GAPS[name] or (kind == "cuda" and f"{name}:{case['id']}" in GAPS["cuda"])
            if gap or elsewhere or printed_otherwise(case):
                continue
            count += 1
            _as_at_the_start(engine)
            engine.set_default_device("cpu" if name == "devices" else "cuda:0")
            found = programs.run(case["code"], "refgrad", setup=facts.get("setup", ""))
            if difference := _difference(name, vars(found), case):
                wrong[f"{name}:{case['id']}"] = difference
    print(json.dumps({"count": count, "wrong": wrong}))


def _as_at_the_start(engine: Any) -> None:
    engine.manual_seed(0)
    engine.set_printoptions(profile="default")
    engine.set_default_dtype(engine.float32)
    engine.set_grad_enabled(True)


def _difference(name: str, found: dict[str, Any], case: dict[str, Any]) -> str:
    """Return what came in place of a fact, or nothing where it holds."""
    from conftest import same

    if name == "devices":
        ours, theirs = (f"{each.get('value')} {each.get('stdout', '')}" for each in (found, case))
        errors = [
            (each.get("exception"), each.get("message"), each.get("warnings", [])) for each in (found, case)
        ]
        alike = errors[0] == errors[1] and same(ours.replace("refgrad", "torch"), theirs)
        return "" if alike else f"{ours} {errors[0]}"
    message = case.get("message")
    if (found["exception"], _plain(found["message"])) != (case.get("exception"), _plain(message)):
        return f"{found['exception']}: {found['message']}"
    ours, theirs = _shown(found), _shown(case)
    return "" if name == "errors" or same(ours, theirs) else ours


def _shown(outcome: dict[str, Any]) -> str:
    return _plain(f"{outcome.get('value')} {outcome.get('stdout', '')}").replace("refgrad", "torch")


def _plain(text: str | None) -> str:
    """Return a text without what says that a tensor is on a GPU, and on one line: that breaks lines elsewhere."""
    text = re.sub(r",\s+device='cuda:0'", "", text or "").replace("torch.cuda.", "torch.")
    return " ".join(text.replace("CUDA", "CPU").split())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
