"""One clinic for each shipped assignment."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gradlab.session import Engines

from .measure import Clinic
from .variants import VARIANTS


@pytest.fixture(scope="session")
def clinics() -> Iterator[dict[str, Clinic]]:
    """The clinics, by the names of the assignments."""
    with Engines.start("refgrad") as engines:
        yield {name: Clinic(engines, name) for name in VARIANTS}
