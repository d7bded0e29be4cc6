"""Record what real torch does with the programs in `cases/devices-*.txt`: `tests/refgrad/facts/devices.json`.

    python tests/oracle/record_devices.py [FILE]

Run by hand where torch with CUDA and a GPU are.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import torch

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from programs import cases, run  # noqa: E402 - the folder is no package
from record import as_at_the_start, identity  # noqa: E402

FACTS = HERE.parent / "refgrad" / "facts" / "devices.json"
SETUP = (HERE / "cases" / "devices.setup").read_text("utf-8")


def recorded(code: str, topic: str) -> dict[str, Any]:
    """Return what a program does, without what says nothing."""
    as_at_the_start()
    torch.set_default_device(None)
    found = {"id": identity(topic, code), "code": code, **vars(run(code, setup=SETUP))}
    return {
        key: value
        for key, value in found.items()
        if value not in (None, []) and (key, value) != ("stdout", "")
    }


def main(file: Path) -> None:
    """Record all programs."""
    found = [recorded(code, topic) for topic, code in cases(HERE / "cases", "devices")]
    head = json.dumps({"torch": torch.__version__, "setup": SETUP})[:-1]
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in found)
    file.write_text(f'{head}, "cases": [\n{lines}\n]}}\n', "utf-8")
    print(f"{file.name}: {len(found)} cases")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else FACTS)
