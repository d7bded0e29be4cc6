"""What confinement costs: beside a bare fork of the same zygote, beside `import numpy`, and in memory."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.timing import IMPORT_NUMPY, command, interleave, ratio_line
from gradlab import wire
from gradlab.assemble import assemble
from gradlab.course import find_course, load_assignment, shipped_course
from gradlab.isolation import Broker, Limits, Worker, next_nonce
from gradlab.isolation.broker import _fork
from gradlab.isolation.zygote import Zygote
from gradlab.submission import parse

__all__ = ["main"]

LIMITS = Limits()


def per_worker(forks: int) -> float:
    """Return seconds from the order to a confined worker that is ready, and its end, over those of a bare fork."""
    with Broker() as broker:
        walls = broker._prove().walls
        zygote = broker._zygote
        if zygote is None:
            raise SystemExit("Workers are confined on Linux only.")
        medians = interleave(
            {"confined": lambda: _one(zygote, walls), "bare": lambda: _one(zygote, ())}, forks
        )
    return medians["confined"] / medians["bare"]


def _one(zygote: Zygote, walls: tuple[str, ...]) -> None:
    with Worker(*_fork(zygote, LIMITS, walls), LIMITS) as worker:
        worker.ready(10)


def proof(rounds: int) -> float:
    """Return seconds to prove the level of a zygote that has loaded, over seconds of `import numpy`."""
    brokers = [Broker() for _ in range(rounds + 1)]
    for broker in brokers:
        if broker._zygote is not None:
            broker._zygote.hello()
    waiting = iter(brokers)
    medians = interleave({"proof": lambda: next(waiting).isolation, "numpy": command(IMPORT_NUMPY)}, rounds)
    for broker in brokers:
        broker.close()
    return medians["proof"] / medians["numpy"]


def memory() -> tuple[float, float]:
    """Return the memory that a worker has for itself over that of a fresh Python with numpy: waiting, and with the same
    submission imported in both."""
    course = find_course(Path.cwd(), shipped_course())
    assignment = load_assignment(course, "backward")
    source = assemble(assignment, solved=[task.id for task in assignment.tasks])
    submission = parse({"engine.py": source.encode()})
    with Broker() as broker, broker.worker(LIMITS) as worker:
        rollup = Path(f"/proc/{worker._process.pid}/smaps_rollup")
        waiting = _unshared(rollup.read_text())
        worker.ask(wire.Compile(next_nonce(), list(submission.sources), submission.entry, [], ["numpy"]), 10)
        worker.ask(wire.Import(next_nonce()), 10)
        loaded = _unshared(rollup.read_text())
    return waiting / _fresh("import numpy"), loaded / _fresh("import numpy, engine", source)


def _fresh(imports: str, source: str = "") -> int:
    """Return the KiB of a Python process of its own after some imports."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "engine.py").write_text(source, encoding="utf-8")
        program = f"{imports}; print(open('/proc/self/smaps_rollup').read())"
        fresh = subprocess.run(
            [sys.executable, "-B", "-c", program], cwd=folder, capture_output=True, check=True, text=True
        )
    return _unshared(fresh.stdout)


def _unshared(rollup: str) -> int:
    """Return the KiB of a process that no other has."""
    return sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Private_"))


def main(rounds: int = 15) -> bool:
    """Print the table and return whether every limit holds."""
    waiting, loaded = memory()
    lines = [
        ratio_line("a confined worker / a bare fork (median of 200)", per_worker(200), 1.6),
        ratio_line("proof of the level / import numpy", proof(rounds), 1.0),
        ratio_line("memory of a worker / of a python with numpy", waiting, 0.5),
        ratio_line("the same, both with a submission of backward", loaded, 0.6),
    ]
    for line, _ in lines:
        print(line)
    return all(good for _, good in lines)
