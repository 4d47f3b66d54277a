"""A library of two languages, large enough that chance likeness has a scale: no two topics share their words."""

from __future__ import annotations

from pathlib import Path

from knowledge.answering.answer import Answerer
from knowledge.answering.evidence import Calibration, Weights
from knowledge.answering.index import PassageIndex
from knowledge.answering.reranking import Reranking
from knowledge.engines.ports import Encoder
from knowledge.store import Stores
from knowledge.store.library import Approved
from knowledge.terms.termlist import TermList
from tests.knowledge.editions import ENCODER, MODEL, course, edition, offer, passage, publish

HYPERTENSION = "老年高血压患者的降压目标为<140/90 mmHg，能耐受者可降至<130/80 mmHg。"
ANSWERED_ZH = "老年高血压患者的降压目标是多少？"
DIABETES = "The first-line drug for type 2 diabetes is metformin, 500 mg once daily."
ANSWERED_EN = "What is the first-line drug for type 2 diabetes?"

#: Of daily life, or of diseases that the library does not have.
FOREIGN = (
    "今天天气怎么样",
    "红烧肉怎么做才好吃",
    "who won the football match yesterday",
    "best python web framework",
    "骨折如何固定",
)

_A_FIFTH_COVERED = Weights(intercept=-10.0, weights={"coverage": 50.0})
_A_THIRD_COVERED = Weights(intercept=-10.0, weights={"coverage": 30.0})
BY_WORDS = Calibration(
    related=dict.fromkeys((True, False), _A_FIFTH_COVERED),
    about=dict.fromkeys((True, False), _A_FIFTH_COVERED),
    answers=dict.fromkeys((True, False), _A_THIRD_COVERED),
)

_ORGANS = "肝 肾 肺 脾 胃 胆 眼 耳 鼻 喉 皮 骨".split()
_THINGS = "移植 结石 囊肿 溃疡 肿瘤".split()
_WORDS = (
    "anaemia gout measles rabies malaria cholera tetanus scabies eczema acne glaucoma cataract vertigo migraine "
    "epilepsy lupus rickets scurvy mumps polio typhoid dengue zika ebola lyme shingles tonsillitis appendicitis "
    "gastritis pancreatitis cystitis nephritis meningitis encephalitis dermatitis arthritis bursitis tendinitis "
    "sinusitis bronchitis pleurisy empyema sarcoidosis silicosis asbestosis hernia fistula abscess cellulitis "
    "gangrene burns frostbite heatstroke drowning poisoning snakebite"
).split()


def _about(number: int) -> str:
    """A sentence that shares hardly a word with the others: of like ones, chance would pick one as if it answered."""
    words = [_WORDS[(number * step + step) % len(_WORDS)] for step in (1, 5, 11)]
    return f"{words[0].capitalize()} may follow {words[1]} or {words[2]}."


def make_library(stores: Stores) -> dict[str, Approved]:
    """Two guidelines that answer, two of sixty short passages about other things, and two courses."""
    stores.vectors.use_model(MODEL)
    others = [f"{organ}{thing}须由{thing}专科处理{organ}部。" for organ in _ORGANS for thing in _THINGS]
    made = {
        "高血压": publish(
            stores,
            edition(
                "高血压防治指南",
                (passage(HYPERTENSION, title="高血压防治指南", section=("4 治疗", "4.2 目标"), page=47),),
                year=2024,
            ),
        ),
        "diabetes": publish(stores, edition("Diabetes guideline", (DIABETES,), year=2024, language="en")),
        "others_zh": publish(stores, edition("外科手册", others)),
        "others_en": publish(
            stores, edition("Handbook", [_about(number) for number in range(len(_WORDS))], language="en")
        ),
    }
    offer(
        stores,
        course("老年高血压患者的降压目标", summary="老年高血压患者的降压目标是多少"),
        course("骨科护理"),
    )
    return made


def answerer(
    stores: Stores,
    cache_dir: Path,
    encoder: Encoder = ENCODER,
    reranking: Reranking | None = None,
    terms: TermList | None = None,
) -> Answerer:
    """Without the shipped list of terms, unless it is given, and with evidence that goes by the words alone.

    The list grows, and what counts as evidence is fitted anew: these answers are not to change with them.
    """
    index = PassageIndex(stores, encoder.fingerprint, cache_dir)
    made = Answerer(stores, encoder, index, terms or TermList([]), reranking)
    made._calibration = BY_WORDS
    return made
