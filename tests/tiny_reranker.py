"""A cross-encoder of ten thousand weights that the tests train: it knows which figure a question asks for.

Whoever asks for a dose wants mg, and for a target mmHg. It is taught that on made-up pairs in which both question and
passage name what is asked for, and the passage has a figure of that kind, or of the other, or none: only who reads the
two together can tell.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

#: What is asked for, and the units in which it is told.
_ASKED = ("dose", "target")
_UNITS = ("mg", "mmhg")
_OTHERS = tuple(
    "the of for is a what which see table usual about in at and with once on below chapter".split()
)
_MARKS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_VOCABULARY = (*_MARKS, *_ASKED, *_UNITS, *_OTHERS)
_UNKNOWN, _BEGINS, _ENDS, _FIRST_ASKED, _FIRST_UNIT, _FIRST_OTHER = 1, 2, 3, 5, 7, 9

_PAIRS_A_STEP = 48
_MOST_STEPS = 500


def train(folder: Path) -> Path:
    """Trains for about two seconds of processor time, and saves the model in the folder."""
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits
    from transformers import BertTokenizer

    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = _untrained()
    optimizer = torch.optim.AdamW((p for p in model.parameters() if p.requires_grad), lr=4e-3)
    # Gently at first, or it is soon stuck.
    pace = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=_MOST_STEPS)
    lately = 1.0
    for _ in range(_MOST_STEPS):
        inputs, answers = _pairs()
        loss = binary_cross_entropy_with_logits(model(**inputs).logits.squeeze(-1), answers)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        pace.step()
        lately = 0.95 * lately + 0.05 * loss.item()
        if lately < 0.02:
            break
    else:
        raise AssertionError(f"it has not learned what it was taught: {lately:.3f}")
    model.save_pretrained(folder)
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(_VOCABULARY), "utf-8")
    BertTokenizer(str(vocabulary)).save_pretrained(folder)
    return folder


def _untrained() -> Any:
    from transformers import BertConfig, BertForSequenceClassification

    config = BertConfig(
        vocab_size=len(_VOCABULARY),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=512,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        # So few weights learn nothing from the usual 0.02 in so few steps.
        initializer_range=0.2,
    )
    config.num_labels = 1
    model = BertForSequenceClassification(config)
    # Where a word stands does not matter here, and what it learned of short pairs shall hold for long ones.
    places = model.bert.embeddings.position_embeddings.weight.requires_grad_(False)
    places.zero_()
    return model


def _pairs() -> tuple[dict[str, Any], Any]:
    """Token ids of made-up pairs of one length, and 1 for each whose passage answers."""
    import torch

    each = torch.arange(_PAIRS_A_STEP)
    asked = torch.randint(2, each.shape)
    answers = torch.rand(each.shape) < 0.5
    told = torch.where(answers, asked, 1 - asked)
    question = _words(int(torch.randint(3, 10, ())))
    passage = _words(int(torch.randint(6, 32, ())))
    half = passage.shape[1] // 2
    question[each, torch.randint(question.shape[1], each.shape)] = _FIRST_ASKED + asked
    passage[each, torch.randint(half, each.shape)] = _FIRST_ASKED + asked
    says_nothing = ~answers & (torch.rand(each.shape) < 0.3)
    unit = torch.where(says_nothing, _UNKNOWN, _FIRST_UNIT + told)
    passage[each, torch.randint(half, passage.shape[1], each.shape)] = unit
    begins, ends = torch.full((_PAIRS_A_STEP, 1), _BEGINS), torch.full((_PAIRS_A_STEP, 1), _ENDS)
    parts = (begins, question, ends, passage, ends)
    second = torch.cat([torch.full_like(part, int(number > 2)) for number, part in enumerate(parts)], 1)
    ids = torch.cat(parts, 1)
    return {
        "input_ids": ids,
        "token_type_ids": second,
        "attention_mask": torch.ones_like(ids),
    }, answers.float()


def _words(length: int) -> Any:
    """Words that tell nothing, many of them unknown."""
    import torch

    shape = (_PAIRS_A_STEP, length)
    words = torch.randint(_FIRST_OTHER, len(_VOCABULARY), shape)
    return torch.where(torch.rand(shape) < 0.3, _UNKNOWN, words)
