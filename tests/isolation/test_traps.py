"""What went wrong once while isolation was worked out, each as a test. The filter's own traps: test_seccomp.py;
forged answers: test_protocol.py."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from gradlab import wire
from gradlab.errors import IsolationError
from gradlab.isolation import Broker, Limits, Worker, WorkerDied, next_nonce, nonces
from gradlab.program import Arr, Glob, Program, Step
from gradlab.replay import Script

from .conftest import Load, source_file

MB = 1 << 20


def number_printed(load: Load, code: str) -> int:
    return int(load(code).worker.output)


def state(pid: int) -> str | None:
    """The process's state letter, None if there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return None


def wait_until(done: object, seconds: float = 5.0) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if done():  # type: ignore[operator]
            return True
        time.sleep(0.01)
    return False


# 1. BLAS threads
def test_the_zygote_runs_one_thread_and_a_large_product_does_not_hang(load: Load) -> None:
    code = (
        "import os, numpy as np\na = np.ones((600, 600))\nassert (a @ a).sum() == 600**3\nprint(os.getppid())"
    )
    zygote = number_printed(load, code)
    assert "Threads:\t1\n" in Path(f"/proc/{zygote}/status").read_text()


def test_a_zygote_with_two_threads_refuses_to_serve(tmp_path: Path) -> None:
    engine = "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()"
    (tmp_path / "threaded.py").write_text(engine)
    with (
        Broker(engine="threaded", roots=[str(tmp_path)]) as broker,
        pytest.raises(IsolationError, match="the zygote runs 2 threads; a fork of it may hang"),
    ):
        _ = broker.isolation


# 2. Landlock does not mediate stat
def test_the_existence_of_a_file_cannot_be_asked(load: Load) -> None:
    code = "import os\nfor path in ('/', '/no/such/file'):\n    try: os.stat(path)\n    except OSError as e: print(e.errno)"
    assert load(code).worker.output == "1\n1\n"


# 3. A list of allowed folders can contain site-packages
def test_nothing_can_be_imported_from_a_folder(load: Load) -> None:
    code = """
    import importlib, sys
    print(sys.path, sys.path_hooks)
    for name in ("pytest", "pip", "wave", "gradlab.course"):
        try: importlib.import_module(name)
        except ImportError as error: print(name, type(error).__name__)
    """
    lines = load(code).worker.output.splitlines()
    assert lines == [
        "[] []",
        *(f"{name} ModuleNotFoundError" for name in ("pytest", "pip", "wave", "gradlab.course")),
    ]


# 5. The death signal is cleared by a change of uid; generators are copied by fork
def test_workers_die_with_their_zygote(load: Load) -> None:
    with Broker() as broker:
        ids = load("import os\nprint(os.getpid(), os.getppid())", broker=broker).worker.output.split()
        worker, zygote = map(int, ids)
        os.kill(zygote, signal.SIGKILL)
        assert wait_until(lambda: state(worker) in (None, "Z"))
        with pytest.raises(IsolationError, match="The zygote"):
            broker.worker(Limits())


def test_every_worker_starts_with_the_same_random_numbers(load: Load) -> None:
    code = "import random, numpy as np\nprint(random.random(), np.random.rand(3))"
    assert load(code).worker.output == load(code).worker.output


# 6. The address space's limit counts from what the zygote already maps
@pytest.mark.parametrize(("megabytes", "fits"), [(100, True), (140, False)])
def test_the_memory_budget_is_what_was_asked_for(megabytes: int, fits: bool, load: Load) -> None:
    loaded = load(f"kept = bytearray({megabytes * MB})", limits=Limits(memory_mb=128))
    assert (loaded.raised is None) is fits


# 7. Until the parent asks, the zombie keeps the pid
def test_a_dead_workers_pid_is_not_given_away_before_it_is_closed(broker: Broker) -> None:
    with broker.worker(Limits()) as worker:
        pid = worker._process.pid
        os.kill(pid, signal.SIGKILL)
        assert wait_until(lambda: state(pid) == "Z")
        time.sleep(0.05)
        assert state(pid) == "Z"
    assert state(pid) is None


# 9 and 12. Forked memory is readable: what a worker must not know was never in its zygote
def test_a_submissions_zygote_holds_nothing_of_the_grader_but_the_wire(load: Load) -> None:
    code = """
    import gc, sys
    modules = {type(o).__name__ == "module" and o.__name__ for o in gc.get_objects()}
    names = {f.__module__ for f in gc.get_objects() if type(f).__name__ in ("function", "type")}
    print(sorted(n for n in map(str, modules | names) if n.split(".")[0] in ("gradlab", "refgrad", "gradlab_plugins", "pytest")))
    """
    held = load(code).worker.output
    for secret in (
        "gradlab.checks",
        "gradlab.record",
        "gradlab.course",
        "gradlab.model",
        "refgrad",
        "plugins",
        "pytest",
    ):
        assert secret not in held


def test_the_environment_that_started_us_is_unknown(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADLAB_CANARY", "quite-secret-canary")
    with Broker() as broker:
        zygote = number_printed(lambda code: load(code, broker=broker), "import os\nprint(os.getppid())")
        assert b"quite-secret-canary" not in Path(f"/proc/{zygote}/environ").read_bytes()


def test_the_reference_replays_in_workers_of_its_own_zygote(tmp_path: Path, load: Load) -> None:
    (tmp_path / "secret_engine.py").write_text("answer = 42")
    with (
        Broker(engine="secret_engine", roots=[str(tmp_path)]) as reference,
        reference.worker(Limits()) as worker,
    ):
        reply = worker.ask(wire.Replay(next_nonce(), True, True, wire.encode_part([]), {}, {}), 5)
        assert isinstance(reply, wire.Observed)
        assert load("import secret_engine").raised is not None
        with pytest.raises(WorkerDied):
            reference.worker(Limits()).ask(wire.Import(next_nonce()), 5)


def test_an_engine_that_is_not_there_is_an_error_in_words() -> None:
    with (
        Broker(engine="no_such_engine") as broker,
        pytest.raises(IsolationError, match="No module named 'no_such_engine'"),
    ):
        _ = broker.isolation


# 10. glibc keeps freed arrays unless told not to
def weighed(broker: Broker) -> Worker:
    worker = broker.worker(Limits())
    worker.tare()
    return worker


def run(worker: Worker, code: str) -> None:
    worker.ask(wire.Compile(next_nonce(), [source_file("engine.py", code)], "engine.py"), 10)
    reply = worker.ask(wire.Import(next_nonce()), 10)
    assert isinstance(reply, wire.Imported)
    assert reply.raised is None


def test_freed_arrays_return_to_the_system_and_the_parent_can_see_it(broker: Broker) -> None:
    code = """
    import numpy as np
    small = np.ones(1 << 17)
    del small  # glibc's threshold would rise here
    kept = [np.ones(1 << 17) for _ in range(80)]
    del kept
    """
    with weighed(broker) as worker:
        run(worker, "import numpy as np")
        before = worker.weigh()
        run(worker, code)
        after = worker.weigh()
    assert before is not None
    assert after is not None
    assert after - before < 2 * MB


def test_kept_arrays_are_seen_from_outside(broker: Broker) -> None:
    with weighed(broker) as worker:
        run(worker, "import numpy as np")
        before = worker.weigh()
        run(worker, "import numpy as np\nkept = [np.ones(1 << 17) for _ in range(80)]")
        after = worker.weigh()
    assert before is not None
    assert after is not None
    assert 78 * MB < after - before < 84 * MB


def test_an_input_is_no_memory_that_the_engine_takes(broker: Broker) -> None:
    code = "import numpy as np\ndef square(x):\n    return x * x"
    reading = Step("probe", name="memory", sid=1, observer="memory")
    square = Step("call", (Glob("torch.square"), Arr(0)), out=1, sid=2)
    program = Program([[reading], [square, replace(reading, sid=3)], []], [np.ones(MB)], [])
    with broker.worker(Limits()) as worker:
        run(worker, code)
        seen = Script(program).play(lambda request: worker.ask(request, 10), nonces())
    before, after = (s.payload.own for s in seen if isinstance(s.payload, wire.Weight))
    assert before is not None
    assert after is not None
    assert 15.9 * MB < after - before < 16.1 * MB  # the program's copy, and the result


def test_what_is_shared_with_the_zygote_is_nothing_to_give_back(broker: Broker) -> None:
    """Otherwise a worker could keep what it should release, and drop what it inherited."""
    with weighed(broker) as worker:
        run(worker, "import numpy as np")
        before = worker.weigh()
        assert before is not None
        assert before < 8 * MB  # of the thirty that it maps


def test_an_unconfined_worker_is_not_weighed() -> None:
    with Broker(cap="none") as unconfined, unconfined.worker(Limits()) as worker:
        worker.tare()
        assert worker.weigh() is None


# 13. State that one check leaves behind: a fresh worker has none of it, and costs little
def test_a_fresh_worker_costs_milliseconds(broker: Broker) -> None:
    with broker.worker(Limits()):
        pass
    started = time.perf_counter()
    for _ in range(10):
        with broker.worker(Limits()):
            pass
    assert (time.perf_counter() - started) / 10 < 0.1


def test_a_broker_may_be_shared_by_threads(broker: Broker) -> None:
    def run(number: int) -> str:
        with broker.worker(Limits()) as worker:
            file = source_file("engine.py", f"print({number})")
            worker.ask(wire.Compile(next_nonce(), [file], "engine.py"), 10)
            worker.ask(wire.Import(next_nonce()), 10)
            return worker.output

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, range(24))) == [f"{number}\n" for number in range(24)]


def test_a_closed_worker_has_no_memory_to_read(broker: Broker) -> None:
    worker = broker.worker(Limits())
    worker.close()
    worker.tare()
    assert worker.weigh() is None
