"""What random programs about one subject are made of: operands that fit each other, and calls.

Besides the places that `operations.py` lists, a template has `{x}`, `{w}` and `{v}`: most often the first, second and
third leaf of the program, which stand for an input, a weight and a bias, or whatever the subject's shapes say.
"""

from __future__ import annotations

from .conjugates import CONJUGATES
from .copies import COPIES
from .decompositions import DECOMPOSITIONS
from .layers import LAYERS
from .losses import LOSSES
from .matrices import MATRICES
from .named import NAMED
from .networks import NETWORKS
from .normalizing import NORMALIZING
from .rarer import RARER
from .resizing import LOOKUPS, RESIZING
from .results import RESULTS
from .special import SPECIAL
from .subject import Subject
from .windows import CONVOLUTION, POOLING

__all__ = ["SUBJECTS", "Subject"]

SUBJECTS: dict[str, Subject] = {
    "convolution": CONVOLUTION,
    "pooling": POOLING,
    "normalizing": NORMALIZING,
    "resizing": RESIZING,
    "lookups": LOOKUPS,
    "losses": LOSSES,
    "layers": LAYERS,
    "matrices": MATRICES,
    "decompositions": DECOMPOSITIONS,
    "named": NAMED,
    "networks": NETWORKS,
    "results": RESULTS,
    "copies": COPIES,
    "rarer": RARER,
    "special": SPECIAL,
    "conjugates": CONJUGATES,
}
