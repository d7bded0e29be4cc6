"""The graph that a program records: which tensor was made from which, and where two engines differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain

from msgspec.structs import replace

from gradlab.model import Graph, GraphNode
from gradlab.program import Arr, Glob, Program, Ref, Step, refs
from gradlab.show import values
from gradlab.show.expressions import BINARY, IN_PLACE, UNARY
from gradlab.show.usage import made

__all__ = ["graph"]

MOST_NODES = 14  # of a picture that still helps
LONGEST_VALUE = 24
LONGEST_NOTE = 48
_UNRECORDED = ("torch.no_grad", "torch.inference_mode")
_CONSTANT = ("detach", "numpy", "item", "tolist")
_VIEWS = ("T", "mT", "H", "mH")  # attributes that are operations


def graph(program: Program, variables: Mapping[int, str], notes: Mapping[int, str]) -> Graph | None:
    """Return what leads to the tensors that `backward` is called on, or None where there is no operation or there are too
    many to be looked at.

    `variables` are the names of slots in the printed program; `notes` say for the sid of a step what is wrong there.
    """
    drawn = _Drawing(program, variables, notes)
    drawn.steps(list(chain.from_iterable(program.segments)), recorded=True)
    return drawn.result()


class _Drawing:
    """Goes through the steps in order. `_node` has for each slot the index of its node."""

    def __init__(self, program: Program, variables: Mapping[int, str], notes: Mapping[int, str]) -> None:
        self._program = program
        self._variables = variables
        self._notes = notes
        self._nodes: list[GraphNode] = []
        self._node: dict[int, int] = {}
        self._modes: set[int] = set()  # slots of `no_grad()`

    def steps(self, steps: Sequence[Step], recorded: bool) -> None:
        """Take in a list of steps. What is not `recorded` makes constants."""
        for step in steps:
            off = step.op == "with" and any(slot in self._modes for slot in refs(step.args))
            self.steps(step.body, recorded and not off)
            self._step(step, recorded)

    def result(self) -> Graph | None:
        wanted = {index for index, node in enumerate(self._nodes) if node.start}
        if not any(self._nodes[index].inputs for index in wanted):
            return None
        wanted |= {index for index, node in enumerate(self._nodes) if node.wrong}
        for index in range(len(self._nodes) - 1, -1, -1):
            if index in wanted:
                wanted.update(self._nodes[index].inputs)
        if len(wanted) > MOST_NODES:
            return None
        place = {index: number for number, index in enumerate(sorted(wanted))}
        return Graph(
            tuple(
                replace(node, inputs=tuple(place[other] for other in node.inputs))
                for index, node in enumerate(self._nodes)
                if index in wanted
            )
        )

    def _step(self, step: Step, recorded: bool) -> None:
        function = step.args[0] if step.args else None
        inputs = tuple(self._node[slot] for slot in refs((step.args, step.kwargs)) if slot in self._node)
        if type(function) is Glob and function.path in _UNRECORDED:
            self._modes.update(made(step))
        elif step.name == "backward" and step.op == "method" and inputs:
            self._nodes[inputs[0]] = replace(self._nodes[inputs[0]], start=True)
        elif step.name in ("requires_grad_", "requires_grad") and step.op in ("method", "setattr") and inputs:
            self._nodes[inputs[0]] = replace(self._nodes[inputs[0]], kind="leaf")
            self._node.update(dict.fromkeys(made(step), inputs[0]))
        elif step.op in ("call", "method", "op") or (step.op == "getattr" and step.name in _VIEWS):
            self._add(step, inputs, recorded)
        elif step.op == "watch" and inputs:
            self._node.update(dict.fromkeys(made(step), inputs[0]))
        if (note := self._notes.get(step.sid)) is not None:
            said = note if len(note) <= LONGEST_NOTE else "the engines differ here"
            said = f"grad: {said}" if step.name == "grad" and step.op == "probe" else said
            for index in self._about(step)[:1]:
                self._nodes[index] = replace(self._nodes[index], wrong=True, note=said)

    def _about(self, step: Step) -> list[int]:
        """Return the nodes that a step is about: what it made, what it used, or what the end of its block used."""
        for slots in (made(step), refs((step.args, step.kwargs))):
            if found := [self._node[slot] for slot in slots if slot in self._node]:
                return found
        return next((found for inner in reversed(step.body) if (found := self._about(inner))), [])

    def _add(self, step: Step, inputs: tuple[int, ...], recorded: bool) -> None:
        if step.out is None or not (inputs or step.op == "call"):
            return
        wants = any(self._nodes[index].kind != "constant" for index in inputs)
        kind = "operation" if wants and recorded and step.name not in _CONSTANT else "constant"
        if not inputs:
            kind = "leaf" if step.kwargs.get("requires_grad") is True else "constant"
        name = next((self._variables[slot] for slot in made(step) if slot in self._variables), "")
        self._node.update(dict.fromkeys(made(step), len(self._nodes)))
        self._nodes.append(GraphNode(name, self._made_by(step, bool(inputs)), kind, inputs))

    def _made_by(self, step: Step, operation: bool) -> str:
        """Return the operation in a few characters, or the value that a tensor was made of."""
        if not operation:
            return self._value(step)
        names = [self._operand(value) for value in step.args]
        if step.op == "op" and step.name.removeprefix("i") in BINARY and step.name not in UNARY:
            sign = IN_PLACE[step.name] if step.name in IN_PLACE else BINARY[step.name][0]
            return f"{names[0]} {sign} {names[1]}" if all(names) else sign
        if step.op == "op" and step.name == "getitem":
            return f"{names[0]}[...]"
        if step.op == "op":
            return f"{UNARY.get(step.name, step.name)}{names[0] or '...'}"
        if step.op == "call":
            path = step.args[0].path if type(step.args[0]) is Glob else self._operand(step.args[0])
            return f"{path}({', '.join(name or '...' for name in names[1:])})"
        return f"{names[0]}.{step.name}()" if names[0] else f"{step.name}()"

    def _operand(self, value: object) -> str:
        if type(value) is Ref:
            return self._variables.get(value.slot, "")
        return values.plain(value) if isinstance(value, int | float) else ""

    def _value(self, step: Step) -> str:
        given = step.args[1] if len(step.args) > 1 else None
        if type(given) is Arr:
            array = self._program.arrays[given.index]
            text = values.elements(array)
            return text if len(text) <= LONGEST_VALUE else f"shape {array.shape}"
        return values.plain(given) if isinstance(given, int | float) else ""
