"""Borders around tensors, other sizes of images, and rows that are looked up."""

from __future__ import annotations

from .subject import FLOATS, MIXED, Subject

# fmt: off
RESIZING = Subject(
    calls=[
        "F.pad({x}, (1, 1))", "F.pad({x}, (1, 0, 0, 2))", "F.pad({x}, (-1, 1))", "F.pad({x}, (1, 2), value={n})",
        "F.pad({x}, (1, 1), 'reflect')", "F.pad({x}, (2, 0), mode='reflect')", "F.pad({x}, (1, 1, 1, 0), 'reflect')",
        "F.pad({x}, (1, 1, 0, 1, 1, 0), 'reflect')", "F.pad({x}, (9, 9), 'reflect')", "F.pad({x}, (-1, 1), 'reflect')",
        "F.pad({x}, (1, 1), 'replicate')", "F.pad({x}, (2, 0), 'replicate')", "F.pad({x}, (1, 1, 2, 0), 'replicate')",
        "F.pad({x}, (1, 0, 1, 0, 1, 0), 'replicate')", "F.pad({x}, (-1, 2), 'replicate')",
        "F.pad({x}, (1, 1), 'circular')", "F.pad({x}, (2, 1), 'circular')", "F.pad({x}, (1, 1, 0, 1), 'circular')",
        "F.pad({x}, (1, 0, 1, 1, 1, 0), 'circular')", "F.pad({x}, (9, 0), 'circular')", "F.pad({x}, (-1, 1), 'circular')",
        "F.pad({x}, (1, 1), 'x')", "F.pad({x}, (1,), 'reflect')", "F.pad({x}, (1, 1), 'reflect', 2.0)",
        "F.pad({x}, (1, 1, 1, 1, 1, 1, 1, 1))", "F.pad({x}, ())", "F.pad({x}, (0, 0))", "F.pad({x}, (-9, 0))",
        "F.pad({x}, 1)", "F.pad({x}, (1.5, 1))", "F.pad({x}, (1, 1), value='x')", "F.pad({x}, [1, 1])",
        "F.pad({x}, (0, 0, 1, 1))", "F.pad({x}, (1, 1), 'constant', None)",
        "F.interpolate({x}, 3)", "F.interpolate({x}, (3,))", "F.interpolate({x}, scale_factor=2)",
        "F.interpolate({x}, scale_factor=0.5)", "F.interpolate({x}, scale_factor=1.5)", "F.interpolate({x}, (3, 5))",
        "F.interpolate({x}, size=5, mode='nearest-exact')", "F.interpolate({x}, scale_factor=1.5, mode='nearest-exact')",
        "F.interpolate({x}, 5, mode='linear')", "F.interpolate({x}, 5, mode='linear', align_corners=True)",
        "F.interpolate({x}, scale_factor=1.5, mode='linear')", "F.interpolate({x}, 3, mode='bilinear')",
        "F.interpolate({x}, (2, 5), mode='bilinear', align_corners=True)", "F.interpolate({x}, 5, mode='bicubic')",
        "F.interpolate({x}, scale_factor=(2, 1.5), mode='bicubic')", "F.interpolate({x}, 3, mode='area')",
        "F.interpolate({x}, scale_factor=1.7, mode='bilinear', recompute_scale_factor=True)",
        "F.interpolate({x}, 3, mode='trilinear')", "F.interpolate({x}, (2, 1, 3))", "F.interpolate({x}, 1)",
        "F.interpolate({x}, 0)", "F.interpolate({x}, -1)", "F.interpolate({x})", "F.interpolate({x}, 2, 2)",
        "F.interpolate({x}, 2, mode='x')", "F.interpolate({x}, 2, align_corners=True)", "F.interpolate({x}, 'x')",
        "F.interpolate({x}, scale_factor='x')", "F.interpolate({x}, (1, 2, 3, 4))", "F.interpolate({x}, 2.5)",
        "F.interpolate({x}, scale_factor=(2, 2, 2))", "F.interpolate({x}, scale_factor=0)",
        "F.interpolate({x}, scale_factor=2, recompute_scale_factor=True)", "F.interpolate({x}, 2, mode='area')",
        "F.interpolate({x}, 3, recompute_scale_factor=True)", "F.interpolate({x}, scale_factor=3, mode='bicubic', align_corners=True)",
        "F.pixel_shuffle({x}, 1)", "F.pixel_shuffle({x}.repeat(*[1] * ({x}.ndim - 3), 4, 1, 1), 2)", "torch.pixel_shuffle({x}, 2)", "torch.pixel_shuffle({x}, 0)", "F.pixel_unshuffle({x}, 1)", "F.pixel_unshuffle({x}.repeat_interleave(2, -1).repeat_interleave(2, -2), 2)", "torch.pixel_unshuffle({x}, 2)", "F.pixel_unshuffle({x}, -1)",
        "F.channel_shuffle({x}, 1)", "F.channel_shuffle({x}, 2)", "torch.channel_shuffle({x}, 3)", "F.channel_shuffle({x}, 0)",
        "F.upsample({x}, 3)", "F.upsample({x}, scale_factor=2, mode='bilinear')", "F.upsample({x})",
    ],
    shapes=[
        ("(1, 2, 4)",), ("(1, 2, 3, 3)",), ("(2, 3)",), ("(2, 1, 2, 4)",), ("(1, 1, 2, 3, 2)",), ("(3,)",), ("(2, 2, 1)",),
        ("(0, 2, 3)",), ("(1, 2, 0)",), ("(2, 0, 3)",), ("()",), ("(1, 1, 5, 2)",), ("(2, 3, 3)",), ("(1, 1, 0, 2)",),
    ],
    dtypes=[*FLOATS, *FLOATS, *FLOATS, "int64", "uint8", "bool", "complex64"],
)
LOOKUPS = Subject(
    calls=[
        "F.embedding({x}, {w})", "F.embedding({x}.long().abs() % 3, {w})", "F.embedding({x}.long() * 0, {w}, padding_idx=0)",
        "F.embedding({x}.long().abs() % 2, {w}, padding_idx=-1)", "F.embedding({x}.int().abs() % 2, {w})",
        "F.embedding({x}.long().abs() % 3, {w}, scale_grad_by_freq=True)", "F.embedding({x}.long() * 0, {w}, padding_idx=9)",
        "F.embedding({x}.long().abs() % 3, {w}, max_norm=1.0)", "F.embedding({x}.long(), {w})",
        "F.embedding({x}.long().abs() % 3, {w}, None, 1.0, 1.0)", "F.embedding({w}, {x})",
        "F.embedding({x}.long().abs() % 3, {w}.detach(), max_norm=0.5)", "F.embedding({x}.long() * 0, {w}, padding_idx=-9)",
        "F.embedding(1, {w})", "F.embedding({x}.bool(), {w})",
        "F.one_hot({x}.long().abs() % 3)", "F.one_hot({x}.long().abs() % 3, 3)", "F.one_hot({x}.long(), 2)", "F.one_hot({x}, 4)",
        "F.one_hot({x}.long().abs() % 3, num_classes=0)", "F.one_hot({x}.long().abs(), -1)", "F.one_hot({x}.long() * 0, -2)",
        "F.bilinear({w}, {w}, {v})", "F.bilinear({w}, {w}, {v}, {b})", "F.bilinear({w}, {x}, {v})",
        "F.bilinear({w}[0], {w}[0], {v})", "F.bilinear({w}, {w}, {v}, {w}[0])", "F.bilinear({w}, {v}, {w})", "F.bilinear({w}, {w})",
        "F.linear({w}, {v})", "F.linear({w}, {w}, {x})", "F.linear({v}, {w})", "F.linear({v}, {w}, {w}[:, 0])", "F.linear({w}[0], {w})",
        "F.dropout({x}, 0.0)", "F.dropout({x}, 0.5, training=False)", "F.dropout({x}, 1.0)", "F.dropout({x}, 2.0)", "F.dropout({w}, 1.0, inplace=True)",
    ],
    shapes=[
        ("(3,)", "(3, 2)", "(2, 2, 2)"), ("(2, 2)", "(3, 2)", "(1, 2, 2)"), ("()", "(3, 1)", "(2, 1, 1)"), ("(0,)", "(3, 2)", "(3, 2, 2)"),
        ("(2, 3)", "(4, 3)", "(2, 3, 3)"), ("(3,)", "(3,)", "(2, 2)"), ("(3,)", "(3, 0)", "(1, 0, 0)"), ("(2,)", "(0, 2)", "(0, 2, 2)"),
    ],
    dtypes=[*MIXED, "float32", "float64"],
)
# fmt: on
