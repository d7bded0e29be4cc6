"""Special functions fulfil the equations that define them, in all float dtypes and up to their edges."""

from __future__ import annotations

import math

import pytest

import refgrad as torch

S = torch.special
x = torch.linspace(0.05, 60, 800, dtype=torch.float64)
EULER = 0.5772156649015329


def near(one: torch.Tensor, other: torch.Tensor, tolerance: float = 1e-12) -> bool:
    return bool(torch.allclose(one, other, rtol=tolerance, atol=tolerance))


def test_the_gamma_function_steps_by_its_argument() -> None:
    whole = torch.cat([x, -x - 0.003])
    assert near(torch.lgamma(whole + 1), torch.lgamma(whole) + whole.abs().log(), 1e-11)
    assert near(torch.digamma(whole + 1), torch.digamma(whole) + 1 / whole, 1e-11)
    assert near(torch.polygamma(3, x), torch.polygamma(3, x + 1) + 6 / x**4)
    assert near(torch.lgamma(torch.tensor([1.0, 2.0, 5.0])), torch.tensor([0.0, 0.0, math.log(24)]), 1e-7)


def double(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def test_known_values_are_met() -> None:
    assert near(S.zeta(double(2), double(1)), double(math.pi**2 / 6))
    assert near(torch.digamma(double(1)), double(-EULER))
    assert near(S.bessel_j0(double(2.404825557695773)), double(0))
    assert near(S.entr(double(0, 1, math.e)), double(0, 0, -math.e))
    assert near(torch.mvlgamma(x + 1, 1), torch.lgamma(x + 1))
    assert [str(each) for each in torch.lgamma(double(1, 2)).tolist()] == ["0.0", "0.0"]


def test_bessel_functions_have_their_wronskians() -> None:
    across = S.bessel_j1(x) * S.bessel_y0(x) - S.bessel_j0(x) * S.bessel_y1(x)
    assert near(across, 2 / (math.pi * x), 1e-13)
    decaying = S.i0e(x) * S.scaled_modified_bessel_k1(x) + S.i1e(x) * S.scaled_modified_bessel_k0(x)
    assert near(decaying, 1 / x, 1e-13)
    assert near(S.i0(x), S.i0e(x) * x.exp())
    assert near(S.modified_bessel_k0(x), S.scaled_modified_bessel_k0(x) * (-x).exp())


@pytest.mark.parametrize("a", [0.2, 1.0, 7.5, 80.0])
def test_the_parts_of_the_gamma_integral_make_the_whole(a: float) -> None:
    order = torch.full_like(x, a)
    assert near(torch.igamma(order, x) + torch.igammac(order, x), torch.ones_like(x))
    step = (order * x.log() - x - torch.lgamma(order + 1)).exp()
    assert near(torch.igamma(order, x), torch.igamma(order + 1, x) + step, 1e-11)


def test_the_normal_distribution_is_inverted() -> None:
    inner = torch.linspace(-8, 5, 400, dtype=torch.float64)
    assert near(S.ndtri(S.ndtr(inner.clamp(-5))), inner.clamp(-5), 1e-9)
    assert near(S.log_ndtr(inner).exp(), torch.erfc(-inner / math.sqrt(2)) / 2, 1e-13)
    assert near(S.erfcx(inner), (inner * inner).exp() * torch.erfc(inner), 1e-9)
    assert S.ndtri(torch.tensor([0.0, 1.0])).tolist() == [-math.inf, math.inf]


def test_orthogonal_polynomials_are_the_functions_they_are_named_after() -> None:
    angle = torch.linspace(0.1, 3.0, 50, dtype=torch.float64)
    for n in range(6):
        assert near(S.chebyshev_polynomial_t(angle.cos(), n), (n * angle).cos())
        assert near(S.chebyshev_polynomial_u(angle.cos(), n), ((n + 1) * angle).sin() / angle.sin())
        assert near(S.shifted_chebyshev_polynomial_t((angle.cos() + 1) / 2, n), (n * angle).cos())
    assert near(S.legendre_polynomial_p(angle, 2), (3 * angle**2 - 1) / 2)
    assert near(S.hermite_polynomial_h(angle, 3), 8 * angle**3 - 12 * angle)
    assert near(S.hermite_polynomial_he(angle, 3), angle**3 - 3 * angle)
    assert near(S.laguerre_polynomial_l(angle, 2), (angle**2 - 4 * angle + 2) / 2)


@pytest.mark.parametrize("name", ["lgamma", "digamma", "i0"])
@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.int64])
def test_functions_keep_float_dtypes_and_layouts(name: str, dtype: torch.dtype) -> None:
    given = torch.tensor([[1, 2, 3], [4, 5, 6]], dtype=dtype).t()
    found = getattr(torch, name)(given)
    assert found.dtype is (dtype if dtype.is_floating_point else torch.float32)
    assert found.stride() == given.stride()
