"""Two arrays side by side, and a program's graph, laid out as lines of text of one width per character."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gradlab.model import Comparison, Graph, GraphNode
from gradlab.render.escape import clean

__all__ = [
    "ASCII",
    "UNICODE",
    "Line",
    "Piece",
    "Signs",
    "graph_lines",
    "graph_text",
    "plain",
    "table_lines",
    "table_text",
]

_LONGEST_LABEL = 60
_GAP = 4  # between two blocks side by side


class Piece(NamedTuple):
    """Part of a line. `wrong` if it shows the difference."""

    text: str
    wrong: bool = False


Line = list[Piece]


class Signs(NamedTuple):
    """The characters of a graph."""

    leaf: str
    constant: str
    operation: str
    wrong: str
    down: str
    along: str
    branch: str
    over: str
    turn_down: str
    turn_up: str
    join: str
    arrow: str


UNICODE = Signs("○", "·", "●", "✗", "│", "─", "├", "┼", "╮", "╯", "┴", "◂ ")
ASCII = Signs("o", ".", "*", "!", "|", "-", "|", "+", ".", "'", "'", "<- ")


def table_text(comparison: Comparison, width: int = 80) -> str:
    """Return both sides of a comparison as text in ASCII, each element below its index."""
    return plain(table_lines(comparison, width))


def graph_text(graph: Graph, width: int = 80) -> str:
    """Return a graph as text in ASCII, the way backward goes."""
    return plain(graph_lines(graph, ASCII, width))


def plain(lines: Sequence[Line]) -> str:
    """Return lines as one text."""
    return "\n".join("".join(piece.text for piece in line).rstrip() for line in lines)


# --- arrays ------------------------------------------------------------------------------------------------------
def table_lines(comparison: Comparison, width: int = 80) -> list[Line]:
    """Return both sides of a comparison, each element below its index; `>` stands before what differs."""
    head = _cells(comparison.columns)
    rows = list(comparison.rows)
    if rows == [""]:
        sides = [
            ("reference", _cells(comparison.expected[0]), None),
            ("yours", _cells(comparison.actual[0]), comparison.wrong[0]),
        ]
        lines = _grid(head, sides)
    else:
        left = _grid(
            head, [(row, _cells(cells), None) for row, cells in zip(rows, comparison.expected, strict=True)]
        )
        marked = zip(rows, comparison.actual, comparison.wrong, strict=True)
        right = _grid(head, [(row, _cells(cells), wrong) for row, cells, wrong in marked])
        left, right = [[Piece("reference")], *left], [[Piece("yours")], *right]
        lines = _beside(left, right) if _width(left) + _GAP + _width(right) <= width else [*left, *right]
    if not comparison.complete:
        lines.append([Piece(f"(a part of shape {comparison.shape}, around the first difference)")])
    return lines


def _cells(texts: Sequence[str]) -> list[str]:
    return [clean(text) for text in texts]


def _grid(head: Sequence[str], rows: Sequence[tuple[str, list[str], Sequence[bool] | None]]) -> list[Line]:
    widths = [max(len(head[j]), *(len(cells[j]) for _, cells, _ in rows)) + 3 for j in range(len(head))]
    labels = max(len(label) for label, _, _ in rows)
    lines: list[Line] = [
        [Piece(" " * labels), *(Piece(text.rjust(width)) for text, width in zip(head, widths, strict=True))]
    ]
    for label, cells, wrong in rows:
        line = [Piece(label.ljust(labels))]
        for j, (cell, width) in enumerate(zip(cells, widths, strict=True)):
            differs = bool(wrong and wrong[j])
            line.append(Piece(f"{'>' if differs else ''}{cell}".rjust(width), differs))
        lines.append(line)
    return lines


def _width(lines: Sequence[Line]) -> int:
    return max(sum(len(piece.text) for piece in line) for line in lines)


def _beside(left: Sequence[Line], right: Sequence[Line]) -> list[Line]:
    width = _width(left) + _GAP
    return [
        [*first, Piece(" " * (width - sum(len(piece.text) for piece in first))), *second]
        for first, second in zip(left, right, strict=True)
    ]


# --- graph -------------------------------------------------------------------------------------------------------
def graph_lines(graph: Graph, signs: Signs = UNICODE, width: int = 80) -> list[Line]:
    """Return a graph with one node a line, from what was made last down to what it was made from, as backward goes.

    Lines of descent run down on the left, as in a version history. A node's note stands beside it, or below where the
    line would be wider than `width`.
    """
    drawn = _Lanes(graph, signs)
    lines: list[Line] = []
    for index in range(len(graph.nodes) - 1, -1, -1):
        node = graph.nodes[index]
        lines += [[Piece(text)] for text in drawn.joined(index)]
        prefix = drawn.row(index)
        label, note = _label(node), clean(node.note)
        said = f"   {signs.arrow}{note}" if note else ""
        lines.append([*prefix, Piece(f" {label}")])
        if note and sum(len(piece.text) for piece in lines[-1]) + len(said) <= width:
            lines[-1].append(Piece(said, True))
            said = ""
        if said:
            lines.append([Piece(f"{drawn.below_node(index)} "), Piece(said.strip(), True)])
        lines += [[Piece(text)] for text in drawn.branched(index)]
    return lines


def _label(node: GraphNode) -> str:
    name, made_by = clean(node.name), clean(node.made_by)
    text = f"{name} = {made_by}" if name and made_by else name or made_by
    text = text if len(text) <= _LONGEST_LABEL else f"{text[: _LONGEST_LABEL - 3]}..."
    return f"{text}  (backward starts here)" if node.start else text


class _Lanes:
    """The lines of descent: each lane leads to the node in it; an empty one is free."""

    def __init__(self, graph: Graph, signs: Signs) -> None:
        self._graph = graph
        self._signs = signs
        self._lanes: list[int | None] = []

    def row(self, index: int) -> Line:
        """Return the lanes beside a node, which takes a lane if none leads to it yet."""
        if index not in self._lanes:
            self._open(index)
        place, node = self._lanes.index(index), self._graph.nodes[index]
        sign = self._signs.wrong if node.wrong else getattr(self._signs, node.kind)
        before, after = self._verticals(range(place)), self._verticals(range(place + 1, len(self._lanes)))
        return [Piece(before), Piece(sign, node.wrong), Piece(f" {after}".rstrip())]

    def below_node(self, index: int) -> str:
        """Return the lanes below a node's line, before those of its inputs begin."""
        ends = not self._graph.nodes[index].inputs
        signs = (
            " " if lane is None or (ends and lane == index) else self._signs.down for lane in self._lanes
        )
        return " ".join(signs).rstrip()

    def joined(self, index: int) -> list[str]:
        """Let all lanes that lead to a node run into the first of them."""
        places = [place for place, other in enumerate(self._lanes) if other == index]
        if len(places) < 2:
            return []
        text = self._across(places, self._signs.turn_up, self._signs.join)
        for place in places[1:]:
            self._lanes[place] = None
        self._shorten()
        return [text]

    def branched(self, index: int) -> list[str]:
        """Let a lane for each input leave a node."""
        place, inputs = self._lanes.index(index), self._graph.nodes[index].inputs
        self._lanes[place] = inputs[0] if inputs else None
        places = [place, *(self._open(other) for other in inputs[1:])]
        if len(places) > 1:
            return [self._across(places, self._signs.turn_down, self._signs.turn_down)]
        self._shorten()
        return [self._verticals(range(len(self._lanes))).rstrip()] if inputs else []

    def _open(self, index: int) -> int:
        self._lanes.append(index)
        return len(self._lanes) - 1

    def _shorten(self) -> None:
        while self._lanes and self._lanes[-1] is None:
            self._lanes.pop()

    def _verticals(self, places: range) -> str:
        return "".join(f"{' ' if self._lanes[place] is None else self._signs.down} " for place in places)

    def _across(self, places: Sequence[int], end: str, middle: str) -> str:
        """Return a line that connects lanes, over those between them."""
        first, last = places[0], places[-1]
        text = self._verticals(range(first)) + self._signs.branch
        for place in range(first + 1, len(self._lanes)):
            inside = place <= last
            text += self._signs.along if inside else " "
            if place == last:
                text += end
            elif place in places:
                text += middle
            elif self._lanes[place] is None:
                text += self._signs.along if inside else " "
            else:
                text += self._signs.over if inside else self._signs.down
        return text.rstrip()
