"""What doctors asked in vain, gathered for whoever loads guidelines."""

from knowledge.gaps.gathering import AT_ONCE, Gatherer

__all__ = ["AT_ONCE", "Gatherer"]
