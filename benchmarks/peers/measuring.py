"""One peer over every exported set: quality by ir-measures, and what the call itself takes."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from itertools import islice

from ir_measures import RR, R, calc_aggregate, nDCG

from benchmarks.peers.exported import Export, Ours, Question
from benchmarks.peers.peer import Peer, Way
from benchmarks.peers.report import Measured

_DOCUMENTS = 10
# Questions asked before the clock runs.
_WARM_UP = 10


def measure(peer: Peer, export: Export, wanted: Callable[[Way], bool]) -> Iterator[Measured]:
    for way in peer.ways(export):
        if wanted(way):
            yield _measured(peer.NAME, way, export)


def measure_ours(export: Export) -> Iterator[Measured]:
    """Yidao twice, for its two times: everything but encoding, and finding the documents alone, as the peers do."""
    run = {question: answer.documents for question, answer in export.ours.items()}
    quality = _quality(export.judgements, run)
    times: tuple[tuple[str, str, Callable[[Ours], tuple[float, float]]], ...] = (
        ("ours", "finding", lambda answer: (answer.finding_ms_cpu, answer.finding_ms_wall)),
        ("ours, answering", "everything but encoding", lambda answer: (answer.ms_cpu, answer.ms_wall)),
    )
    for role, way, taken in times:
        cpu, wall = zip(*map(taken, export.ours.values()), strict=True)
        yield Measured(
            peer="Yidao",
            role=role,
            way=way,
            set=export.name,
            **quality,
            ms_cpu=statistics.median(cpu),
            ms_wall=statistics.median(wall),
        )


def versions(peer: Peer) -> dict[str, str]:
    return {name: version(name) for name in peer.DISTRIBUTIONS}


def _measured(peer: str, way: Way, export: Export) -> Measured:
    for question in export.questions[:_WARM_UP]:
        way.ask(question)
    # What was built is not to be looked through again by each collection; that would be charged to the questions.
    gc.collect()
    gc.freeze()
    run: dict[str, list[str]] = {}
    cpu: list[float] = []
    wall: list[float] = []
    documents = export.documents
    for question in export.questions:
        passages, ms_cpu, ms_wall = _timed(way, question)
        run[question.id] = best_documents(passages, documents)
        cpu.append(ms_cpu)
        wall.append(ms_wall)
    gc.unfreeze()
    return Measured(
        peer=peer,
        role=way.role.value,
        way=way.name,
        set=export.name,
        **_quality(export.judgements, run),
        ms_cpu=statistics.median(cpu),
        ms_wall=statistics.median(wall),
    )


def _timed(way: Way, question: Question) -> tuple[Sequence[int], float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    passages = way.ask(question)
    ms_cpu = (time.process_time() - cpu) * 1000
    return passages, ms_cpu, (time.perf_counter() - wall) * 1000


def best_documents(passages: Iterable[int], documents: Mapping[int, str]) -> list[str]:
    """Ten documents, each where its best passage stands."""
    return list(islice(dict.fromkeys(documents[passage] for passage in passages), _DOCUMENTS))


def _quality(
    judgements: Mapping[str, Mapping[str, int]], run: Mapping[str, Sequence[str]]
) -> dict[str, float]:
    judged = {question: dict(judgements[question]) for question in run if question in judgements}
    # The scores only say the order: equal ones would be put in that of the ids.
    scored = {
        question: {document: float(-place) for place, document in enumerate(found)}
        for question, found in run.items()
    }
    measures = {"ndcg": nDCG @ _DOCUMENTS, "recall": R @ _DOCUMENTS, "mrr": RR @ _DOCUMENTS}
    values = calc_aggregate(list(measures.values()), judged, scored)
    return {name: float(values[measure]) for name, measure in measures.items()}
