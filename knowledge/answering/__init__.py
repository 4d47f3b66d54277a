"""From a question to passages: `answer.py` is the entry."""

from knowledge.answering.answer import Answerer, open_answerer

__all__ = ["Answerer", "open_answerer"]
