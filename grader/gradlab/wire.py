"""What parent and worker say to each other: length-prefixed msgpack of the closed types below, nothing else.

A frame is a 4-byte little-endian length and that many bytes. One request is outstanding at a time; a reply
carries its request's nonce. What a worker says is a claim by hostile code: the parent decodes it into these
types with bounded sizes and judges it elsewhere; it never holds a score.
"""

from __future__ import annotations

import struct
from typing import Any

import msgspec

__all__ = [
    "MAX_REPLY",
    "MAX_REQUEST",
    "NO_ERROR",
    "NO_FURTHER_ITEM",
    "Alive",
    "Array",
    "Cell",
    "Compile",
    "Compiled",
    "Ended",
    "Flags",
    "Import",
    "Imported",
    "Missing",
    "Note",
    "Observed",
    "Opaque",
    "Payload",
    "Raised",
    "Ready",
    "Released",
    "Replay",
    "Reply",
    "Request",
    "Scalar",
    "Seen",
    "Seq",
    "SourceFile",
    "SyntaxFault",
    "Unmade",
    "Weight",
    "decode_reply",
    "decode_request",
    "encode",
    "encode_part",
    "frame",
    "frame_length",
]

MAX_REQUEST = 64 << 20
MAX_REPLY = 32 << 20
_LENGTH = struct.Struct("<I")
HEADER = _LENGTH.size


# --- what an observation may be --------------------------------------------------------------------------
# None of them can be part of a cycle, so the garbage collector need not look at them.
class Scalar(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="scalar"):
    """A plain None, bool, int, float or str."""

    value: bool | int | float | str | None


class Array(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="array"):
    """The elements of a tensor (`tensor` true) or of a bare numpy array, C order, native byte order."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes
    tensor: bool = True


class Seq(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="seq"):
    """A list or tuple."""

    items: tuple[Payload, ...]
    kind: str = "list"


class Flags(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="flags"):
    """requires_grad, is_leaf, the name of grad_fn and retains_grad; None where the engine has no such attribute."""

    requires_grad: bool | None
    is_leaf: bool | None
    grad_fn: str | None
    retains_grad: bool | None


class Raised(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="raised"):
    """An exception. `bases` are the names of its class's ancestors; file and line are the student's innermost."""

    class_name: str
    bases: tuple[str, ...]
    message: str
    file: str | None = None
    line: int | None = None


class Missing(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="missing"):
    """A name that the engine lacks, as `"torch.relu"` or `"Tensor.view"`."""

    name: str


class Unmade(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="unmade"):
    """A value that was never made, because the callback that makes it was never called."""


class Alive(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="alive"):
    """Whether a watched object still exists."""

    alive: bool


class Opaque(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="opaque"):
    """Something that is not data: its class's name."""

    class_name: str


class Weight(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="weight"):
    """Bytes in use: `own` by the worker's own account of numpy's arrays, `outside` by the system's count of what the
    process holds beyond what it held before it knew a submission; None where that cannot be read.

    The parent makes these. What a worker says is `own`, as a Scalar.
    """

    own: int
    outside: int | None = None


class Released(msgspec.Struct, frozen=True, array_like=True, gc=False, tag="released"):
    """How much was in use at the start, once everything was built, and now. The parent makes these."""

    start: Weight
    built: Weight
    now: Weight


Payload = Scalar | Array | Seq | Flags | Raised | Missing | Unmade | Alive | Opaque | Weight | Released


NO_ERROR = Scalar("no error")  # of a block whose exception is observed
NO_FURTHER_ITEM = "no further item"  # of an iterator


# --- parent to worker ------------------------------------------------------------------------------------
class Cell(msgspec.Struct, array_like=True):
    """A piece of source run on its own, and what to call it in messages (`"cell 3"`, or a file's name)."""

    label: str
    source: str


class SourceFile(msgspec.Struct, array_like=True):
    """One module: its path below the submission, with `/`. A notebook has many cells, a .py file one."""

    path: str
    cells: list[Cell]
    notebook: bool = False


class Compile(msgspec.Struct, array_like=True, tag="compile"):
    """Compile the files; run none of them. `inert` names imports that become stand-ins. `code`, if any, is what another
    worker has made of the same files, so that nothing is left to compile."""

    nonce: int
    files: list[SourceFile]
    entry: str
    inert: list[str] = []
    allowed: list[str] = []
    code: bytes = b""


class Import(msgspec.Struct, array_like=True, tag="import"):
    """Import the entry module, `engine`."""

    nonce: int


class Replay(msgspec.Struct, array_like=True, tag="replay"):
    """Replay one segment. `start` begins a new program. `steps` and each block are encoded already (`Step.packed`),
    so that they are encoded once however often a program is replayed."""

    nonce: int
    start: bool
    last: bool
    steps: msgspec.Raw
    arrays: dict[int, Array]
    blocks: dict[int, msgspec.Raw]


Request = Compile | Import | Replay


# --- worker to parent ------------------------------------------------------------------------------------
class Ready(msgspec.Struct, array_like=True, tag="ready"):
    """The worker is confined. `walls` lists what it put up."""

    walls: list[str]


class Note(msgspec.Struct, array_like=True):
    """Something about loading that the student should read."""

    file: str
    line: int | None
    text: str


class SyntaxFault(msgspec.Struct, array_like=True):
    """Source that does not compile."""

    file: str
    line: int | None
    column: int | None
    text: str
    message: str


class Compiled(msgspec.Struct, array_like=True, tag="compiled"):
    """The files compile, or `fault` says where not. `skipped_definitions` were lost with cells left out. `code` is for
    other workers; empty if there is too much of it."""

    nonce: int
    fault: SyntaxFault | None
    notes: list[Note]
    skipped_definitions: dict[str, str]
    code: bytes = b""


class Imported(msgspec.Struct, array_like=True, tag="imported"):
    """The entry module ran, or raised."""

    nonce: int
    raised: Raised | None
    notes: list[Note]


class Seen(msgspec.Struct, array_like=True, gc=False):
    """One observation: the step's sid, how many times that step had been seen before, and what was there."""

    sid: int
    nth: int
    payload: Payload


class Ended(msgspec.Struct, array_like=True):
    """How the program ended: `raised` and `missing` are None if it ran to its end."""

    raised: Raised | None = None
    missing: str | None = None
    sid: int = 0  # the step that did not return


class Observed(msgspec.Struct, array_like=True, tag="observed"):
    """A segment's observations. `ended` stands after the last segment, or when the program stopped early."""

    nonce: int
    seen: list[Seen]
    calls: list[int]  # blocks called, in order
    ended: Ended | None


Reply = Ready | Compiled | Imported | Observed

_encoder = msgspec.msgpack.Encoder()
_requests = msgspec.msgpack.Decoder(Request)
_replies = msgspec.msgpack.Decoder(Reply)


def encode(message: Request | Reply) -> bytes:
    """Encode a message, without its length."""
    return _encoder.encode(message)


def encode_part(value: Any) -> msgspec.Raw:
    """Encode a part of a message ahead of time."""
    return msgspec.Raw(_encoder.encode(value))


def frame(message: Request | Reply) -> bytes:
    """Encode a message with its length in front."""
    body = _encoder.encode(message)
    return _LENGTH.pack(len(body)) + body


def frame_length(header: bytes) -> int:
    """Return the length that a frame's first `HEADER` bytes announce."""
    return int(_LENGTH.unpack(header)[0])


def decode_request(body: bytes) -> Request:
    """Decode what the parent sent. Nothing of it holds the body, so that inputs are not counted as memory in use."""
    request: Request = _requests.decode(body)
    if isinstance(request, Replay):
        request.steps = request.steps.copy()
        request.blocks = {index: block.copy() for index, block in request.blocks.items()}
    return request


def decode_reply(body: bytes) -> Reply:
    """Decode a worker's claim. Raises msgspec.DecodeError or ValidationError on anything but these types."""
    reply: Reply = _replies.decode(body)
    return reply
