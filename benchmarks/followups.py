"""How well follow-ups are told from questions that stand alone, and found: python -m benchmarks.followups

Asks the library of YIDAO_DATA_DIR, into which the samples were loaded (`yidao-index samples`). The decision is counted
over all pairs of followups.jsonl; the phrase is looked for in the passages shown, with the question before and without.
"""

# ruff: noqa: INP001, T201 - a script among the question sets, whose output is what it prints

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from knowledge.answering import Answerer, open_answerer
from knowledge.answering.followup import read_with
from knowledge.domain import Answer, Related
from knowledge.engines import open_encoder
from knowledge.settings import Settings
from knowledge.store import open_stores
from knowledge.terms.termlist import shipped

PAIRS = Path(__file__).with_name("followups.jsonl")
Pair = dict[str, Any]


def main() -> None:
    settings = Settings()
    stores = open_stores(settings.library_url)
    stores.database.require_current()
    encoder = open_encoder(settings.embedding_model, settings.cache_dir)
    answerer = open_answerer(stores, encoder, settings.cache_dir)
    pairs = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    print(f"{'part':8} {'pairs':>6} {'precision':>10} {'recall':>7} {'found':>7} {'alone':>7}")
    for part in dict.fromkeys(pair["half"] for pair in pairs):
        _report(part, [pair for pair in pairs if pair["half"] == part], answerer)
    _report("all", pairs, answerer)


def _report(part: str, pairs: list[Pair], answerer: Answerer) -> None:
    meant = {pair["id"] for pair in pairs if pair["leans"]}
    leaning = {
        pair["id"] for pair in pairs if read_with(pair["earlier"], pair["question"], shipped()) is not None
    }
    asked = [pair for pair in pairs if pair["leans"]]
    shares = (
        len(meant & leaning) / len(leaning),
        len(meant & leaning) / len(meant),
        _share(_is_found(pair, answerer, pair["earlier"]) for pair in asked),
        _share(_is_found(pair, answerer, None) for pair in asked),
    )
    print(f"{part:8} {len(pairs):6} {shares[0]:10.3f} {shares[1]:7.3f} {shares[2]:7.3f} {shares[3]:7.3f}")


def _is_found(pair: Pair, answerer: Answerer, earlier: str | None) -> bool:
    reply = answerer.answer(pair["question"], earlier)
    shown = reply.quotations if isinstance(reply, Answer | Related) else ()
    phrase = _bare(pair["phrase"])
    return any(
        Path(quotation.passage.citation.source).name == pair["document"]
        and phrase in _bare(quotation.passage.text)
        for quotation in shown
    )


def _bare(text: str) -> str:
    """Cells and spaces are set otherwise in a passage than in its file."""
    return "".join(character for character in text if not character.isspace() and character != "|")


def _share(found: Iterable[bool]) -> float:
    values = list(found)
    return sum(values) / len(values)


if __name__ == "__main__":
    main()
