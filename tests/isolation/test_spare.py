"""A worker is ready ahead of need, and none is left behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gradlab import wire
from gradlab.errors import InternalError
from gradlab.isolation import Broker, Limits, SpareWorkers, Worker, next_nonce

LIMITS = Limits(wall_seconds=5.0)


@pytest.fixture
def spares() -> Iterator[SpareWorkers]:
    workers = SpareWorkers(Broker())
    yield workers
    workers.close()


def compiles(worker: Worker) -> bool:
    file = wire.SourceFile("engine.py", [wire.Cell("engine.py", "x = 1")])
    reply = worker.ask(wire.Compile(next_nonce(), [file], "engine.py"), 5.0)
    return isinstance(reply, wire.Compiled) and reply.fault is None


def test_every_worker_is_another_process_and_works(spares: SpareWorkers) -> None:
    workers = [spares.take(LIMITS) for _ in range(4)]
    assert all(compiles(worker) for worker in workers)
    assert len({id(worker) for worker in workers}) == 4
    for worker in workers:
        spares.give_back(worker)


def test_other_limits_get_a_worker_of_their_own(spares: SpareWorkers) -> None:
    spares.give_back(spares.take(LIMITS))
    spares.give_back(spares.take(LIMITS))  # from here on one with these limits waits
    small = spares.take(Limits(memory_mb=64))
    greedy = wire.SourceFile("engine.py", [wire.Cell("engine.py", "x = bytearray(200 << 20)")])
    small.ask(wire.Compile(next_nonce(), [greedy], "engine.py"), 5.0)
    reply = small.ask(wire.Import(next_nonce()), 5.0)
    assert isinstance(reply, wire.Imported)
    assert reply.raised is not None
    assert reply.raised.class_name == "MemoryError"
    spares.give_back(small)


def test_what_was_given_back_is_gone_after_close() -> None:
    workers = SpareWorkers(Broker())
    given = [workers.take(LIMITS) for _ in range(3)]
    for worker in given:
        workers.give_back(worker)
    workers.close()
    for worker in given:
        with pytest.raises(InternalError, match="A closed worker was asked"):
            worker.ask(wire.Compile(next_nonce(), [], "engine.py"), 5.0)
