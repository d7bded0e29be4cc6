"""The worker's main loop: read a request, obey, answer. The same on every platform and at every level."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from io import FileIO, TextIOWrapper
from types import ModuleType
from typing import NoReturn

from gradlab import wire
from gradlab.worker.control import EXIT_MEMORY
from gradlab.worker.counting import give_back_free_memory
from gradlab.worker.loader import ENTRY, Loader
from gradlab.worker.replay import Replayer

__all__ = ["Service"]


class Service:
    """Answers requests, one at a time. Everything that it needs is loaded before it runs: it opens no file."""

    def __init__(self, requests: FileIO, replies: FileIO, engine: ModuleType | None = None) -> None:
        self._requests = requests
        self._replies = replies
        self._loader: Loader | None = None
        sys.stdout, sys.stderr = _printer(1), _printer(2)
        self._replayer = None if engine is None else Replayer(engine, lambda _file: None)

    def run(self, walls: list[str]) -> NoReturn:
        """Say what the walls are, then serve until the parent hangs up. Never returns."""
        try:
            self._send(wire.frame(wire.Ready(walls)))
            while (request := self._receive()) is not None:
                reply = wire.frame(self._answer(request))
                _flush()
                self._send(reply)
            os._exit(0)
        except MemoryError:
            os._exit(EXIT_MEMORY)

    def _answer(self, request: wire.Request) -> wire.Reply:
        if isinstance(request, wire.Compile):
            self._loader = Loader(request)
            compiled = self._loader.compile(request.nonce)
            give_back_free_memory()
            return compiled
        if isinstance(request, wire.Import):
            return self._import(request)
        if self._replayer is None:
            raise RuntimeError("asked to replay before an engine was imported")
        return self._replayer.run(request)

    def _import(self, request: wire.Import) -> wire.Imported:
        if self._loader is None:
            raise RuntimeError("asked to import before anything was compiled")
        module, imported = self._loader.import_entry(request.nonce)
        # Where the import failed, checks may still run on what is there, and each says what it misses.
        self._replayer = Replayer(module or ModuleType(ENTRY), self._loader.own_file)
        return imported

    def _receive(self) -> wire.Request | None:
        header = self._exactly(wire.HEADER)
        if header is None:
            return None
        body = self._exactly(wire.frame_length(header))
        return None if body is None else wire.decode_request(body)

    def _exactly(self, count: int) -> bytes | None:
        data = bytearray(count)
        view = memoryview(data)
        while view:
            got = self._requests.readinto(view)
            if not got:
                return None
            view = view[got:]
        return bytes(data)

    def _send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[self._replies.write(view) :]


def _printer(descriptor: int) -> TextIOWrapper:
    """Open an output by the line, so that what was printed before a crash is not lost with it."""
    return open(
        descriptor, "w", buffering=1, encoding="utf-8", errors="backslashreplace", newline="\n", closefd=False
    )


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(BaseException):  # a submission may have put anything there
            stream.flush()
