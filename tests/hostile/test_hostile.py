"""One small submission per attack, each with the outcome that it must have in its second line.

    # Outcome: import=HOW replay=HOW        HOW: ok, raised:CLASS, died:REASON, missing, observed
    # Outcome: fault                        it does not compile
    # Outcome: ... or ...                   where Python's versions differ

Whatever the outcome, no attack may produce the gradient that is asked for, learn or change the canary, harm a sibling,
or keep the next submission from being graded.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from gradlab import wire
from gradlab.isolation import CAP_VARIABLE, Broker, Limits, Worker, WorkerDied, next_nonce
from gradlab.program import Arr, Glob, Program, Ref, Step
from gradlab.replay import Script

SPECIMENS = sorted((Path(__file__).parent / "specimens").glob("*.py"))
PATIENCE, IMPATIENCE = 5.0, 0.7  # seconds for who is to answer, and for who is not
LIMITS = Limits(cpu_seconds=20, memory_mb=256, output_kb=16)
SECRET = "the-canary-sang"
HONEST_STUB = (
    'def tensor(data, requires_grad=False):\n    raise NotImplementedError("Task 1.1: make a tensor")\n'
)
HONEST = """
import numpy as np
class Tensor:
    def __init__(self, data, parents=()): self.data, self.grad, self.parents = np.asarray(data), None, parents
    def __mul__(self, other): return Tensor(self.data * other.data, (self, other))
    def sum(self): return self
    def backward(self): self.parents[0].grad = Tensor(2 * self.parents[0].data)
def tensor(data, requires_grad=False): return Tensor(data)
"""


@dataclass
class Course:
    """What the attacks are after: a file, a process beside theirs, and an answer."""

    broker: Broker
    canary: Path
    sibling: Worker
    answer: bytes
    program: Program


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    canary = tmp_path_factory.mktemp("course") / "canary.txt"
    canary.write_text(SECRET)
    canary.parent.chmod(0o777)
    canary.chmod(0o666)
    data = np.random.default_rng().normal(size=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(CAP_VARIABLE, raising=False)
        broker = Broker()
        if broker.isolation.level not in ("strong", "standard"):
            broker.close()
            pytest.skip(
                f"attacks are run only where they are contained; this machine offers {broker.isolation.level}"
            )
        with broker, broker.worker(LIMITS) as sibling:
            yield Course(broker, canary, sibling, (2 * data).tobytes(), square(data))


def square(data: np.ndarray) -> Program:
    """x = torch.tensor(data, requires_grad=True); (x * x).sum().backward(); observe x.grad"""
    steps = [
        Step("call", (Glob("torch.tensor"), Arr(0)), {"requires_grad": True}, out=0, sid=1),
        Step("op", (Ref(0), Ref(0)), name="mul", out=1, sid=2),
        Step("method", (Ref(1),), name="sum", out=2, sid=3),
        Step("method", (Ref(2),), name="backward", sid=4),
        Step("probe", (Ref(0),), name="grad", sid=5),
    ]
    return Program([steps], [data], [])


@dataclass
class Graded:
    outcome: str
    observed: wire.Observed | None
    output: str


def grade(course: Course, source: str, worker: Worker, seconds: float = PATIENCE) -> Graded:
    """Load a submission and replay the program on it, as far as it goes."""
    said: list[str] = []
    observed: wire.Observed | None = None
    step = "import"
    try:
        file = wire.SourceFile("engine.py", [wire.Cell("engine.py", source)])
        compiled = worker.ask(wire.Compile(next_nonce(), [file], "engine.py"), 10)
        assert isinstance(compiled, wire.Compiled)
        if compiled.fault is not None:
            return Graded("fault", None, worker.output)
        imported = worker.ask(wire.Import(next_nonce()), seconds)
        assert isinstance(imported, wire.Imported)
        said.append(f"import=raised:{imported.raised.class_name}" if imported.raised else "import=ok")
        step = "replay"
        for request in Script(course.program).requests(iter(next_nonce, 0)):
            reply = worker.ask(request, seconds)
            assert isinstance(reply, wire.Observed)
            observed = reply
            said.append(f"replay={how(reply)}")
    except WorkerDied as died:
        said.append(f"{step}=died:{died.reason}")
    return Graded(" ".join(said), observed, worker.output)


def how(observed: wire.Observed) -> str:
    ended = observed.ended
    if ended is not None and ended.missing:
        return "missing"
    if ended is not None and ended.raised:
        return f"raised:{ended.raised.class_name}"
    return "observed"


def answered(course: Course, graded: Graded) -> bool:
    """Whether the gradient that only an engine can know was observed."""
    seen = graded.observed.seen if graded.observed else []
    return any(isinstance(s.payload, wire.Array) and s.payload.data == course.answer for s in seen)


def test_an_honest_engine_gives_the_answer(course: Course) -> None:
    with course.broker.worker(LIMITS) as worker:
        assert answered(course, grade(course, HONEST, worker))


def test_an_honest_stub_gives_none(course: Course) -> None:
    with course.broker.worker(LIMITS) as worker:
        graded = grade(course, HONEST_STUB, worker)
    assert graded.outcome == "import=ok replay=raised:NotImplementedError"
    assert not answered(course, graded)


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda path: path.stem)
def test_an_attack_ends_as_it_must(specimen: Path, course: Course) -> None:
    source = specimen.read_text(encoding="utf-8")
    wanted = re.search(r"^# Outcome: (.+)$", source, re.MULTILINE)
    assert wanted is not None
    seconds = IMPATIENCE if "died:timeout" in wanted[1] else PATIENCE
    with course.broker.worker(LIMITS) as worker:
        graded = grade(course, source.replace("@CANARY@", str(course.canary)), worker, seconds)
    assert graded.outcome in wanted[1].split(" or ")
    assert not answered(course, graded)
    assert SECRET not in graded.output
    assert "found" not in graded.output
    assert "GRADLAB" not in graded.output
    assert course.canary.read_text() == SECRET
    assert [path.name for path in course.canary.parent.iterdir()] == ["canary.txt"]
    alive = course.sibling.ask(wire.Compile(next_nonce(), [], "engine.py"), 5)
    assert isinstance(alive, wire.Compiled)


def test_the_next_honest_submission_is_graded_after_all_of_them(course: Course) -> None:
    with course.broker.worker(LIMITS) as worker:
        assert answered(course, grade(course, HONEST, worker))


def test_every_specimen_says_what_it_attacks() -> None:
    assert len(SPECIMENS) >= 30
    for specimen in SPECIMENS:
        lines = specimen.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("# Attack: "), specimen
        assert lines[1].startswith("# Outcome: "), specimen
