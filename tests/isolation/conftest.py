"""A broker for the whole run, and a way to run a few lines in a worker of its own."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from gradlab import wire
from gradlab.isolation import CAP_VARIABLE, Broker, Limits, Worker, next_nonce


@dataclass
class Loaded:
    """A submission in its worker."""

    worker: Worker
    compiled: wire.Compiled
    imported: wire.Imported | None

    @property
    def raised(self) -> str | None:
        """`Class: message` of what the import raised."""
        assert self.imported is not None
        why = self.imported.raised
        return None if why is None else f"{why.class_name}: {why.message}"


Load = Callable[..., Loaded]


@pytest.fixture(scope="session", autouse=True)
def _uncapped() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(CAP_VARIABLE, raising=False)
        yield


@pytest.fixture(scope="session")
def broker(_uncapped: None) -> Iterator[Broker]:
    if sys.platform != "linux":
        pytest.skip("workers are confined on Linux only")
    with Broker() as broker:
        yield broker


def source_file(path: str, text: str) -> wire.SourceFile:
    return wire.SourceFile(path, [wire.Cell(path, textwrap.dedent(text))])


def notebook(*cells: str) -> wire.SourceFile:
    labelled = [wire.Cell(f"cell {n}", textwrap.dedent(cell)) for n, cell in enumerate(cells, 1)]
    return wire.SourceFile("engine.ipynb", labelled, notebook=True)


@pytest.fixture
def load(broker: Broker) -> Iterator[Load]:
    """Load `files` (a source text, or wire files) into a new worker; import them unless they do not compile."""
    workers: list[Worker] = []

    def load(
        *files: str | wire.SourceFile,
        entry: str | None = None,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        inert: tuple[str, ...] = (),
        allowed: tuple[str, ...] = (),
        broker: Broker = broker,
        seconds: float = 10.0,
        compiled_elsewhere: bool = False,
    ) -> Loaded:
        sources = [source_file("engine.py", file) if isinstance(file, str) else file for file in files]
        worker = broker.worker(limits)
        workers.append(worker)
        request = wire.Compile(next_nonce(), sources, entry or sources[0].path, list(inert), list(allowed))
        compiled = worker.ask(request, seconds)
        assert isinstance(compiled, wire.Compiled)
        if compiled_elsewhere:
            worker = broker.worker(limits)
            workers.append(worker)
            request = replace(request, nonce=next_nonce(), code=compiled.code)
            assert isinstance(worker.ask(request, seconds), wire.Compiled)
        if compiled.fault is not None:
            return Loaded(worker, compiled, None)
        imported = worker.ask(wire.Import(next_nonce()), seconds)
        assert isinstance(imported, wire.Imported)
        return Loaded(worker, compiled, imported)

    yield load
    for worker in workers:
        worker.close()
