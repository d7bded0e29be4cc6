"""Copies of views, and slices combined with those that an index names."""

from __future__ import annotations

from .subject import COMPLEX, FLOATS, Subject

_VIEWS = [
    "view_copy({x}, (-1,))", "view_copy({x}, {w}.shape)", "view_copy({x}, (3, 2))", "view_copy({x}, {t})", "transpose_copy({x}, {i}, 1)", "transpose_copy({x}, 0, {i})", "t_copy({x})",
    "permute_copy({x}, (1, 0))", "permute_copy({x}, (0,))", "permute_copy({x}, (0, -1, 1))", "expand_copy({x}, (2, 2, 3))", "expand_copy({x}, (-1, 3))", "expand_copy({x}, {w}.shape)",
    "expand_copy({x}, (3,), implicit=True)", "squeeze_copy({x})", "squeeze_copy({x}, {i})", "squeeze_copy({x}, (0, 1))", "squeeze_copy({x}, (0, 0))", "unsqueeze_copy({x}, {i})", "select_copy({x}, {i}, 0)",
    "select_copy({x}, 0, {i})", "select_copy({x}, 1, 5)", "slice_copy({x})", "slice_copy({x}, {i})", "slice_copy({x}, {i}, 1)", "slice_copy({x}, 1, -2, None, 2)", "slice_copy({x}, 0, 0, 9, 1)", "slice_copy({x}, 0, 1, 0)",
    "slice_copy({x}, 0, 0, 1, 0)", "diagonal_copy({x})", "diagonal_copy({x}, 1)", "diagonal_copy({x}, 0, 1, 0)", "diagonal_copy({x}, 0, {i}, 0)", "detach_copy({x})", "alias_copy({x})", "as_strided_copy({x}, (2,), (1,))",
    "as_strided_copy({x}, (2, 2), (1, 1), 1)", "as_strided_copy({x}, (2,), (1, 1))", "as_strided_copy({x}, (20,), (1,))", "unfold_copy({x}, {i}, 2, 1)", "unfold_copy({x}, {i}, 1, 2)", "unfold_copy({x}, 0, 1, 0)",
    "split_copy({x}, 1)", "split_copy({x}, 2, {i})", "split_copy({x}, -1)", "split_copy({x}, 0)", "split_with_sizes_copy({x}, (1, 1))", "split_with_sizes_copy({x}, (1, 2), {i})", "split_with_sizes_copy({x}, (-1, 3), {i})",
    "unbind_copy({x})", "unbind_copy({x}, {i})", "narrow_copy({x}, {i}, 0, 1)", "narrow_copy({x}, 0, 1, 1)", "narrow_copy({x}, 0, {i}, 1)", "narrow_copy({x}, 1, -2, 2)", "narrow_copy({x}, 0, 0, 9)", "narrow_copy({x}, 0, 0, -1)",
    "narrow_copy({x}, 0, 9, 0)", "narrow_copy({x}, 0, torch.tensor(0), 1)", "view_as_real_copy({x})", "view_as_real_copy(torch.complex({x}, {x}))", "view_as_complex_copy({x})",
    "view_as_complex_copy({x}.detach().reshape(-1, 2))",
]  # fmt: skip
_REDUCED = [
    "index_reduce({i}, torch.tensor([0, 1]), {w}, 'prod')", "index_reduce(0, torch.tensor([1, 1]), {w}, 'mean')", "index_reduce({i}, torch.tensor([0, 1]), {w}, 'amax')",
    "index_reduce({i}, torch.tensor([0, 0, 1]), {w}, 'amin')", "index_reduce(0, torch.tensor([0, 0]), {w}, 'prod', include_self=False)", "index_reduce({i}, torch.tensor([1, 1]), {w}, 'mean', include_self=False)",
    "index_reduce(0, torch.tensor([1, 0]), {w}, 'amax', include_self=False)", "index_reduce({i}, torch.tensor([0]), {w}, 'amin', include_self=False)", "index_reduce(0, torch.tensor([0, 1]), {x}, 'amax')",
    "index_reduce(0, torch.tensor([0]), {v}, 'prod')", "index_reduce(0, torch.tensor(0), {v}, 'mean')", "index_reduce(0, torch.tensor([0, 2]), {w}, 'prod')", "index_reduce(0, torch.tensor([0, -1]), {w}, 'mean', include_self=False)",
    "index_reduce(0, torch.tensor([0, 1]), {w}, 'sum')", "index_reduce(0, torch.tensor([[0, 1]]), {w}, 'prod')", "index_reduce(0, torch.tensor([0.0]), {w}, 'prod')", "index_reduce(0, torch.tensor([0, 1], dtype=torch.int32), {w} * 0, 'prod')",
    "index_reduce({i}, torch.tensor([], dtype=torch.int64), {w}[:0], 'mean')", "index_reduce(0, torch.tensor([0, 0]), {w} * 0, 'prod')",
]  # fmt: skip
COPIES = Subject(
    calls=[
        *[f"torch.{call}" for call in _VIEWS],
        *[f"{{x}}.{call}" for call in _REDUCED],
        *[f"{{x}}.{call.replace('index_reduce', 'index_reduce_', 1)}" for call in _REDUCED],
        "torch.index_reduce({x}, 0, torch.tensor([0]), {v}, reduce='mean')",
        "{x}.narrow_copy({i}, 0, 1)",
        "torch.alias_copy({x}, out={w})",
        "torch.t_copy({x}, out={v})",
        "torch.select_copy({x}, 0, 0, out={v})",
        "torch.slice_copy({x}, 0, 1, out={x})",
        "torch.narrow_copy({x}, 0, 0, 1, out=torch.empty(0, dtype={t}))",
        "torch.index_reduce({x}, 0, torch.tensor([0]), {v}, 'amax', out={w})",
        "torch.unbind_copy({x}, out=({v}, {w}))",
        "torch.split_copy({x}, 1, out=[{v}, {w}])",
        "torch.split_with_sizes_copy({x}, (1, 1), out=[{v}, {w}])",
    ],
    shapes=[
        ("(2, 3)", "(2, 3)", "(1, 3)"), ("(3, 2)", "(2, 2)", "(1, 2)"), ("(3,)", "(2,)", "()"), ("()", "()", "(1,)"), ("(0, 3)", "(2, 3)", "(0, 3)"), ("(2, 1)", "(2, 1)", "(2, 2)"), ("(2, 2, 3)", "(2, 2, 3)", "(1, 2, 3)"),
        ("(3, 0)", "(2, 0)", "(1, 0)"), ("(1, 1, 2)", "(2, 1, 2)", "(2,)"),
    ],
    dtypes=[*FLOATS, *FLOATS, *COMPLEX, "int64", "int32", "bool", "uint8"],
)  # fmt: skip
