"""What broker and zygote say to each other, over a socket that keeps messages apart. Both sides are trusted.

Also the few numbers that both must know.
"""

from __future__ import annotations

import msgspec

__all__ = [
    "EXIT_MEMORY",
    "EXIT_NOT_CONFINED",
    "MAX_MESSAGE",
    "Failed",
    "Hello",
    "Probe",
    "Probed",
    "Reap",
    "Reaped",
    "Spawn",
    "Spawned",
    "decode_answer",
    "decode_order",
    "decode_probed",
    "encode",
]

MAX_MESSAGE = 1 << 16
EXIT_NOT_CONFINED = 97  # before Ready only: the reason stands on its standard error
EXIT_MEMORY = 98  # the worker's own code ran out of memory


class Probe(msgspec.Struct, array_like=True, tag="probe"):
    """What a probe child is to attack: a file, a folder, a process and a TCP port of the broker's."""

    canary: str
    folder: str
    parent: int
    port: int


class Spawn(msgspec.Struct, array_like=True, tag="spawn"):
    """Fork a worker behind `walls`, in this order. Three descriptors come along: requests, replies, output."""

    walls: list[str]
    cpu_seconds: int
    memory_bytes: int
    probe: Probe | None = None


class Reap(msgspec.Struct, array_like=True, tag="reap"):
    """Wait up to `grace` seconds for a worker to end by itself, then kill it; report how it ended."""

    pid: int
    grace: float


class Hello(msgspec.Struct, array_like=True, tag="hello"):
    """The zygote has loaded everything and runs one thread. `walls` are those that it can try to put up."""

    pid: int
    python: str
    numpy: str
    walls: list[str]


class Spawned(msgspec.Struct, array_like=True, tag="spawned"):
    """A worker exists; it is not confined yet."""

    pid: int


class Reaped(msgspec.Struct, array_like=True, tag="reaped"):
    """How a worker ended: its wait status, processor seconds, and whether the zygote killed it."""

    status: int
    cpu_seconds: float
    killed: bool


class Failed(msgspec.Struct, array_like=True, tag="failed"):
    """The zygote could not do it."""

    why: str


class Probed(msgspec.Struct, array_like=True, tag="probed"):
    """A probe child's walls, each attack that it tried with what stopped it (None if nothing did), and what it could no
    longer do, though every submission needs it."""

    walls: list[str]
    stopped: dict[str, str | None]
    failed: dict[str, str] = {}


Order = Spawn | Reap
Answer = Hello | Spawned | Reaped | Failed

_encoder = msgspec.msgpack.Encoder()
_orders: msgspec.msgpack.Decoder[Order] = msgspec.msgpack.Decoder(Order)
_answers: msgspec.msgpack.Decoder[Answer] = msgspec.msgpack.Decoder(Answer)
_probed = msgspec.msgpack.Decoder(Probed)


def encode(message: Order | Answer | Probed) -> bytes:
    """Encode a message."""
    return _encoder.encode(message)


def decode_order(data: bytes) -> Order:
    """Decode what the broker wants."""
    return _orders.decode(data)


def decode_answer(data: bytes) -> Answer:
    """Decode what the zygote says."""
    return _answers.decode(data)


def decode_probed(data: bytes) -> Probed:
    """Decode what a probe child found."""
    return _probed.decode(data)
