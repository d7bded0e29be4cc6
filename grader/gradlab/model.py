"""The nouns that every part shares: checks, observations, findings, results, reports. Frozen data, no behaviour
but what a report may show to whom."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any

import msgspec

from gradlab.wire import Payload

__all__ = [
    "REPORT_SCHEMA",
    "Check",
    "CheckResult",
    "Comparison",
    "Diagnosis",
    "Engine",
    "Environment",
    "Finding",
    "Graph",
    "GraphNode",
    "Isolation",
    "Location",
    "Observation",
    "Outcome",
    "Report",
    "Submitted",
    "Suite",
    "Task",
]

REPORT_SCHEMA = "gradlab/report/1"


class Outcome(enum.Enum):
    """How a check, or a whole submission, ended. ERROR is gradlab's failure, never the student's."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"


class Task(msgspec.Struct, frozen=True):
    """A numbered part of an assignment. `defines` are the names that the student writes."""

    id: str
    title: str
    points: float
    defines: tuple[str, ...]


class Check(msgspec.Struct, frozen=True):
    """One thing verified. `function(torch, observe, rng)` runs once per seed, on the reference, recorded."""

    name: str
    task: str
    title: str
    points: float
    function: Callable[..., None]
    help: str = ""
    hidden: bool = False
    depends_on: str | None = None
    timeout: float | None = None  # wall seconds; None means the assignment's limit
    instances: int = 1
    tolerance: dict[str, float] = {}  # relative tolerance by dtype name, from the assignment
    errors: str = "class"  # how closely messages are compared: class, quoted or exact; from the surface
    flags: tuple[str, ...] = ("requires_grad", "is_leaf")  # what observe.flags compares; from the surface
    file: str = ""
    line: int = 0

    @property
    def weighs(self) -> bool:
        """Whether the check reads memory, as its code says."""
        return "released" in self.function.__code__.co_names


class Observation(msgspec.Struct, frozen=True, gc=False):
    """What happened at one step, unjudged. `kind` is the observer's name, or read, error, calls, end."""

    sid: int
    nth: int
    kind: str
    label: str
    payload: Payload


class Location(msgspec.Struct, frozen=True):
    """A place in the student's own files: where an exception came from, or what was written for the task."""

    file: str
    line: int
    name: str = ""  # of the function


class Comparison(msgspec.Struct, frozen=True):
    """Two arrays of one shape side by side, written out; of large ones a part around the first difference.

    `expected`, `actual` and `wrong` have a row for each of `rows` and an item for each of `columns`, which are indices
    (`"[2]"`). An array of one dimension has a single row.
    """

    shape: tuple[int, ...]
    differing: int  # elements of the whole array
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    expected: tuple[tuple[str, ...], ...]
    actual: tuple[tuple[str, ...], ...]
    wrong: tuple[tuple[bool, ...], ...]
    complete: bool  # nothing is left out


class Finding(msgspec.Struct, frozen=True, omit_defaults=False):
    """One plugin's remark on an expected/actual pair. Its presence fails the check."""

    plugin: str
    message: str
    expected: str | None = None
    actual: str | None = None
    help: str | None = None
    location: Location | None = None
    sid: int = 0  # the step it is about
    comparison: Comparison | None = None
    kind: str = ""  # the class of difference: value, shape, None, raises TypeError; empty: none that shrinks


class GraphNode(msgspec.Struct, frozen=True):
    """A tensor of a program, and the operation that made it. `kind` is leaf, constant or operation."""

    name: str  # its variable; empty if it has none
    made_by: str  # the operation, or the value of a leaf or constant
    kind: str
    inputs: tuple[int, ...] = ()  # indices of nodes
    start: bool = False  # backward starts here
    wrong: bool = False  # the engines differ here
    note: str = ""  # how


class Graph(msgspec.Struct, frozen=True):
    """What the tensors of a program were made from, inputs before what uses them."""

    nodes: tuple[GraphNode, ...]


class Diagnosis(msgspec.Struct, frozen=True):
    """The misconception that answers as the submission does, and its own explanation."""

    name: str
    explanation: str


class CheckResult(msgspec.Struct, frozen=True, omit_defaults=False):
    """A check's verdict on one submission."""

    name: str
    task: str
    title: str
    outcome: Outcome
    score: float
    max_score: float
    hidden: bool
    seconds: float | None
    findings: tuple[Finding, ...] = ()
    program: str | None = None
    diagnosis: Diagnosis | None = None
    smallest: bool = False  # no smaller program that shows the first finding's kind of difference was found
    graph: Graph | None = None  # of the program


class Submitted(msgspec.Struct, frozen=True):
    """What was handed in. `submitted_at` (ISO 8601, UTC) never changes on a regrade."""

    sha256: str
    files: tuple[str, ...]
    submitted_at: str


class Isolation(msgspec.Struct, frozen=True):
    """The proved level (strong, standard, partial, none) and the walls it is made of."""

    level: str
    walls: tuple[str, ...]


class Engine(msgspec.Struct, frozen=True):
    """The reference that the checks were recorded on."""

    name: str
    version: str


class Suite(msgspec.Struct, frozen=True):
    """The hash of the assignment's checks and settings, and the seed of the public checks."""

    sha256: str
    seed: int


class Environment(msgspec.Struct, frozen=True):
    """Where it was graded."""

    python: str
    numpy: str
    platform: str


class Report(msgspec.Struct, frozen=True, omit_defaults=False):
    """The whole verdict on one attempt."""

    assignment: str
    student: str
    attempt: int
    submission: Submitted
    graded_at: str
    score: float
    max_score: float
    outcome: Outcome
    checks: tuple[CheckResult, ...]
    isolation: Isolation
    engine: Engine
    suite: Suite
    environment: Environment
    notes: tuple[str, ...] = ()
    provisional: bool = False
    schema: str = REPORT_SCHEMA

    def for_student(self) -> Report:
        """Return what the student may see: of a hidden check its title, outcome and score, and of an exception
        its class; no program, finding, time or seed."""
        checks = tuple(_hidden_view(check) if check.hidden else check for check in self.checks)
        return msgspec.structs.replace(self, checks=checks)


def _hidden_view(check: CheckResult) -> CheckResult:
    return msgspec.structs.replace(
        check, findings=(), program=None, smallest=False, graph=None, diagnosis=None, seconds=None
    )


def to_builtins(report: Report) -> Any:
    """Return the report as JSON-ready dicts and lists, `schema` first."""
    data = msgspec.to_builtins(report)
    return {"schema": data.pop("schema"), **data}
