"""Which level is reached, that it is proved and not assumed, and that every doubt lowers it."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise

import pytest

from gradlab.errors import IsolationError, UsageError
from gradlab.isolation import CAP_VARIABLE, LEVELS, Broker, Limits, next_nonce
from gradlab.isolation.levels import Plan, capped, plans
from gradlab.isolation.prove import holds
from gradlab.session import engine_roots
from gradlab.wire import Compile
from gradlab.worker.attempts import ATTEMPTS
from gradlab.worker.control import Probe, Probed

ALL_WALLS = ("limits", "uid", "landlock", "seccomp", "calls")
WALLS_OF_A_USER = ("limits", "landlock", "seccomp", "calls")


@pytest.mark.parametrize("level", LEVELS)
def test_a_cap_lowers_the_level(level: str, broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CAP_VARIABLE, level)
    with Broker() as lowered:
        reached = lowered.isolation
        assert LEVELS.index(reached.level) == min(LEVELS.index(level), LEVELS.index(broker.isolation.level))
        assert reached.walls
        with lowered.worker(Limits()) as worker:
            assert worker.ask(Compile(next_nonce(), [], "engine.py"), 20) is not None


def test_a_cap_never_raises_the_level() -> None:
    assert capped(None) == "strong"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CAP_VARIABLE, "standard")
        assert capped("strong") == "standard"
        assert capped("none") == "none"
        assert capped(None) == "standard"


def test_an_unknown_cap_is_refused_in_words() -> None:
    with pytest.raises(
        UsageError, match="can be capped at strong, standard, partial, none, not at 'strongest'"
    ):
        Broker(cap="strongest")


def test_plans_go_from_strong_to_weak() -> None:
    for walls in (ALL_WALLS, WALLS_OF_A_USER, ("limits", "seccomp"), ("limits", "landlock"), ("limits",)):
        order = [LEVELS.index(plan.level) for plan in plans(walls, "strong")]
        assert all(a >= b for a, b in pairwise(order))
        assert all(set(plan.walls) <= set(walls) for plan in plans(walls, "strong"))


def test_what_a_level_is_made_of() -> None:
    assert [(plan.level, plan.walls) for plan in plans(WALLS_OF_A_USER, "strong")] == [
        ("strong", ("limits", "landlock", "seccomp")),
        ("standard", ("limits", "seccomp")),
        ("partial", ("limits", "landlock", "calls")),
        ("partial", ("limits", "landlock")),
    ]
    assert list(plans(("limits",), "strong")) == []


def test_what_a_level_must_stop_is_tried() -> None:
    for plan in plans(ALL_WALLS, "strong"):
        assert (plan.must_stop or set()) <= ATTEMPTS.keys()


def probe_that(**stopped: str | None) -> object:
    everything = dict.fromkeys(ATTEMPTS, "PermissionError") | {
        name.replace("_", " "): how for name, how in stopped.items()
    }
    return lambda plan, probe: Probed(["walls"], everything)


STANDARD = Plan("standard", ("limits", "seccomp"), None)


def test_a_level_holds_if_every_attempt_is_stopped() -> None:
    assert isinstance(holds(STANDARD, probe_that()), Probed)  # type: ignore[arg-type]


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_one_attempt_that_succeeds_lowers_the_level(attempt: str) -> None:
    why = f"Nothing stopped the probe child when it tried to {attempt.replace('_', ' ')}."
    assert holds(STANDARD, probe_that(**{attempt: None})) == why  # type: ignore[arg-type]


def test_a_probe_that_says_nothing_proves_nothing() -> None:
    assert holds(STANDARD, lambda plan, probe: Probed([], {})) == "The probe child tried nothing."


def test_a_wall_that_cannot_be_put_up_lowers_the_level() -> None:
    def fail(plan: Plan, probe: Probe) -> Probed:
        raise IsolationError("seccomp: Operation not permitted")

    assert holds(STANDARD, fail) == "seccomp: Operation not permitted"


def test_walls_behind_which_nobody_can_compute_do_not_hold() -> None:
    def crippled(plan: Plan, probe: Probe) -> Probed:
        return Probed(
            ["walls"],
            dict.fromkeys(ATTEMPTS, "PermissionError"),
            {"ask the time": "OSError: Function not implemented"},
        )

    assert holds(STANDARD, crippled) == (
        "Behind these walls nobody can ask the time (OSError: Function not implemented). A newer libc or numpy may need "
        "one more system call."
    )


@pytest.mark.parametrize(
    ("call", "need"), [("getrandom", "draw random numbers"), ("clock_nanosleep", "ask the time")]
)
def test_a_system_call_that_libc_needs_and_the_filter_lacks_is_found_by_the_proof(
    call: str, need: str
) -> None:
    """As after an update of libc. A process of its own puts up a filter without the call, and does what all need."""
    code = f"""
import os
from gradlab.worker import attempts, kernel, preload, seccomp
preload.preload()
kernel.no_new_privileges()
for table in (seccomp._ALLOWED, seccomp._ALLOWED_ON_X86):
    table.pop({call!r}, None)
seccomp._ALLOWED.pop("nanosleep", None)
seccomp.install(os.getpid())
print(list(attempts.exercise()))
os._exit(0)
"""
    done = subprocess.run(
        [sys.executable, "-u", "-c", code],
        env={"OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert need in done.stdout, done.stderr


def test_the_parent_looks_for_itself_whether_something_was_written() -> None:
    def liar(plan: Plan, probe: Probe) -> Probed:
        with open(os.path.join(probe.folder, "created"), "w"):
            pass
        return Probed(["walls"], dict.fromkeys(ATTEMPTS, "PermissionError"))

    assert holds(STANDARD, liar) == "The probe child changed a file, and did not say so."


def test_the_attempts_do_succeed_without_walls(broker: Broker) -> None:
    """Otherwise the proof would prove nothing."""
    proof = {}

    def unconfined(plan: Plan, probe: Probe) -> Probed:
        nonlocal proof
        probed = broker._probe_child(plan._replace(walls=()), probe)
        proof = probed.stopped
        return probed

    assert str(holds(STANDARD, unconfined)).startswith("Nothing stopped the probe child when it tried to ask")
    assert {name for name, how in proof.items() if how} <= {
        "take more memory than allowed",
        "raise its own limits",
    }


@pytest.mark.parametrize("walls", [("moat",), ("limits", "uid", "moat")])
def test_a_worker_whose_walls_fail_never_serves(walls: tuple[str, ...], broker: Broker) -> None:
    with pytest.raises(IsolationError, match="could not be confined: ValueError: unknown walls: moat"):
        broker._probe_child(Plan("strong", walls, None), Probe("/nowhere", "/nowhere", 1, 1))


def test_the_reference_s_workers_reach_the_level_of_the_others(broker: Broker) -> None:
    with Broker(engine="refgrad", roots=engine_roots("refgrad")) as reference:
        assert reference.isolation.level == broker.isolation.level


def test_constructing_a_broker_returns_at_once() -> None:
    import time

    started = time.perf_counter()
    broker = Broker()
    elapsed = time.perf_counter() - started
    broker.close()
    assert elapsed < 0.2


def test_a_closed_broker_gives_no_workers() -> None:
    broker = Broker()
    assert broker.isolation.level in LEVELS
    broker.close()
    if broker.isolation.level != "none":
        with pytest.raises(IsolationError, match="The zygote is closed"):
            broker.worker(Limits())
