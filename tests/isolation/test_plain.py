"""Level none: the same protocol in a plain subprocess, on any system."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradlab import wire
from gradlab.isolation import Broker, Limits, Worker, WorkerDied, next_nonce

from .conftest import source_file

GRADER = Path(__file__).resolve().parents[2] / "grader"


@pytest.fixture(scope="module")
def plain() -> Iterator[Broker]:
    with Broker(cap="none") as broker:
        yield broker


def load(worker: Worker, code: str, seconds: float = 10.0) -> wire.Imported:
    compiled = worker.ask(wire.Compile(next_nonce(), [source_file("engine.py", code)], "engine.py"), 10)
    assert isinstance(compiled, wire.Compiled)
    assert compiled.fault is None
    imported = worker.ask(wire.Import(next_nonce()), seconds)
    assert isinstance(imported, wire.Imported)
    return imported


def test_the_level_is_called_none(plain: Broker) -> None:
    assert plain.isolation.level == "none"


def test_a_submission_loads_and_prints(plain: Broker) -> None:
    with plain.worker(Limits()) as worker:
        assert load(worker, "import numpy as np\nprint(np.ones(2))").raised is None
        reply = worker.ask(wire.Replay(next_nonce(), True, True, wire.encode_part([]), {}, {}), 10)
        assert isinstance(reply, wire.Observed)
    assert worker.output == "[1. 1.]\n"


def test_imports_obey_the_same_rules(plain: Broker) -> None:
    with plain.worker(Limits()) as worker:
        raised = load(worker, "import pytest").raised
    assert raised is not None
    assert raised.message.startswith("engine.py, line 1: 'pytest' cannot be imported here.")


DEATHS = {
    "while True: pass": ("timeout", "The code did not answer within 0.3 seconds."),
    "import os; os._exit(3)": ("exit", "The code ended the process, with exit status 3."),
    "while True: print('x' * 100_000)": (
        "output",
        "The code printed without end; 64 KB are taken, and far more was printed.",
    ),
    "import os; os.closerange(3, 99)\nwhile True: pass": (
        "exit",
        "The code closed its connection to the grader.",
    ),
}


@pytest.mark.parametrize("code", DEATHS)
def test_a_death_has_its_reason(code: str, plain: Broker) -> None:
    seconds = 0.3 if DEATHS[code][0] == "timeout" else 10.0
    with plain.worker(Limits()) as worker, pytest.raises(WorkerDied) as caught:
        load(worker, code, seconds)
    assert (caught.value.reason, caught.value.detail) == DEATHS[code]


def test_a_forged_answer_is_malformed(plain: Broker) -> None:
    code = "import os\nfor fd in range(3, 12):\n    try: os.write(fd, b'\\x08\\0\\0\\0' + b'\\xc1' * 8)\n    except OSError: pass"
    with plain.worker(Limits()) as worker, pytest.raises(WorkerDied) as caught:
        load(worker, code)
    assert caught.value.reason == "malformed"


def test_a_process_that_the_code_leaves_behind_holds_nobody_up(plain: Broker, tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    code = f"""
    import os, time
    ours, theirs = os.pipe()
    if os.fork() == 0:
        os.setsid()  # out of reach
        os.write(theirs, b"x")
        time.sleep(3)
        open({str(ended)!r}, "w").close()
        os._exit(0)
    os.read(ours, 1)
    """
    with plain.worker(Limits()) as worker:
        load(worker, code)
    assert not ended.exists()
    deadline = time.monotonic() + 20
    while not ended.exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_engine_replays_at_level_none(tmp_path: Path) -> None:
    (tmp_path / "little_engine.py").write_text("answer = 42")
    with (
        Broker(engine="little_engine", roots=[str(tmp_path)], cap="none") as broker,
        broker.worker(Limits()) as worker,
    ):
        assert isinstance(
            worker.ask(wire.Replay(next_nonce(), True, True, wire.encode_part([]), {}, {}), 10), wire.Observed
        )


ELSEWHERE = """
import os, select, socket, sys
for name in ("fcntl", "resource", "pwd", "grp", "termios"):
    sys.modules[name] = None
for module, names in ((os, ("fork", "killpg", "getuid", "setsid", "pidfd_open")), (select, ("poll",)), (socket, ("AF_UNIX",))):
    for name in names:
        delattr(module, name)
sys.path.insert(0, {grader!r})
from gradlab import wire
from gradlab.isolation import Broker, Limits, next_nonce
with Broker(cap="none") as broker, broker.worker(Limits()) as worker:
    file = wire.SourceFile("engine.py", [wire.Cell("engine.py", "print('hello')")])
    worker.ask(wire.Compile(next_nonce(), [file], "engine.py"), 20)
    worker.ask(wire.Import(next_nonce()), 20)
print(worker.output)
"""


def test_it_needs_nothing_that_only_unix_has() -> None:
    code = textwrap.dedent(ELSEWHERE).format(grader=str(GRADER))
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("hello\n\n", "")


def test_the_worker_side_needs_nothing_that_only_unix_has() -> None:
    code = f"""
    import sys
    sys.modules.update(dict.fromkeys(("fcntl", "resource", "pwd", "grp", "termios")))
    sys.path.insert(0, {str(GRADER)!r})
    import gradlab.worker.alone
    print(sorted(name for name in sys.modules if name.startswith("gradlab.worker.") and "kernel" in name))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_starting_a_broker_needs_no_numpy() -> None:
    code = f"import sys; sys.path.insert(0, {str(GRADER)!r}); import gradlab.isolation; print('numpy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "False\n"
