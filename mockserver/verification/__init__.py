"""Was asked what was expected; and if not: which requests came nearest, and where they differ."""

from mockserver.verification.verdicts import Verdict, called, in_order, nothing_else
from mockserver.verification.wanted import Difference, Wanted, differences, nearest, path_values

__all__ = [
    "Difference",
    "Verdict",
    "Wanted",
    "called",
    "differences",
    "in_order",
    "nearest",
    "nothing_else",
    "path_values",
]
