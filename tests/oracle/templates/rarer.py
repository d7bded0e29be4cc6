"""Functions that `torch` has beside those of `torch.nn.functional`: pools with indices, CTC, grids."""

from __future__ import annotations

from .subject import Subject

_POOLS = [
    "torch.max_pool3d({x}, 2)", "torch.max_pool3d({x}, 2, 1, 1)", "torch.max_pool3d({x}, (1, 2, 2), ceil_mode=True)", "torch.max_pool3d({x}, 9)", "torch.max_pool3d({x}, (2, 2))", "torch.max_pool3d({x}, (2,), stride=())",
    "torch.max_pool3d({x}, 1, {n})", "torch.max_pool3d({x}, 2, dilation=2)", "torch.max_pool3d({x}, 2.5)", "torch.max_pool3d({x}, 2, return_indices=True)", "torch.adaptive_max_pool1d({w}, 2)",
    "torch.adaptive_max_pool1d({w}, (1,))", "torch.adaptive_max_pool1d({w}, (2, 2))", "torch.adaptive_max_pool1d({w}, ())", "torch.adaptive_max_pool1d({x}, 1)", "torch.adaptive_max_pool1d({w}, {n})", "torch.adaptive_max_pool1d({w}, 2, True)",
    "torch.max_pool1d_with_indices({w}, 2)", "torch.max_pool1d_with_indices({w}, 2, 1, 1)", "torch.max_pool1d_with_indices({w}, (2, 2))", "torch.max_pool1d_with_indices({w}, 3, dilation=2)", "torch.max_pool1d_with_indices({x}, 2)",
    "torch.max_pool1d_with_indices({w}, 2, ceil_mode=True)",
]  # fmt: skip
_CTC = [
    "torch.ctc_loss({v}.log_softmax(-1), torch.tensor([[1], [2]]), (4, 3), (1, 1))", "torch.ctc_loss({v}.log_softmax(-1), torch.tensor([1, 2, 1]), (4, 4), (2, 1), 0, 1)",
    "torch.ctc_loss({v}.log_softmax(-1), torch.tensor([[1, 2], [2, 2]]), torch.tensor([4, 4]), torch.tensor([2, 1]), 0, 2)", "torch.ctc_loss({v}, torch.tensor([[1], [2]]), (1, 1), (1, 1), zero_infinity=True)",
    "torch.ctc_loss({v}, torch.tensor([[0], [2]]), (4, 4), (1, 1), 1, 3)", "torch.ctc_loss({v}[:, 0], torch.tensor([1]), (4,), (1,), reduction=1)", "torch.ctc_loss({v}, torch.tensor([[1], [2]]), (4, 9), (1, 1))",
    "torch.ctc_loss({v}, torch.tensor([[1], [2]]), (4, 4), (1, 1), 0, 'mean')", "torch.ctc_loss({v}, torch.tensor([[1.0], [2.0]]), (4, 4), (1, 1), 7)",
]  # fmt: skip
_GRIDS = [
    "F.affine_grid({m}, (1, 2, 2, 3), False)", "F.affine_grid({m}, (1, 1, 2, 2), True)", "F.affine_grid({m}, [1, 2, 1, 3], True)", "F.affine_grid({m}, (1, 2, 2, 2, 2), False)", "F.affine_grid({m}, (1, 2, 3), True)",
    "F.affine_grid({m}, (1, 2, 0, 3), False)", "F.affine_grid({m}, (1, 2, 2, 2))", "torch.affine_grid_generator({m}, (1, 2, 2, 3), True)", "torch.affine_grid_generator({m}, (1, 1, 2, 1, 3), False)",
    "torch.affine_grid_generator({m}, (2, 1, 2, 3), False)", "torch.affine_grid_generator({m}, (1, 2, 3), False)", "torch.affine_grid_generator({m}, (1, 2, 2, 0), False)",
]  # fmt: skip
_MAPS = ["{v}[:1, :, :]", "{v}.flatten()[:12].view(1, 3, 4)", "{v}"]
RARER = Subject(
    calls=[*_POOLS, *_CTC, *[call.replace("{m}", each) for call in _GRIDS for each in _MAPS]],
    shapes=[
        ("(1, 2, 3, 4)", "(2, 4)", "(4, 2, 3)"), ("(2, 1, 2, 2, 3)", "(1, 2, 5)", "(4, 2, 3)"), ("(1, 2, 2, 2)", "(2, 2, 3)", "(4, 2, 4)"), ("(1, 0, 2, 2, 2)", "(0, 2, 4)", "(4, 2, 3)"), ("(2, 3)", "(3,)", "(4, 2, 3)"),
        ("(1, 2, 0, 2)", "(2, 0)", "(4, 2, 3)"),
    ],
    dtypes=["float32", "float32", "float64", "float64", "float16", "int64"],
)  # fmt: skip
