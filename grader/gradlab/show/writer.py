"""Turn steps into lines of Python."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count
from typing import Any

import msgspec

from gradlab.program import Arr, Block, Fn, Glob, Program, Ref, Step, Trace, refs, walk
from gradlab.show import values
from gradlab.show.expressions import IN_PLACE, NEGATIVE, source
from gradlab.show.usage import Scope, Usage, alike, made, made_in

__all__ = ["Writer"]

NAMES = ("y", "z", "u", "v", "p", "q", "r", "s")
RESERVED = {"torch", "np", "tracemalloc", "warnings", "weakref", "error", "warning", *keyword.kwlist}
INDENT = "    "


@dataclass
class _Inline:
    """An expression that stands in no line yet: its one use comes later."""

    slot: int
    text: str
    level: int  # how tightly it binds
    notes: list[str]


class Writer:
    """Writes a program.

    Invariant: expressions are evaluated in the order of the steps. `_inline` holds, in that order, those that wait
    for their use; as soon as a line would overtake them they get names.
    """

    def __init__(
        self,
        program: Program,
        marks: Mapping[int, str],
        default_dtype: str,
        announce: bool = False,
        flags: Mapping[int, str] = {},
    ) -> None:
        self._announce = announce
        self._flags = flags  # sid -> the one flag to write of a step that looks at all of them
        self.lines: list[str] = []
        self.variables: dict[int, str] = {}  # slot -> the variable that it was given
        self._program = program
        self._marks = marks
        self._default_dtype = default_dtype
        self._usage = Usage(program)
        self._names: dict[int, str] = {}  # slot -> the variable, or the expression, that reaches it
        self._functions: dict[int, str] = {}
        self._lists: dict[int, str] = {}  # slot of a function's first call -> the list that keeps it
        self._fixed: set[str] = set()  # functions and lists: never given to anything else
        self._inline: list[_Inline] = []
        self._taken = RESERVED | {
            step.var for step in program.steps()
        }  # no name that the author gave to another
        self._watches = any(step.op == "watch" or step.name == "memory" for step in program.steps())
        self._readings: dict[int, str] = {}  # sid of a reading of memory -> its variable
        self._mortal = {mark.slot for step in program.steps() if step.op == "drop" for mark in step.args}
        self._scope = Scope()

    def program(self) -> None:
        """Write everything."""
        steps = list(chain.from_iterable(self._program.segments))
        self._scope = Scope.of(steps, self._usage.in_functions)
        self._steps(steps, 0)
        self._flush(0)

    # --- statements --------------------------------------------------------------------------------------------
    def _steps(self, steps: Sequence[Step], depth: int) -> None:
        for step in steps:
            self._scope.reach(step)
            if step.op == "drop":
                self._drop(step, depth)
                continue
            if step.op != "class":
                for block in _functions(step):
                    self._function(block, depth)
            writer = _STATEMENTS.get(_kind(step), Writer._assignment)
            writer(self, step, depth)

    def _body(self, steps: Sequence[Step], depth: int) -> None:
        start = len(self.lines)
        self._steps(steps, depth)
        self._flush(depth)
        if len(self.lines) == start:
            self._line(depth, "pass")

    def _line(self, depth: int, text: str, notes: Iterable[str] = ()) -> None:
        said = "; ".join(" ".join(note.split()) for note in notes if note)
        self.lines.append(f"{INDENT * depth}{text}{f'    # {said}' if said else ''}")

    def _note(self, step: Step) -> list[str]:
        return [self._marks[step.sid]] if step.sid in self._marks else []

    def _drop(self, step: Step, depth: int) -> None:
        """A name that dies is only worth a line where somebody watches."""
        slot = step.args[0].slot
        name = self._names.get(slot)
        if self._watches and name is not None and self._scope.owner.get(name) == slot:
            self._flush(depth)
            self._line(depth, f"del {name}")
            del self._scope.owner[name]

    def _try(self, step: Step, depth: int) -> None:
        self._flush(depth, but=step)
        body = step.body
        if step.op != "catch":
            body = [msgspec.structs.replace(step, may_raise=False, sid=0)]
        self._line(depth, "try:")
        self._body(body, depth + 1)
        self._line(depth, "except Exception as error:")
        self._line(depth + 1, "print(type(error).__name__, error)", self._note(step))

    def _warnings(self, step: Step, depth: int) -> None:
        self._flush(depth)
        said = self._fresh("said")
        self._fixed.add(said)
        self._line(depth, f"with warnings.catch_warnings(record=True) as {said}:")
        self._line(depth + 1, 'warnings.simplefilter("always")')
        self._body(step.body, depth + 1)
        self._line(depth, f"print([str(warning.message) for warning in {said}])", self._note(step))

    def _with(self, step: Step, depth: int) -> None:
        text, _, notes = self._expression(step)
        self._flush(depth)
        target = ""
        if step.out is not None and (self._usage.count[step.out] or step.var):
            target = f" as {self._variable(step.out, step.var)}"
        self._line(depth, f"with {text}{target}:", notes)
        self._body(step.body, depth + 1)

    def _read(self, step: Step, depth: int) -> None:
        """The check looked at a number that has a name already."""
        if self._note(step):
            self._line(depth, _shown(self._text(step.args[0]), depth), self._note(step))

    def _memory(self, step: Step, depth: int) -> None:
        """A reading, or the share of what was taken between two earlier ones that is given back."""
        text, _, notes = self._expression(step)
        self._flush(depth)
        if step.args:
            start, built = (self._readings[sid] for sid in step.args)
            self._line(depth, f"({built} - {text}) / ({built} - {start})", notes)
            return
        name = self._readings[step.sid] = self._fresh(step.var or "bytes_before")
        self._fixed.add(name)
        self._line(depth, f"{name} = {text}", notes)

    def _return(self, step: Step, depth: int) -> None:
        if step.args == (None,):
            return
        text, _, notes = self._expression(step)
        self._flush(depth)
        self._line(depth, f"return {text}", notes)

    def _assignment(self, step: Step, depth: int) -> None:
        """Everything else: an expression that waits for its use, or a line."""
        if step.read and step.op in ("getattr", "op") and self._forget(step):
            return
        if step.name in IN_PLACE and step.op == "op":
            self._augmented(step, depth)
            return
        text, level, notes = self._expression(step)
        out = step.out
        uses = 0 if out is None else self._usage.count[out]
        simple = step.op in ("call", "method", "getattr", "op") and step.name not in ("iter", "next")
        # Where somebody watches, what lives to the end has a name that keeps it alive.
        kept = self._watches and simple and out is not None and out not in self._mortal
        single = (
            uses == 1
            and not (step.var or kept)
            and simple
            and out not in self._usage.exported | self._usage.in_functions
        )
        if single and out is not None:
            self._inline.append(_Inline(out, text, level, notes))
            return
        self._flush(depth)
        if step.op == "probe" and step.name != "mark":
            text = _shown(text, depth)
        elif step.op == "unpack":
            text = f"{self._targets(step)} = {text}"
        elif out is not None and (uses or step.var or kept):
            text = f"{self._variable(out, step.var)} = {text}"
        self._line(depth, text, notes)
        self._export(made(step), depth)

    def _targets(self, step: Step) -> str:
        """Name what an unpacking fills."""
        wanted = step.var.split(",")
        names = [self._variable(slot, name) for slot, name in zip(made(step), wanted, strict=True)]
        return ", ".join(names) if len(names) > 1 else f"({names[0]},)"

    def _augmented(self, step: Step, depth: int) -> None:
        """`x += y`: on the variable itself, or on a second name where the old one is still needed."""
        target, operand = step.args
        self._flush(depth, but=step)
        held = [entry for entry in self._inline if entry.slot in refs(operand)]
        self._flush(depth, keep=held)
        name = self._text(target)
        slot = target.slot if type(target) is Ref else 0
        if not (name.isidentifier() and self._scope.owner.get(name) == slot and self._scope.is_done(slot)):
            fresh = self._variable(step.out or 0, step.var if step.var != name else "")
            self._line(depth, f"{fresh} = {name}")
            name = fresh
        text, _, notes = self._expression(msgspec.structs.replace(step, op="", args=(operand,)))
        self._names[step.out or 0] = self.variables[step.out or 0] = name
        self._scope.owner[name] = step.out or 0
        self._line(depth, f"{name} {IN_PLACE[step.name]} {text}", notes)
        self._export(made(step), depth)

    def _class(self, step: Step, depth: int) -> None:
        self._flush(depth)
        name = self._variable(step.out or 0, step.name)
        for value in step.kwargs.values():
            if type(value) is Fn:
                self._parts(self._program.blocks[value.block], name, depth)
        self._line(depth, f"class {name}({self._text(step.args[0])}):")
        if not step.kwargs:
            self._line(depth + 1, "pass")
        for key, value in step.kwargs.items():
            if type(value) is Fn:
                self._define(self._program.blocks[value.block], key, f"{name}_{key}", depth + 1)
            else:
                self._line(depth + 1, f"{key} = {self._text(value)}")

    # --- functions ---------------------------------------------------------------------------------------------
    def _function(self, index: int, depth: int) -> None:
        if index in self._functions:
            return
        self._flush(depth)
        block = self._program.blocks[index]
        name = self._functions[index] = self._fresh(block.name)
        self._fixed.add(name)
        self._parts(block, "", depth, name)
        self._define(block, name, name, depth)

    def _parts(self, block: Block, owner: str, depth: int, name: str = "") -> None:
        """Calls that did different things get a function each."""
        if alike(block.traces):
            return
        prefix = name or f"{owner}_{block.name}"
        for number, trace in enumerate(block.traces, 1):
            self._definition(block, [trace], f"{prefix}_{number}", depth)
        parts = ", ".join(f"{prefix}_{number}" for number in range(1, len(block.traces) + 1))
        self._line(depth, f"{prefix}_calls = iter([{parts}])")

    def _define(self, block: Block, name: str, prefix: str, depth: int) -> None:
        if alike(block.traces):
            self._definition(block, block.traces, name, depth)
            return
        if block.static:
            self._line(depth, "@staticmethod")
        self._line(depth, f"def {name}(*args):    # each call did something else")
        self._line(depth + 1, f"return next({prefix}_calls)(*args)")

    def _definition(self, block: Block, traces: Sequence[Trace], name: str, depth: int) -> None:
        """Write a function from calls that are alike. What is used outside it is kept in lists, one entry a call."""
        lists = self._keep(traces, depth)
        params = _parameters(block, traces)
        if block.static and len(traces) == len(block.traces):
            self._line(depth, "@staticmethod")
        self._line(depth, f"def {name}({', '.join(params)}):")
        start = len(self.lines)
        if self._announce:
            self._line(depth + 1, f'print("{name}")')
        if not traces:
            self._body([], depth + 1)
            return
        trace, outer = traces[0], self._scope
        kept = {slot: self._names.pop(slot) for slot in lists}
        self._scope = Scope.of(trace.steps, self._usage.in_functions)
        self._scope.owner.update(
            {text: slot for slot, text in self._names.items() if slot in self._usage.in_functions}
        )
        for slot, param in zip(trace.params, params, strict=True):
            self._names[slot] = param
            self._scope.owner[param] = slot
        self._lists = lists
        self._export(trace.params, depth + 1)
        self._body(trace.steps, depth + 1)
        if len(self.lines) - start > 1 and self.lines[-1].strip() == "pass":
            self.lines.pop()
        self._scope = outer
        self._names.update(kept)
        self._lists = {}

    def _keep(self, traces: Sequence[Trace], depth: int) -> dict[int, str]:
        """Return, for each slot of the first call that is needed outside, the list that keeps it."""
        found: dict[int, str] = {}
        calls = [made_in(trace) for trace in traces]
        for position, first in enumerate(calls[0] if calls else []):
            if any(call[position] in self._usage.exported for call in calls):
                name = found[first] = self._fresh("seen")
                self._fixed.add(name)
                self._line(depth, f"{name} = []")
                for number, call in enumerate(calls):
                    self._names[call[position]] = f"{name}[{number}]"
        return found

    def _export(self, slots: Iterable[int], depth: int) -> None:
        for slot in slots:
            if slot in self._lists:
                self._line(depth, f"{self._lists[slot]}.append({self._names[slot]})")

    # --- names and waiting expressions -------------------------------------------------------------------------
    def _variable(self, slot: int, wanted: str) -> str:
        """Give a slot a variable: the author's name, unless that still holds something needed."""
        name = self._fresh(wanted) if not wanted or not self._may_use(wanted) else wanted
        self._names[slot] = self.variables[slot] = name
        self._scope.owner[name] = slot
        return name

    def _may_use(self, name: str) -> bool:
        return name not in RESERVED and name not in self._fixed and self._scope.is_free(name)

    def _fresh(self, wanted: str) -> str:
        """Return a variable that nothing needs: the wanted one with a number, or one of the usual letters."""
        names = chain([wanted], (f"{wanted}{n}" for n in count(2))) if wanted else chain(NAMES, _numbered())
        others = self._taken - ({wanted} if wanted else set())
        return next(name for name in names if name not in others and self._may_use(name))

    def _flush(self, depth: int, *, but: Step | None = None, keep: Sequence[_Inline] = ()) -> None:
        """Give names to the waiting expressions, except to those that `but` uses or that are to be kept."""
        waiting = self._inline
        if but is not None and self._ends_with(but) is not None:
            keep = self._ends_with(but) or []
        self._inline = [entry for entry in waiting if any(entry is kept for kept in keep)]
        for entry in waiting:
            if not any(entry is kept for kept in keep):
                self._line(depth, f"{self._variable(entry.slot, '')} = {entry.text}", entry.notes)

    def _ends_with(self, step: Step) -> list[_Inline] | None:
        """Return the waiting expressions that a step uses, if they are the last ones and in its order."""
        used = [*refs(step.args), *refs(step.kwargs)]
        wanted = [slot for slot in used if any(entry.slot == slot for entry in self._inline)]
        last = self._inline[len(self._inline) - len(wanted) :]
        return last if [entry.slot for entry in last] == wanted else None

    def _forget(self, step: Step) -> bool:
        """Leave out a look at a plain value, with the expressions that only lead to it, unless it is marked."""
        used = set(refs(step.args))
        gone = [entry for entry in self._inline if entry.slot in used]
        if self._note(step) or any(entry.notes for entry in gone):
            return False
        self._inline = [entry for entry in self._inline if entry.slot not in used]
        return True

    # --- expressions -------------------------------------------------------------------------------------------
    def _expression(self, step: Step) -> tuple[str, int, list[str]]:
        """Return a step as an expression, how tightly it binds, and the notes of what it contains."""
        if step.sid in self._flags and step.name == "flags":
            step = msgspec.structs.replace(step, op="getattr", name=self._flags[step.sid])
        taken = self._ends_with(step)
        if taken is None:
            self._flush(self._depth())
            taken = []
        del self._inline[len(self._inline) - len(taken) :]
        texts = {entry.slot: entry for entry in taken}

        def write(value: Any, level: int = 0) -> str:
            return self._text(value, level, texts)

        text, level = source(step, write, self._program.arrays, self._default_dtype)
        return text, level, [note for entry in taken for note in entry.notes] + self._note(step)

    def _depth(self) -> int:
        """Return the depth at which a line written now stands: below the last line that opens a block."""
        last = self.lines[-1] if self.lines else ""
        indent = (len(last) - len(last.lstrip())) // len(INDENT)
        return indent + 1 if last.partition("    # ")[0].rstrip().endswith(":") else indent

    def _text(self, value: Any, level: int = 0, inline: Mapping[int, _Inline] | None = None) -> str:
        """Return a value as source, in parentheses if it binds less tightly than `level`."""
        kind = type(value)
        if kind is Ref:
            entry = (inline or {}).get(value.slot)
            if entry is None:
                return self._names.get(value.slot, f"value_{value.slot}")
            return entry.text if entry.level >= level else f"({entry.text})"
        if kind is Glob:
            return str(value.path)
        if kind is Arr:
            return values.array(self._program.arrays[value.index])
        if kind is Fn:
            return self._functions[value.block]
        if kind in (tuple, list):
            items = ", ".join(self._text(item, 0, inline) for item in value)
            return f"[{items}]" if kind is list else f"({items}{',' if len(value) == 1 else ''})"
        if kind is dict:
            return (
                "{"
                + ", ".join(f"{key!r}: {self._text(item, 0, inline)}" for key, item in value.items())
                + "}"
            )
        if kind is slice:
            return (
                f"slice({', '.join(self._text(p, 0, inline) for p in (value.start, value.stop, value.step))})"
            )
        text = values.plain(value)
        return f"({text})" if level > NEGATIVE and text.startswith("-") else text


def _shown(text: str, depth: int) -> str:
    """Return a line that shows a value: at the prompt an expression does, inside of a block or a function it must print."""
    return f"print({text})" if depth else text


def _functions(step: Step) -> list[int]:
    found: list[int] = []
    walk((step.args, step.kwargs), lambda leaf: found.append(leaf.block) if type(leaf) is Fn else None)
    return found


def _parameters(block: Block, traces: Sequence[Trace]) -> list[str]:
    """Return the names of the parameters that the engine hands over."""
    if not traces:
        return list(block.params)
    given = len(traces[0].params)
    return [*block.params[:given], *(f"x{number}" for number in range(len(block.params), given))]


def _numbered() -> Iterable[str]:
    return (f"t{number}" for number in count(1))


def _kind(step: Step) -> str:
    if step.op == "probe" and step.name == "memory":
        return "memory"
    return "try" if step.may_raise else step.op


_STATEMENTS: dict[str, Callable[[Writer, Step, int], None]] = {
    "try": Writer._try,
    "catch": Writer._try,
    "warnings": Writer._warnings,
    "with": Writer._with,
    "class": Writer._class,
    "read": Writer._read,
    "memory": Writer._memory,
    "return": Writer._return,
}
