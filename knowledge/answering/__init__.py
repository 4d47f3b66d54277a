"""From a question to passages: `answer.py` is the entry."""

from knowledge.answering.answer import Answerer, open_answerer
from knowledge.answering.reranking import open_reranking

__all__ = ["Answerer", "open_answerer", "open_reranking"]
