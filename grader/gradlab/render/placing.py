"""Where the nodes and edges of a graph stand in a drawing: layers from the output down to the leaves."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from gradlab.model import Graph, GraphNode

__all__ = ["Box", "Drawing", "Edge", "placed"]

_CHARACTER = 7.3  # width of one, in pixels
_LINE = 18
_PADDING = 12
_BETWEEN = 26  # boxes of a layer
_BELOW = 44  # between layers
_BEND = 22  # how far apart two edges between the same boxes are
_SWEEPS = 4


@dataclass(frozen=True)
class Box:
    """A node: its centre, its size, and its text."""

    x: float
    y: float
    width: float
    height: float
    text: str
    node: GraphNode


@dataclass(frozen=True)
class Edge:
    """The way of a gradient, as the `d` of an SVG path."""

    path: str
    wrong: bool


@dataclass(frozen=True)
class Drawing:
    """Everything of a picture, in pixels."""

    width: float
    height: float
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]


def placed(graph: Graph) -> Drawing:
    """Place every node below all that use it. Long edges take a place in each layer that they pass, so that they go round
    the boxes there."""
    ways = _ways(graph)
    layers = _ordered(_layers(graph, ways), ways)
    centre, size = _coordinates(graph, layers)
    boxes = tuple(
        Box(*centre[(index,)], *size[(index,)], _text(node), node) for index, node in enumerate(graph.nodes)
    )
    edges = tuple(
        Edge(
            _path([centre[stop] for stop in way], size[way[0]][1], size[way[-1]][1], bend),
            _is_wrong(graph, way),
        )
        for way, bend in zip(ways, _bends(ways), strict=True)
    )
    width = max(box.x + box.width / 2 for box in boxes) + 2
    height = max(box.y + box.height / 2 for box in boxes) + 2
    return Drawing(width, height, boxes, edges)


# A stop is a node, (index,), or the place where an edge passes a layer, (user, input number, layer).
_Stop = tuple[int, ...]
_Way = list[_Stop]


def _depths(graph: Graph) -> list[int]:
    depths = [0] * len(graph.nodes)
    for index in range(len(graph.nodes) - 1, -1, -1):
        for other in graph.nodes[index].inputs:
            depths[other] = max(depths[other], depths[index] + 1)
    return depths


def _ways(graph: Graph) -> list[_Way]:
    depths = _depths(graph)
    return [
        [(index,), *((index, number, layer) for layer in range(depths[index] + 1, depths[other])), (other,)]
        for index, node in enumerate(graph.nodes)
        for number, other in enumerate(node.inputs)
    ]


def _layers(graph: Graph, ways: list[_Way]) -> list[list[_Stop]]:
    depths = _depths(graph)
    layers: list[list[_Stop]] = [[] for _ in range(max(depths) + 1)]
    for index in range(len(graph.nodes) - 1, -1, -1):
        layers[depths[index]].append((index,))
    for way in ways:
        for stop in way[1:-1]:
            layers[stop[2]].append(stop)
    return layers


def _ordered(layers: list[list[_Stop]], ways: list[_Way]) -> list[list[_Stop]]:
    """Put each stop near the middle of those it is connected with, from layer to layer, down and up."""
    links = [pair for way in ways for pair in pairwise(way)]
    for sweep in range(_SWEEPS):
        down = sweep % 2 == 0
        for number in range(1, len(layers)) if down else range(len(layers) - 2, -1, -1):
            fixed = layers[number - 1 if down else number + 1]
            place = {stop: (position + 0.5) / len(fixed) for position, stop in enumerate(fixed)}
            pull: dict[_Stop, list[float]] = {}
            for upper, lower in links:
                near, far = (lower, upper) if down else (upper, lower)
                if far in place:
                    pull.setdefault(near, []).append(place[far])
            layers[number].sort(key=lambda stop, pull=pull: sum(found := pull.get(stop, [0.5])) / len(found))  # type: ignore[misc]
    return layers


def _coordinates(
    graph: Graph, layers: list[list[_Stop]]
) -> tuple[dict[_Stop, tuple[float, float]], dict[_Stop, tuple[float, float]]]:
    size = {stop: _size(graph, stop) for layer in layers for stop in layer}
    widths = [sum(size[stop][0] for stop in layer) + _BETWEEN * (len(layer) - 1) for layer in layers]
    centre: dict[_Stop, tuple[float, float]] = {}
    top = 2.0
    for layer, width in zip(layers, widths, strict=True):
        left, tall = 2 + (max(widths) - width) / 2, max(size[stop][1] for stop in layer)
        for stop in layer:
            centre[stop] = (left + size[stop][0] / 2, top + tall / 2)
            left += size[stop][0] + _BETWEEN
        top += tall + _BELOW
    return centre, size


def _size(graph: Graph, stop: _Stop) -> tuple[float, float]:
    if len(stop) > 1:
        return 0.0, 0.0
    node = graph.nodes[stop[0]]
    return (
        max(len(_text(node)), len(node.note)) * _CHARACTER + 2 * _PADDING,
        _LINE * (2 if node.note else 1) + _PADDING,
    )


def _text(node: GraphNode) -> str:
    return (
        f"{node.name} = {node.made_by}"
        if node.name and node.made_by
        else node.name or node.made_by or "tensor"
    )


def _bends(ways: list[_Way]) -> list[float]:
    """Return how far each edge bends sideways, so that several between the same boxes can be told apart."""
    ends = [(way[0], way[-1]) if len(way) == 2 else (way[0], way[1]) for way in ways]
    seen: dict[object, int] = {}
    bends = []
    for pair in ends:
        number = seen[pair] = seen.get(pair, -1) + 1
        bends.append((number - (ends.count(pair) - 1) / 2) * 2 * _BEND)
    return bends


def _path(points: list[tuple[float, float]], above: float, below: float, bend: float) -> str:
    (x0, y0), (x1, y1) = points[0], points[-1]
    points = [(x0 + bend / 4, y0 + above / 2), *points[1:-1], (x1 + bend / 4, y1 - below / 2 - 5)]
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        half = (y1 - y0) / 2
        path += f" C{x0 + bend:.1f} {y0 + half:.1f} {x1 + bend:.1f} {y1 - half:.1f} {x1:.1f} {y1:.1f}"
    return path


def _is_wrong(graph: Graph, way: _Way) -> bool:
    return graph.nodes[way[-1][0]].wrong
