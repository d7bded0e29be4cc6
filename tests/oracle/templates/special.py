"""Special functions: gamma and its kin, Bessel functions, the normal distribution, orthogonal polynomials."""

from __future__ import annotations

from .subject import FLOATS, Subject

# fmt: off
_POLYNOMIALS = [
    *[f"{shifted}chebyshev_polynomial_{kind}" for shifted in ("", "shifted_") for kind in "tuvw"],
    "hermite_polynomial_h", "hermite_polynomial_he", "laguerre_polynomial_l", "legendre_polynomial_p",
]
# torch's Bessel functions of the first and second kind are right to six digits only.
_OSCILLATING = ["bessel_j0", "bessel_j1", "bessel_y0", "bessel_y1"]
_OF_ONE = [
    "digamma", "entr", "erfcx", "gammaln", "i0", "i0e", "i1", "i1e", "log_ndtr", "modified_bessel_i0", "modified_bessel_i1", "modified_bessel_k0",
    "modified_bessel_k1", "ndtr", "ndtri", "psi", "scaled_modified_bessel_k0", "scaled_modified_bessel_k1", "spherical_bessel_j0",
]
SPECIAL = Subject(
    calls=[
        *[f"torch.special.{name}({{x}})" for name in _OF_ONE], *[f"torch.special.{name}({{x}}.float())" for name in _OSCILLATING],
        *[f"torch.special.{name}({{x}}, 3)" for name in _POLYNOMIALS], *[f"torch.special.{name}({{x}}, {{w}}.round())" for name in _POLYNOMIALS],
        "torch.special.legendre_polynomial_p(0.5, {w}.round())", "torch.special.legendre_polynomial_p({x})", "torch.lgamma({x})", "{x}.lgamma()", "{x}.lgamma_()", "torch.digamma({x})", "{x}.digamma()", "{x}.digamma_()",
        "torch.polygamma(1, {x})", "torch.polygamma(2, {x})", "{x}.polygamma(3)", "{x}.polygamma_(1)", "torch.polygamma(-1, {x})", "torch.polygamma({x}, 1)", "torch.special.polygamma(0, {x})", "torch.mvlgamma({x}, 1)", "torch.mvlgamma({x} + 2, 2)",
        "{x}.mvlgamma(2)", "{x}.mvlgamma_(1)", "torch.mvlgamma({x}, 0)", "torch.special.multigammaln({x} + 2, 3)", "torch.i0({x})", "{x}.i0()", "{x}.i0_()", "torch.i0_({x})", "torch.igamma({x}.detach(), {w})", "torch.igammac({x}.detach(), {w})",
        "torch.igamma({x}, {w})", "{x}.detach().igamma({w})", "{x}.igamma_({w})", "{x}.igammac_({w})", "{x}.igammac({w}.detach())", "torch.special.gammainc({x}.detach(), {w})", "torch.special.gammaincc({x}.abs().detach(), {w}.abs())",
        "torch.special.xlog1py({x}, {w})", "torch.special.xlog1py({x}, {n})", "torch.special.xlog1py({n}, {x})", "torch.special.zeta({x}, {w})", "torch.special.zeta({x}.detach() + 2, {w})", "torch.special.zeta(2, {x})", "torch.special.zeta({x}, 0.5)",
        "torch.special.zeta(1, 2)", "torch.special.entr(2)", "torch.special.ndtri({x}.sigmoid())", "torch.special.i1e({x} * 20)", "torch.special.erfcx({x} * 4)", "torch.special.log_ndtr({x} * 8)", "torch.lgamma({x} * 10)",
    ],
    shapes=[("(2, 3)", "(2, 3)", "(3,)"), ("(4,)", "(4,)", "(1,)"), ("()", "()", "()"), ("(2, 3)", "(3,)", "(2, 1)"), ("(0, 3)", "(3,)", "(0, 3)"), ("(2, 2, 2)", "(2, 1, 2)", "(2,)"), ("(3,)", "(2,)", "(3,)")],
    dtypes=[*FLOATS, *FLOATS, *FLOATS, "int64", "bool", "complex64"],
)
# fmt: on
