"""Losses, with the targets, weights and reductions that they take."""

from __future__ import annotations

from .subject import FLOATS, Subject

# fmt: off
_REDUCED = ["", ", reduction='sum'", ", reduction='none'", ", reduction='x'"]
_ALIKE = ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "kl_div", "binary_cross_entropy_with_logits", "poisson_nll_loss"]

LOSSES = Subject(
    calls=[
        *[f"F.{name}({{x}}, {{w}}{reduced})" for name in _ALIKE for reduced in _REDUCED],
        "F.mse_loss({x}, {w}, weight={w}.abs())", "F.mse_loss({x}, {v})", "F.mse_loss({x}, {w}, size_average=False)",
        "F.mse_loss({x}, {w}, reduce=False)", "F.l1_loss({x}, {v})", "F.l1_loss({x}, {w}, size_average=True, reduce=True)",
        "F.l1_loss({x}, {w}, weight={w}.abs())", "F.smooth_l1_loss({x}, {w}, beta=0.0)", "F.smooth_l1_loss({x}, {w}, beta=-1.0)",
        "F.smooth_l1_loss({x}, {w}, 'none', beta=2.0)", "F.huber_loss({x}, {w}, delta=0.5)", "F.huber_loss({x}, {w}, delta=0.0)",
        "F.huber_loss({x}, {w}, weight={w}.abs())", "F.kl_div({x}, {w}.softmax(-1), reduction='batchmean')",
        "F.kl_div({x}, {w}, log_target=True)", "F.kl_div({x}.log_softmax(-1), {w}.softmax(-1), reduction='sum')",
        "F.binary_cross_entropy({x}.sigmoid(), {w}.sigmoid())", "F.binary_cross_entropy({x}.sigmoid(), {w}.sigmoid(), {v}.abs())",
        "F.binary_cross_entropy({x}.sigmoid(), {w}.sigmoid(), reduction='none')", "F.binary_cross_entropy({x}, {w})",
        "F.binary_cross_entropy({x}.sigmoid(), {w}.detach().sigmoid(), {w}.abs().detach(), reduction='sum')",
        "F.binary_cross_entropy({x}.sigmoid(), {v})", "F.binary_cross_entropy({x}.sigmoid() * 0, {w} * 0)",
        "F.binary_cross_entropy_with_logits({x}, {w}, pos_weight={v}.abs())", "F.binary_cross_entropy_with_logits({x}, {v})",
        "F.binary_cross_entropy_with_logits({x}, {w}, {v}.abs(), reduction='none')",
        "F.binary_cross_entropy_with_logits({x}, {w}, {w}.abs(), pos_weight={v}.abs(), reduction='sum')",
        "F.nll_loss({x}, {c})", "F.nll_loss({x}.log_softmax(-1), {w}.long().abs()[..., 0] % 2)",
        "F.nll_loss({x}, {w}.long().abs()[:, 0] % 2, {v}.abs())", "F.nll_loss({x}, {w}.long()[:, 0] * 0, ignore_index=0)",
        "F.nll_loss({x}, {w}.long().abs()[:, 0] % 2, reduction='sum')", "F.nll_loss({x}, {w}.long().abs()[:, 0] % 2, {v}, reduction='none')",
        "F.nll_loss({x}, {w}.long()[:, 0])", "F.nll_loss({x}, {w}.long())", "F.nll_loss({x}, {w}.long().abs()[:, 0] % 2, ignore_index=1, reduction='none')",
        "F.nll_loss({x}, {w}.long().abs()[:, 0] % 2, {x})", "F.nll_loss({x}, {w}.int()[:, 0] * 0)", "F.nll_loss({x}, {w}.long().abs()[:, 0] % 2, reduction='x')",
        "F.cross_entropy({x}, {w})", "F.cross_entropy({x}, {w}.softmax(1))", "F.cross_entropy({x}, {w}.long().abs()[:, 0] % 2)",
        "F.cross_entropy({x}, {w}.long().abs()[:, 0] % 2, {v}.abs())", "F.cross_entropy({x}, {w}.softmax(-1), {v}.abs(), label_smoothing=0.2)",
        "F.cross_entropy({x}, {w}.long().abs()[:, 0] % 2, {v}.abs(), label_smoothing=0.3)",
        "F.cross_entropy({x}, {w}.long().abs()[:, 0] % 2, ignore_index=1)", "F.cross_entropy({x}, {w}.long()[:, 0] * 0, ignore_index=0)",
        "F.cross_entropy({x}, {w}.long().abs()[:, 0] % 2, reduction='none')", "F.cross_entropy({x}, {w}, reduction='none')",
        "F.cross_entropy({x}, {w}.long().abs()[:, 0] % 2, {v}.abs(), ignore_index=1, reduction='sum', label_smoothing=0.1)",
        "F.cross_entropy({x}, {w}.long()[0, 0] * 0)", "F.cross_entropy({x}, {w}, label_smoothing=2.0)", "F.cross_entropy({x}, {w}, reduction='x')",
        "F.cross_entropy({x}[0], {w}[0])", "F.cross_entropy({x}[0], torch.tensor(1))", "F.cross_entropy({x}, {w}.long().abs()[:, 0] % 2, {v}.detach(), reduction='none')",
        "F.margin_ranking_loss({x}, {w}, {w}.detach().sign())", "F.margin_ranking_loss({x}, {w}, {w}.sign(), 0.5, reduction='none')",
        "F.margin_ranking_loss({x}, {w}, {v})", "F.margin_ranking_loss({x}, {w}, {x}.sign(), margin={n}, reduction='sum')",
        "F.hinge_embedding_loss({x}, {w}.sign())", "F.hinge_embedding_loss({x}, {w}.sign(), 0.5, reduction='none')",
        "F.hinge_embedding_loss({x}, {w}, reduction='sum')", "F.hinge_embedding_loss({x}, {v}.sign())",
        "F.cosine_embedding_loss({x}, {w}, {v}.sign())", "F.cosine_embedding_loss({x}, {w}, {x}[:, 0].sign(), 0.5, reduction='none')",
        "F.cosine_embedding_loss({x}[0], {w}[0], torch.tensor(1))", "F.cosine_embedding_loss({x}, {w}, {w}[:, 0].detach().sign(), reduction='sum')",
        "F.cosine_embedding_loss({x}, {w}, {x})", "F.triplet_margin_loss({x}, {w}, {x} * 2)", "F.triplet_margin_loss({x}, {w}, {v}, swap=True)",
        "F.triplet_margin_loss({x}, {w}, -{w}, 2.0, 1.0, reduction='none')", "F.triplet_margin_loss({x}, {w}, {x}, -1.0)",
        "F.triplet_margin_loss({x}, {w}, {w}, margin=0.5, reduction='sum')", "F.poisson_nll_loss({x}.abs(), {w}, log_input=False)",
        "F.poisson_nll_loss({x}, {w}.abs() * 3, full=True)", "F.poisson_nll_loss({x}.abs(), {w}.abs() * 2, False, True, reduction='none')",
        "F.gaussian_nll_loss({x}, {w}, {w}.abs())", "F.gaussian_nll_loss({x}, {w}, {w}[:, :1].abs(), full=True)",
        "F.gaussian_nll_loss({x}, {w}, 0.5)", "F.gaussian_nll_loss({x}, {w}, {w}[:, 0].abs(), reduction='none')", "F.gaussian_nll_loss({x}, {w}, {w})",
        "F.gaussian_nll_loss({x}, {w}, {v}.abs(), eps=0.1, reduction='sum')", "F.gaussian_nll_loss({x}, {w}, -1.0)", "F.gaussian_nll_loss({x}, {w}, 2)",
    ],
    shapes=[
        ("(3, 2)", "(3, 2)", "(2,)"), ("(2, 2)", "(2, 2)", "(2,)"), ("(4,)", "(4,)", "(4,)"), ("(2, 2, 3)", "(2, 2, 3)", "(2,)"), ("()", "()", "()"),
        ("(0, 2)", "(0, 2)", "(2,)"), ("(2, 3)", "(2, 1)", "(3,)"), ("(1, 2)", "(1, 2)", "(2,)"), ("(2, 2, 2, 2)", "(2, 2, 2, 2)", "(2,)"),
        ("(3, 2)", "(2, 3)", "(3,)"), ("(2, 0)", "(2, 0)", "(0,)"), ("(3, 3)", "(3, 3)", "(3,)"),
    ],
    dtypes=[*FLOATS, *FLOATS, "int64", "bool"],
)
# fmt: on
