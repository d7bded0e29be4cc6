"""Decompositions of matrices, and what is solved and measured with them.

Vectors whose sign LAPACK leaves open are squared, and matrices whose decomposition has to exist are made definite.
"""

from __future__ import annotations

from .subject import COMPLEX, Subject

# fmt: off
_REGULAR = "({x} + 4 * torch.eye({x}.shape[-1], dtype={x}.dtype))"
_DEFINITE = "({x} @ {x}.mH + 2 * torch.eye({x}.shape[-2], dtype={x}.dtype))"
_FACTORS = f"*torch.linalg.lu_factor({_REGULAR})"
DECOMPOSITIONS = Subject(
    calls=[
        f"torch.linalg.cholesky({_DEFINITE})", f"torch.linalg.cholesky({_DEFINITE}, upper=True)", "torch.linalg.cholesky({x})", f"torch.linalg.cholesky_ex({_DEFINITE})[0]",
        "torch.linalg.cholesky_ex({x})[1]", f"torch.cholesky({_DEFINITE})", f"{_DEFINITE}.cholesky(True)", f"torch.cholesky_inverse(torch.linalg.cholesky({_DEFINITE}))", f"torch.cholesky_inverse(torch.linalg.cholesky({_DEFINITE}, upper=True), upper=True)",
        f"torch.cholesky_solve({{w}}, {_REGULAR})", f"{{w}}.cholesky_solve({_REGULAR}, True)", "torch.cholesky_solve({w}, {x})", "torch.cholesky_inverse({x} * 0)",
        "torch.linalg.qr({x})[1].abs()", "torch.linalg.qr({x})[0].abs()", "torch.linalg.qr({x}, 'complete')[1].abs()", "torch.linalg.qr({x}, 'r')[1].abs()", "torch.linalg.qr({x}, mode='q')", "torch.qr({x})[1].abs()", "{x}.qr(some=False)[1].abs()",
        "torch.linalg.svdvals({x})", "torch.linalg.svd({x})[1]", "torch.linalg.svd({x}, full_matrices=False)[0].abs()", "torch.linalg.svd({x}, False)[2].abs()", "torch.svd({x})[1]", "{x}.svd(compute_uv=False)[1]", "torch.svd({x}, some=False)[2].abs()",
        f"torch.linalg.eigvalsh({_DEFINITE})", "torch.linalg.eigvalsh({x})", "torch.linalg.eigvalsh({x}, UPLO='U')", f"torch.linalg.eigh({_DEFINITE})[0]", f"torch.linalg.eigh({_DEFINITE})[1].abs()", "torch.linalg.eigh({x}, 'X')",
        f"torch.linalg.eigvals({_DEFINITE}).real.sort()[0]", "torch.linalg.eig({w})", "torch.linalg.eigvals({v})", "torch.linalg.eig({x})[0].abs().sum(-1)",
        f"torch.linalg.lu({_REGULAR})[1]", "torch.linalg.lu({x})[2]", "torch.linalg.lu({x})[0]", "torch.linalg.lu({x}, pivot=False)", f"torch.linalg.lu_factor({_REGULAR})", "torch.linalg.lu_factor({x})", "torch.linalg.lu_factor_ex({x})",
        f"torch.lu({_REGULAR})", "torch.lu({x}, get_infos=True)", f"torch.lu_unpack({_FACTORS})", f"torch.lu_unpack({_FACTORS}, unpack_data=False)[0]", f"torch.linalg.lu_solve({_FACTORS}, {{w}})",
        f"torch.linalg.lu_solve({_FACTORS}, {{w}}.mT, left=False)", f"torch.linalg.lu_solve({_FACTORS}, {{w}}, adjoint=True)", f"torch.lu_solve({{w}}, {_FACTORS})", f"{{w}}.lu_solve({_FACTORS})", f"torch.linalg.lu_solve({_FACTORS}, {{v}})",
        f"torch.linalg.slogdet({_REGULAR})", "torch.linalg.slogdet({x})", "torch.slogdet({x} * 0)", "{x}.slogdet()[1]", f"torch.logdet({_DEFINITE})", "{x}.logdet()",
        f"torch.linalg.inv_ex({_REGULAR})[0]", "torch.linalg.inv_ex({x} * 0)", f"torch.linalg.solve_ex({_REGULAR}, {{w}})[0]", "torch.linalg.solve_ex({x} * 0, {w})[1]", f"torch.linalg.solve_triangular({_REGULAR}, {{w}}, upper=True)",
        f"torch.linalg.solve_triangular({_REGULAR}, {{w}}, upper=False)", f"torch.linalg.solve_triangular({_REGULAR}, {{w}}, upper=False, unitriangular=True)", f"torch.linalg.solve_triangular({_REGULAR}, {{w}}.mT, upper=True, left=False)",
        "torch.linalg.solve_triangular({x}, {v}, upper=True)", "torch.linalg.solve_triangular({x}, {w})", f"torch.triangular_solve({{w}}, {_REGULAR})[0]", f"{{w}}.triangular_solve({_REGULAR}, upper=False, transpose=True)[0]", "torch.triangular_solve({w}, {x} * 0)[1]",
        f"torch.linalg.lstsq({_REGULAR}, {{w}})[0]", "torch.linalg.lstsq({x}, {v}, driver='gelsd')[3]", "torch.linalg.lstsq({w}, {v})[2]", "torch.linalg.lstsq({x}, {x}, driver='x')", f"torch.linalg.pinv({_REGULAR})", "torch.linalg.pinv({w})", f"torch.linalg.pinv({_DEFINITE}, hermitian=True)",
        "torch.pinverse({w})", "{w}.pinverse(0.25)", "torch.linalg.pinv({x}, rtol=0.5)", "torch.linalg.matrix_rank({x})", "torch.linalg.matrix_rank({x} * 0)", "torch.linalg.matrix_rank({x}, atol=0.5)", f"torch.linalg.matrix_rank({_DEFINITE}, hermitian=True)",
        "torch.linalg.matrix_norm({x})", "torch.linalg.matrix_norm({x}, 'nuc')", "torch.linalg.matrix_norm({x}, 2, keepdim=True)", "torch.linalg.matrix_norm({x}, -2)", "torch.linalg.matrix_norm({x}, 1)", "torch.linalg.matrix_norm({x}, float('inf'), (0, 1))", "torch.linalg.matrix_norm({x}, 'fro', (0, -1), dtype={t})",
        "torch.linalg.matrix_norm({v})", "torch.linalg.matrix_norm({x}, 3)", "torch.linalg.norm({x}, 'nuc')", "torch.linalg.norm({x}, 2)", "torch.linalg.norm({x}, -2, (0, 1))", "torch.norm({x}, 'nuc')", f"torch.linalg.cond({_REGULAR})", f"torch.linalg.cond({_REGULAR}, 'fro')", f"torch.linalg.cond({_REGULAR}, -2)", "torch.linalg.cond({x} * 0, 1)", "torch.linalg.cond({x}, 'x')",
        "torch.linalg.matrix_exp({x})", "torch.matrix_exp({x} * 3)", "{x}.matrix_exp()", "torch.linalg.matrix_exp({w})", "torch.linalg.tensorinv({x}, 1)", f"torch.linalg.tensorinv({_REGULAR}, ind=1)", "torch.linalg.tensorinv({x})", f"torch.linalg.tensorsolve({_REGULAR}, {{v}})", "torch.linalg.tensorsolve({x}, {w})", "torch.linalg.tensorsolve({x}, {w}, dims=(0,))",
        "torch.linalg.vander({v})", "torch.linalg.vander({v}, N=3)", "torch.linalg.vander({v}, N=1)", "torch.linalg.vecdot({x}, {x})", "torch.linalg.vecdot({v}, {v})", "torch.linalg.vecdot({x}, {w}, dim={i})", "torch.linalg.diagonal({x})", "torch.linalg.diagonal({x}, offset=1)", "torch.linalg.matmul({x}, {w})",
    ],
    shapes=[
        ("(2, 2)", "(2, 3)", "(2,)"), ("(3, 3)", "(3, 2)", "(3,)"), ("(2, 2, 2)", "(2, 2, 1)", "(2, 2)"), ("(1, 1)", "(1, 1)", "(1,)"),
        ("(0, 0)", "(0, 2)", "(0,)"), ("(2, 3)", "(3, 2)", "(3,)"), ("(3,)", "(3,)", "(3,)"), ("(4, 4)", "(4, 2)", "(4,)"), ("(2, 1, 2, 2)", "(2, 2)", "(2, 2)"),
    ],
    dtypes=COMPLEX,
)
# fmt: on
