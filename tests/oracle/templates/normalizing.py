"""Normalization over batches, features, groups and samples."""

from __future__ import annotations

from .subject import FLOATS, Subject

# fmt: off
NORMALIZING = Subject(
    calls=[
        "F.batch_norm({x}, None, None, training=True)", "F.batch_norm({x}, None, None, {w}, {v}, True)",
        "F.batch_norm({x}, {w}.detach(), {v}.detach().abs() + 0.5)",
        "F.batch_norm({x}, {w}.detach(), {v}.detach().abs() + 0.5, {w}, {v})",
        "F.batch_norm({x}, {w}.detach().clone(), {v}.detach().abs(), {w}, {v}, True, 0.5)",
        "F.batch_norm({x}, None, None, {w}, None, True)", "F.batch_norm({x}, None, None, None, {v}, True, 0.1, 0.1)",
        "F.batch_norm({x}, None, None)", "F.batch_norm({x}, {w}, {v}, training=True)",
        "F.batch_norm({x}, {w}.detach(), None, training=True)", "F.batch_norm({x}, {w}.detach(), None)",
        "F.batch_norm({x}, None, None, {x}, training=True)", "F.batch_norm({x}, {v}, {w}, eps=0.5)",
        "F.batch_norm({x})", "F.batch_norm({x}, None, None, {w}, {v}, True, None)",
        "F.layer_norm({x}, {x}.shape[-1:])", "F.layer_norm({x}, {x}.shape[1:])", "F.layer_norm({x}, {x}.shape)",
        "F.layer_norm({x}, (2,), {w}, {v})", "F.layer_norm({x}, {x}.shape[-1:], {w})",
        "F.layer_norm({x}, {x}.shape[-1:], None, {v}, 0.5)", "F.layer_norm({x}, [2, 2])",
        "F.layer_norm({x}, ())", "F.layer_norm({x}, 2)", "F.layer_norm({x}, (3,), {v})",
        "F.layer_norm({x}, {x}.shape[-2:])", "F.layer_norm({x}, {x}.shape[-1:], {x})",
        "F.group_norm({x}, 1)", "F.group_norm({x}, 2)", "F.group_norm({x}, 2, {w}, {v})",
        "F.group_norm({x}, 1, {w})", "F.group_norm({x}, 1, None, {v})", "F.group_norm({x}, 3)",
        "F.group_norm({x}, 0)", "F.group_norm({x}, 2, {w}, {v}, 0.5)", "F.group_norm({x}, 2, {x})",
        "F.group_norm({x}, -1)", "F.group_norm({x}, 1, eps=0.1)",
        "F.instance_norm({x})", "F.instance_norm({x}, weight={w}, bias={v})", "F.instance_norm({x}, eps=0.5)",
        "F.instance_norm({x}, {w}.detach(), {v}.detach().abs() + 0.5, use_input_stats=False)",
        "F.instance_norm({x}, {w}.detach().clone(), {v}.detach().abs())", "F.instance_norm({x}, weight={w})",
        "F.instance_norm({x}, use_input_stats=False)", "F.instance_norm({x}, {v}, {w})",
        "F.normalize({x})", "F.normalize({x}, 2.0, {i})", "F.normalize({x}, 3.0, 0)",
        "F.normalize({x}, float('inf'), {i})", "F.normalize({x}, eps=2.0)", "F.normalize({x}, 0.0, {i})",
        "F.cosine_similarity({x}, {x}, {i})", "F.cosine_similarity({x}, {v}, -1)",
        "F.pairwise_distance({x}, {w})", "F.pairwise_distance({x}, {v}, 1.0)",
        "F.pairwise_distance({x}, {x}, keepdim=True)", "F.pairwise_distance({x}, {w}, float('inf'))",
        "F.pairwise_distance({x}, {w}, 0.0)", "F.pairwise_distance({x}, {b}, 3.0, 0.1)",
    ],
    shapes=[
        ("(3, 2)", "(2,)", "(2,)"), ("(2, 2, 3)", "(2,)", "(2,)"), ("(2, 2, 2, 2)", "(2,)", "(2,)"),
        ("(2, 4, 2)", "(4,)", "(4,)"), ("(1, 2)", "(2,)", "(2,)"), ("(4, 3)", "(3,)", "(3,)"), ("(0, 2)", "(2,)", "(2,)"),
        ("(2, 2, 1)", "(2,)", "(2,)"), ("(2,)", "(2,)", "(2,)"), ("(2, 0, 3)", "(0,)", "(0,)"), ("(2, 2, 0)", "(2,)", "(2,)"),
        ("(3, 2)", "(3,)", "(2,)"), ("()", "()", "()"), ("(2, 2, 2, 1, 2)", "(2,)", "(2,)"), ("(2, 6)", "(6,)", "(6,)"),
    ],
    dtypes=[*FLOATS, *FLOATS, "int64", "bool"],
)
# fmt: on
