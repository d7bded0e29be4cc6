"""Random programs over the names that an assignment uses: the reference against a submission.

They see what nobody thought of when the checks were written. `search` writes them, compares both engines and shrinks
the first difference; `moves.py` says what a move is, and the modules beside it hold the moves.
"""

from __future__ import annotations

from gradlab.fuzz.search import Fuzzed, search

__all__ = ["Fuzzed", "search"]
