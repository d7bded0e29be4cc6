"""Hostile answers, silence and deaths: each ends as WorkerDied with its reason and one plain sentence."""

from __future__ import annotations

import time
from typing import Any

import pytest

from gradlab import wire
from gradlab.errors import InternalError
from gradlab.isolation import Broker, Limits, WorkerDied, next_nonce

from .conftest import Load, source_file

# Code that finds its own request on the stack, as an attacker would, and knows the frame format.
FORGE = """
import os, struct, sys
def nonce():
    frame = sys._getframe()
    while frame:
        request = frame.f_locals.get("request")
        if request is not None and type(request).__name__ == "Import":
            return request.nonce
        frame = frame.f_back
def frame(body):
    return struct.pack("<I", len(body)) + body
def imported(nonce):
    return b"\\x94\\xa8imported\\xcf" + struct.pack(">Q", nonce) + b"\\xc0\\x90"
"""


REPLAY = wire.Replay(next_nonce(), True, True, wire.encode_part([]), {}, {})


def died(load: Load, code: str, **options: Any) -> WorkerDied:
    with pytest.raises(WorkerDied) as caught:
        load(code, **options)
    assert caught.value.detail.startswith("The code ")
    assert caught.value.detail.endswith(".")
    return caught.value


FORGED = {
    "an empty frame": "frame(b'')",
    "no msgpack": "frame(b'\\xc1' * 8)",
    "half a message": "frame(imported(nonce())[:-1])",
    "something after the message": "frame(imported(nonce()) + b'x')",
    "a wrong nonce": "frame(imported(1))",
    "an unknown type": "frame(b'\\x92\\xa6passed\\x01')",
    "an answer to another request": "frame(b'\\x95\\xa8observed\\x01\\x90\\x90\\xc0')",
    "Ready again": "frame(b'\\x92\\xa5ready\\x90')",
    "a map": "frame(b'\\x81\\xa5score\\x64')",
    "a list of four billion": "frame(b'\\x95\\xa8observed\\x01\\xdd\\xff\\xff\\xff\\xff')",
    "bytes of four billion": "frame(b'\\x94\\xa8imported\\x01\\xc6\\xff\\xff\\xff\\xff')",
    "nested lists without end": "frame(b'\\x95\\xa8observed\\x01\\x91\\x93\\x01\\x00' + b'\\x93\\xa3seq\\x91' * 90000)",
    "text that is not UTF-8": "frame(b'\\x94\\xa8imported\\x01\\xc0\\x91\\x93\\xa2\\xff\\xfe\\xc0\\xa0')",
    "an integer too large": "frame(b'\\x94\\xa8imported\\xcf' + b'\\xff' * 8 + b'\\xc0\\x90')",
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_answer_is_malformed(name: str, load: Load) -> None:
    code = f"{FORGE}\nos.write(4, {FORGED[name]})\nwhile True: pass"
    assert died(load, code).reason == "malformed"


def test_a_frame_that_announces_too_much_is_not_read(load: Load) -> None:
    code = "import os\nos.write(4, b'\\xff\\xff\\xff\\xff')\nwhile True: pass"
    error = died(load, code)
    assert (error.reason, error.detail) == (
        "malformed",
        "The code answered with more than the 32 MB that an answer may have.",
    )


def test_a_frame_that_never_ends_times_out(load: Load) -> None:
    code = "import os, time\nos.write(4, b'\\x00\\x01\\x00\\x00')\nwhile True:\n    os.write(4, b'x')\n    time.sleep(0.05)"
    assert died(load, code, seconds=0.4).reason == "timeout"


def test_two_answers_to_one_request_are_malformed(load: Load) -> None:
    code = f"{FORGE}\nos.write(4, frame(imported(nonce())) * 2)\nwhile True: pass"
    assert died(load, code).detail == "The code answered before it was asked."


def test_an_answer_written_ahead_spoils_this_request_or_the_next(load: Load) -> None:
    """The forged answer counts as the answer that it is; the worker's own then comes unasked, sooner or later."""
    with pytest.raises(WorkerDied) as caught:
        load(f"{FORGE}\nos.write(4, frame(imported(nonce())))").worker.ask(REPLAY, 5)
    assert caught.value.reason == "malformed"


def test_a_flood_of_answers_is_cut_off(load: Load) -> None:
    code = f"{FORGE}\nos.write(4, frame(imported(nonce())))\nwhile True: os.write(4, b'x' * 65536)"
    with pytest.raises(WorkerDied) as caught:
        load(code).worker.ask(REPLAY, 5)
    assert caught.value.reason == "malformed"


def test_a_late_answer_is_never_read(load: Load) -> None:
    code = "import time\ntime.sleep(0.6)"
    error = died(load, code, seconds=0.2)
    assert (error.reason, error.detail) == ("timeout", "The code did not answer within 0.2 seconds.")


DEATHS = {
    "os._exit(0)": ("exit", "The code ended the process, with exit status 0."),
    "os._exit(97)": ("exit", "The code ended the process, with exit status 97."),
    "os.abort()": ("signal", "The code ended with signal SIGABRT: it aborted."),
    "os.kill(os.getpid(), 9)": ("memory", "The code was killed (SIGKILL), as happens when memory runs out."),
    "os.kill(os.getpid(), 15)": ("signal", "The code ended with signal SIGTERM."),
    "os.kill(os.getpid(), 40)": ("signal", "The code ended with signal 40."),
    "import ctypes; ctypes.string_at(1)": (
        "signal",
        "The code ended with signal SIGSEGV: it touched memory that is not its own, or recursed too deeply.",
    ),
    "import faulthandler; faulthandler._stack_overflow()": (
        "signal",
        "The code ended with signal SIGSEGV: it touched memory that is not its own, or recursed too deeply.",
    ),
    "os.closerange(0, 5)\nwhile True: pass": ("exit", "The code closed its connection to the grader."),
}


@pytest.mark.parametrize("code", DEATHS)
def test_a_death_has_its_reason_and_a_sentence(code: str, load: Load, broker: Broker) -> None:
    with pytest.raises(WorkerDied) as caught:
        load(f"import os\n{code}", allowed=("ctypes", "faulthandler"))
    assert (caught.value.reason, caught.value.detail) == DEATHS[code]


@pytest.mark.parametrize(
    "code", ["raise SystemExit(0)", "import sys; sys.exit(3)", "raise KeyboardInterrupt"]
)
def test_leaving_by_an_exception_is_an_exception_of_the_import(code: str, load: Load) -> None:
    loaded = load(code)
    assert loaded.raised is not None
    assert loaded.raised.startswith(("SystemExit", "KeyboardInterrupt"))


def test_a_loop_that_never_ends_times_out_in_time(load: Load) -> None:
    started = time.monotonic()
    assert died(load, "while True: pass", seconds=0.5).reason == "timeout"
    assert time.monotonic() - started < 3


def test_processor_time_is_limited_whatever_the_wall_says(load: Load) -> None:
    limits = Limits(cpu_seconds=1)
    error = died(load, "while True: pass", limits=limits)
    assert (error.reason, error.detail) == ("cpu", "The code used up its 1 second of processor time.")


def test_who_ignores_the_warning_of_the_processor_limit_is_killed_for_it(load: Load) -> None:
    code = "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\nwhile True: pass"
    assert died(load, code, limits=Limits(cpu_seconds=1), allowed=("signal",)).reason == "cpu"


def test_a_memory_balloon_is_a_memory_error_in_the_code(load: Load) -> None:
    loaded = load(
        "import numpy as np\nkept = [np.ones(1 << 22) for _ in range(1000)]", limits=Limits(memory_mb=128)
    )
    assert loaded.raised is not None
    assert loaded.raised.startswith("_ArrayMemoryError") or loaded.raised.startswith("MemoryError")


def test_a_worker_that_cannot_even_read_a_request_ran_out_of_memory(load: Load) -> None:
    code = """
    kept = []
    size = 1 << 24
    while size:
        try:
            while True:
                kept.append(bytearray(size))
        except MemoryError:
            size //= 2
    """
    worker = load(code, limits=Limits(memory_mb=64)).worker
    inputs = {0: wire.Array("float64", (1 << 20,), bytes(8 << 20))}
    with pytest.raises(WorkerDied) as caught:
        worker.ask(wire.Replay(next_nonce(), True, True, wire.encode_part([]), inputs, {}), 5)
    assert caught.value.reason == "memory"
    assert caught.value.detail == "The code used up its 64 MB of memory."


def test_a_flood_of_output_is_kept_short_and_stopped(load: Load) -> None:
    limits = Limits(output_kb=8)
    with pytest.raises(WorkerDied) as caught:
        load("while True: print('x' * 10000)", limits=limits)
    assert (caught.value.reason, caught.value.detail) == (
        "output",
        "The code printed without end; 8 KB are taken, and far more was printed.",
    )


def test_output_is_bounded_decoded_and_kept_after_death(broker: Broker) -> None:
    code = "import os\nos.write(1, b'\\xff' + b'y' * 3000)\nprint('z' * 90000)\nos._exit(1)"
    with broker.worker(Limits(output_kb=2)) as worker:
        worker.ask(wire.Compile(next_nonce(), [source_file("engine.py", code)], "engine.py"), 5)
        with pytest.raises(WorkerDied):
            worker.ask(wire.Import(next_nonce()), 5)
    assert worker.output.startswith("\ufffdyyy")
    assert worker.output.endswith("[90954 more bytes of output left out]\n")


def test_what_was_printed_before_a_crash_is_there(broker: Broker) -> None:
    code = "import os, sys\nprint('one')\nprint('two', file=sys.stderr)\nos.abort()"
    with broker.worker(Limits()) as worker:
        worker.ask(wire.Compile(next_nonce(), [source_file("engine.py", code)], "engine.py"), 5)
        with pytest.raises(WorkerDied):
            worker.ask(wire.Import(next_nonce()), 5)
    assert worker.output == "one\ntwo\n"


def test_a_dead_worker_gives_the_same_answer_for_ever(load: Load, broker: Broker) -> None:
    with broker.worker(Limits()) as worker:
        worker.ask(
            wire.Compile(next_nonce(), [source_file("engine.py", "import os; os._exit(5)")], "engine.py"), 5
        )
        for _ in range(2):
            with pytest.raises(WorkerDied, match="with exit status 5"):
                worker.ask(wire.Import(next_nonce()), 5)


def test_a_closed_worker_is_not_asked(broker: Broker) -> None:
    worker = broker.worker(Limits())
    worker.close()
    worker.close()
    with pytest.raises(InternalError, match="A closed worker was asked"):
        worker.ask(wire.Import(next_nonce()), 5)


def test_a_request_may_be_large_and_the_worker_may_print_meanwhile(load: Load) -> None:
    padding = "#" + "x" * (8 << 20)
    loaded = load(f"print('a' * 200_000)\n{padding}\nprint('b')")
    assert loaded.raised is None


def test_a_request_beyond_the_limit_is_our_own_fault(broker: Broker) -> None:
    with (
        broker.worker(Limits()) as worker,
        pytest.raises(InternalError, match="more than the 67108864 allowed"),
    ):
        worker.ask(wire.Compile(next_nonce(), [source_file("e.py", "x" * (65 << 20))], "e.py"), 5)


def test_nonces_are_unguessable_and_fit_the_wire() -> None:
    seen = {next_nonce() for _ in range(1000)}
    assert len(seen) == 1000
    assert max(seen) < 1 << 63


def test_one_death_leaves_other_workers_alone(load: Load) -> None:
    survivor = load("x = 1")
    for code in ("import os; os._exit(0)", "import os; os.abort()", "import os; os.closerange(0, 99)"):
        died(load, code)
    reply = survivor.worker.ask(REPLAY, 5)
    assert isinstance(reply, wire.Observed)
