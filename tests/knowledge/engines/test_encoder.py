"""The encoder: alike texts are near, and any text is survived."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from knowledge.engines import loaded_model
from knowledge.engines.encoder import SentenceEncoder
from knowledge.engines.ports import Encoder
from knowledge.errors import EncoderUnavailable
from knowledge.testing import FakeEncoder

PASSAGES = [
    "老年高血压患者血压应降至140/90 mmHg以下，能耐受者可降至130/80 mmHg以下。",
    "二甲双胍是2型糖尿病患者的一线降糖药物，若无禁忌应一直保留在治疗方案中。",
    "Adults with COPD should be offered pulmonary rehabilitation and yearly influenza vaccination.",
    "Start oral anticoagulation in atrial fibrillation with a CHA₂DS₂-VASc score of 2 or more.",
    "红烧肉要先焯水，再加冰糖炒出糖色，小火炖一个小时。",
]

HOSTILE = [
    "",
    " ",
    "\0",
    "\0" * 100_000,
    "ﷺ" * 3_000,
    "甲\ud800乙\udfff",
    "\ud800",
    "高血压" * 40_000,
    "x" * 100_000,
    "e\u0301" * 50_000,
    "\u0301" * 5_000,
    "👨\u200d👩\u200d👧" * 1_000,
    "<s></s><mask><pad><unk>" * 500,
    "\u202eabc\u202d",
    "\u200b" * 5_000,
    "\t\r\n" * 3_000,
]


# ------------------------------------------------------------------------------------------- the real model


@pytest.mark.encoder
@pytest.mark.parametrize(
    "question, expected",
    [
        ("老年人血压降到多少合适？", 0),
        ("老年人血壓降到多少合適？", 0),
        ("一线降糖药", 1),
        ("vaccination in COPD", 2),
        ("when to anticoagulate in AF", 3),
        ("怎么做红烧肉", 4),
    ],
)
def test_a_question_is_nearest_to_the_passage_that_answers_it(
    encoder: SentenceEncoder, question: str, expected: int
) -> None:
    """In either script of its language."""
    scores = encoder.encode_passages(PASSAGES) @ encoder.encode_questions([question])[0]
    assert scores.argmax() == expected


@pytest.mark.encoder
@pytest.mark.parametrize(
    "question, related, unrelated",
    [
        ("blood pressure target in the elderly", 0, [1, 4]),
        ("first-line drug for type 2 diabetes", 1, [0, 4]),
        ("慢阻肺患者应接种什么疫苗？", 2, [3]),
        ("房颤何时需要抗凝？", 3, [2]),
    ],
)
def test_a_related_passage_in_the_other_language_is_nearer_than_an_unrelated_one(
    encoder: SentenceEncoder, question: str, related: int, unrelated: list[int]
) -> None:
    """Among passages of one language: this model favours the question's own, which fusion has to even out."""
    scores = encoder.encode_passages(PASSAGES) @ encoder.encode_questions([question])[0]
    assert scores[related] > scores[unrelated].max()


@pytest.mark.encoder
def test_vectors_are_float32_of_unit_length_in_the_order_of_the_texts(encoder: SentenceEncoder) -> None:
    """However the batches were cut, a text's vector is its own."""
    texts = [passage * repeat for repeat in (1, 9, 3) for passage in PASSAGES] * 4
    heard: list[int] = []
    together = encoder.encode_passages(texts, heard.append)
    assert together.dtype == np.float32
    assert together.shape == (len(texts), 384)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)
    assert heard == sorted(set(heard))
    assert heard[-1] == len(texts)
    alone = np.concatenate([encoder.encode_passages([text]) for text in texts[:15]])
    # bf16 adds in another order when a batch is padded.
    assert (alone * together[:15]).sum(axis=1).min() > 0.995


@pytest.mark.encoder
def test_a_question_and_a_passage_are_encoded_differently(encoder: SentenceEncoder) -> None:
    question, passage = encoder.encode_questions(PASSAGES[:1])[0], encoder.encode_passages(PASSAGES[:1])[0]
    assert 0.8 < question @ passage < 0.999


@pytest.mark.encoder
def test_no_texts_are_no_vectors(encoder: SentenceEncoder) -> None:
    assert encoder.encode_questions([]).shape == (0, 384)
    assert encoder.encode_passages([]).shape == (0, 384)


@pytest.mark.encoder
@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_any_text_has_a_vector_within_two_seconds(encoder: SentenceEncoder, text: str) -> None:
    encoder.warm()
    started = time.process_time()
    for vectors in (encoder.encode_questions([text]), encoder.encode_passages([text, "高血压"])):
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert time.process_time() - started < 2


@pytest.mark.encoder
def test_a_mark_of_the_tokenizer_does_not_end_a_text(encoder: SentenceEncoder) -> None:
    """What stands behind `</s>` still counts: the texts differ only there, and so do their vectors."""
    one, other = encoder.encode_questions(["治疗</s>高血压的药物", "治疗</s>红烧肉的做法"])
    assert one @ other < 0.97


@pytest.mark.encoder
def test_composed_and_decomposed_letters_are_the_same(encoder: SentenceEncoder) -> None:
    one, other = encoder.encode_questions(["naïve café", "nai\u0308ve cafe\u0301"])
    assert one @ other == pytest.approx(1, abs=1e-4)


@pytest.mark.encoder
def test_threads_may_encode_at_once(encoder: SentenceEncoder) -> None:
    """The bot encodes from worker threads; each gets what it asked for."""
    expected = encoder.encode_questions(PASSAGES)
    found: dict[int, float] = {}

    def ask(index: int) -> None:
        for _ in range(5):
            vector = encoder.encode_questions([PASSAGES[index]])[0]
            found[index] = min(found.get(index, 1.0), float(vector @ expected[index]))
            encoder.encode_passages(PASSAGES)

    threads = [threading.Thread(target=ask, args=(index,)) for index in range(len(PASSAGES))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(found) == list(range(len(PASSAGES)))
    assert min(found.values()) > 0.995


@pytest.mark.encoder
def test_a_question_waits_for_a_batch_and_not_for_a_document(encoder: SentenceEncoder) -> None:
    encoder.warm()
    heard: list[int] = []
    document = [passage * 3 for passage in PASSAGES] * 20
    loading = threading.Thread(target=encoder.encode_passages, args=(document, heard.append))
    loading.start()
    waited = []
    while not heard:
        time.sleep(0.001)
    for _ in range(8):
        before = len(heard)
        encoder.encode_questions(["高血压"])
        waited.append(len(heard) - before)
    assert heard[-1] < len(document)
    assert max(waited) <= 2
    loading.join()
    assert heard[-1] == len(document)


@pytest.mark.encoder
def test_a_folder_with_its_own_prompts_encodes_as_the_default_does(
    encoder: SentenceEncoder, model_folder: Path, tmp_path: Path
) -> None:
    """The converted folder, given by its path, is a sentence-transformers model like any other."""
    by_path = SentenceEncoder(str(model_folder), cache=tmp_path)
    assert by_path.fingerprint != encoder.fingerprint
    assert by_path.encode_questions(["高血压"]) == pytest.approx(
        encoder.encode_questions(["高血压"]), abs=1e-3
    )


@pytest.mark.encoder
def test_laying_out_the_weights_changes_no_vector(
    encoder: SentenceEncoder, model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loaded_model, "pack_weights", lambda model: None)
    plain = SentenceEncoder(cache=model_cache)
    assert encoder.encode_questions(PASSAGES) == pytest.approx(plain.encode_questions(PASSAGES), abs=1e-3)


@pytest.mark.encoder
def test_full_precision_finds_what_half_precision_finds(
    encoder: SentenceEncoder, model_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A library encoded on one machine stays usable on another: the fingerprint does not name the precision."""
    monkeypatch.setattr(loaded_model, "has_fast_bf16", lambda: False)
    full = SentenceEncoder(cache=model_cache)
    assert full.fingerprint == encoder.fingerprint
    ours, theirs = encoder.encode_passages(PASSAGES), full.encode_passages(PASSAGES)
    assert (ours * theirs).sum(axis=1).min() > 0.99


def test_a_folder_that_is_no_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    with pytest.raises(EncoderUnavailable, match="YIDAO_EMBEDDING_MODEL"):
        SentenceEncoder(str(tmp_path / "model"), cache=tmp_path).warm()


# ------------------------------------------------------------------------------------------------- the fake


@pytest.mark.parametrize(
    "make", [FakeEncoder, lambda: SentenceEncoder(cache=Path("unused"))], ids=["fake", "real"]
)
def test_both_encoders_fulfil_the_port(make) -> None:
    encoder: Encoder = make()
    assert encoder.fingerprint


def test_the_fake_knows_shared_words_from_others() -> None:
    fake = FakeEncoder()
    scores = fake.encode_passages(PASSAGES) @ fake.encode_questions(["老年高血压患者的血压目标"])[0]
    assert scores.argmax() == 0
    assert scores[0] > 0.3
    assert abs(scores[4]) < 0.2


def test_the_fake_is_the_same_everywhere() -> None:
    """A new process, with another hash seed, gives the same vectors."""
    script = "from knowledge.testing import FakeEncoder; print(FakeEncoder().encode_questions(['高血压 BP'])[0].tolist())"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == str(FakeEncoder().encode_questions(["高血压 BP"])[0].tolist())


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_the_fake_survives_any_text(text: str) -> None:
    vector = FakeEncoder().encode_questions([text])[0]
    assert vector.dtype == np.float32
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
