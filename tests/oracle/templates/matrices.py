"""Square matrices, batches of them, products of chains, and norms: also of complex numbers."""

from __future__ import annotations

from .subject import COMPLEX, Subject

# fmt: off
_REGULAR = "({x} + 4 * torch.eye({x}.shape[-1], dtype={x}.dtype))"
MATRICES = Subject(
    calls=[
        "torch.linalg.det({x})", f"torch.linalg.det({_REGULAR})", "{x}.det()", "torch.det({x})", f"torch.linalg.inv({_REGULAR})",
        "torch.linalg.inv({x})", "torch.inverse({x})", f"{_REGULAR}.inverse()", f"torch.linalg.solve({_REGULAR}, {{w}})",
        f"torch.linalg.solve({_REGULAR}, {{v}})", "torch.linalg.solve({x}, {w})", f"torch.linalg.solve({_REGULAR}, {{x}})",
        f"torch.linalg.solve({_REGULAR}, {{w}}, left=False)", f"torch.linalg.inv({_REGULAR}) @ {{w}}", "torch.linalg.solve({x}, 1)",
        "torch.linalg.det({x} * 0)", "torch.linalg.inv({x} * 0)", "torch.linalg.solve({x} * 0, {w})", "torch.linalg.det({w})",
        "torch.linalg.det({v})", "torch.linalg.inv({v})", "torch.linalg.inv({w})",
        "torch.linalg.norm({x})", "torch.linalg.norm({x}, 1)", "torch.linalg.norm({x}, -1)", "torch.linalg.norm({x}, float('inf'))",
        "torch.linalg.norm({x}, 'fro')", "torch.linalg.norm({x}, 'fro', (0, 1))", "torch.linalg.norm({x}, 'x')", "torch.linalg.norm({v}, 3)",
        "torch.linalg.norm({v}, 0)", "torch.linalg.norm({x}, dim={i}, keepdim=True)", "torch.linalg.norm({x}, 1, (0, 1), True)",
        "torch.linalg.norm({x}, -float('inf'), (-1, 0))", "torch.linalg.norm({x}, float('inf'), {i})", "torch.linalg.norm({x}, dtype={t})",
        "torch.linalg.norm({x}, 1, (0, 0))", "torch.linalg.norm({x}, 1, (0, 5))", "torch.linalg.norm({v}, 'fro')", "torch.linalg.norm({x}, 3, (0, 1))",
        "torch.linalg.vector_norm({x})", "torch.linalg.vector_norm({x}, 1)", "torch.linalg.vector_norm({x}, 0, {i})", "torch.linalg.vector_norm({x}, -1)",
        "torch.linalg.vector_norm({x}, float('inf'), {i})", "torch.linalg.vector_norm({x}, -float('inf'))", "torch.linalg.vector_norm({x}, 3, (0, 1), True)",
        "torch.linalg.vector_norm({x}, 0.5, {i})", "torch.linalg.vector_norm({x}, dtype={t})", "torch.linalg.vector_norm({x}, 2, (0, 0))",
        "torch.linalg.matrix_power({x}, 0)", "torch.linalg.matrix_power({x}, 1)", "torch.linalg.matrix_power({x}, 2)", "torch.linalg.matrix_power({x}, 3)",
        "torch.linalg.matrix_power({x}, 5)", f"torch.linalg.matrix_power({_REGULAR}, -1)", f"torch.linalg.matrix_power({_REGULAR}, -2)", "torch.linalg.matrix_power({x}, 1.5)",
        "torch.linalg.matrix_power({w}, 2)", "torch.linalg.matrix_power({v}, 2)", "{x}.matrix_power(2)",
        "torch.linalg.multi_dot([{x}, {w}])", "torch.linalg.multi_dot([{x}, {x}, {w}])", "torch.linalg.multi_dot([{v}, {x}, {w}])", "torch.linalg.multi_dot([{v}, {x}, {v}])",
        "torch.linalg.multi_dot([{x}, {x}, {x}, {w}])", "torch.linalg.multi_dot([{x}])", "torch.linalg.multi_dot([])", "torch.linalg.multi_dot([{w}, {w}])", "torch.linalg.multi_dot([{v}, {v}])",
        "torch.chain_matmul({x}, {x}, {w})", "torch.chain_matmul({x})", "torch.chain_matmul({x}, {v})",
        "torch.linalg.cross({x}, {x})", "torch.linalg.cross({x}, {w}, dim={i})", "torch.linalg.cross({x}, {v})", "torch.cross({x}, {x}, {i})",
        "{x} @ {w}", "{x} @ {v}", "{v} @ {x}", "{v} @ {v}", "{x}.mH @ {w}", "{x} @ {x}.mT", "torch.addmm({w}, {x}, {w})", "torch.baddbmm({w}, {x}, {w})", "torch.addbmm({w}, {x}, {w})",
        "torch.addmv({v}, {x}, {v}, beta=2, alpha={n})", "torch.addr({x}, {v}, {v}, alpha=0.5)", "torch.einsum('...ij,...jk', {x}, {w})", "torch.einsum('...ii', {x})", "torch.einsum('...ij->...ji', {x})",
        "torch.einsum('i,ij,j', {v}, {x}, {v})", "torch.einsum('ij,kj->ik', {x}, {w})", "torch.einsum('bij,bjk,bkl->bil', {x}, {x}, {w})", "torch.einsum('ij', {x}, {w})", "torch.einsum('ij,jk->x', {x}, {w})",
        "torch.einsum('ij,jk->ik', [{x}, {w}])", "torch.einsum('iij->ij', {x})", "torch.tensordot({x}, {w}, ([-1], [-2]))", "torch.tensordot({x}, {x}, 0)", "torch.kron({v}, {v})", "torch.kron({x}, {w})",
        "torch.cdist({x}, {x})", "torch.cdist({x}, {w}.mT, 1.0)", "torch.cdist({x}, {x}, 3.0)", "torch.cdist({x}, {x}, float('inf'))", "torch.cdist({x}, {x}, 0.0)", "{x}.trace()", "{x}.tril() @ {w}", "torch.block_diag({x}, {v})",
        "torch.corrcoef({x})", "torch.cov({x})", "torch.cov({x}, fweights=torch.tensor([1, 2]))", "torch.outer({v}, {v}.conj())", "torch.vdot({v}, {v})", "torch.inner({x}, {v})", "torch.ger({v}, {v})",
    ],
    shapes=[
        ("(2, 2)", "(2, 3)", "(2,)"), ("(3, 3)", "(3, 2)", "(3,)"), ("(2, 2, 2)", "(2, 2, 1)", "(2, 2)"), ("(1, 1)", "(1, 1)", "(1,)"),
        ("(0, 0)", "(0, 2)", "(0,)"), ("(2, 3)", "(3, 2)", "(3,)"), ("(2, 0, 0)", "(2, 0, 1)", "(2, 0)"), ("(3,)", "(3,)", "(3,)"),
        ("(1, 2, 2)", "(2, 2, 2)", "(1, 2)"), ("(0, 3, 3)", "(0, 3, 1)", "(0, 3)"), ("(4, 4)", "(4, 2)", "(4,)"), ("(2, 1, 2, 2)", "(2, 2)", "(2, 2)"),
    ],
    dtypes=[*COMPLEX, *COMPLEX, "int64", "bool"],
)
# fmt: on
