"""Patient identifiers are masked before a question is stored, logged or searched.

A mask is as long as what it hides, so that Telegram's entity offsets stay true.
"""

from knowledge.privacy.masking import MASK, is_masked, mask

__all__ = ["MASK", "is_masked", "mask"]
