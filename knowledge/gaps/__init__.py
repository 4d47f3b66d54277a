"""What doctors asked in vain, gathered for whoever loads guidelines."""

from knowledge.gaps.gathering import Gatherer

__all__ = ["Gatherer"]
