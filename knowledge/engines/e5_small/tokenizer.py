"""tokenizer.json, from the vocabulary and the normaliser table of the weights file."""

from __future__ import annotations

from pathlib import Path

from knowledge.engines.e5_small.charsmap import charsmap
from knowledge.engines.e5_small.weights import Packed

_SPECIAL_PIECES = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")


def write_tokenizer(packed: Packed, folder: Path) -> None:
    """Writes tokenizer.json with the file's own vocabulary and normaliser table.

    A user may type `<s>` or `＜mask＞`. Those letters must stay letters, so the text is cut before the `>` and then
    looked up in the vocabulary, and tokenizer_config.json tells transformers not to look for special tokens in a text.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(packed.pieces, unk_id=packed.unknown_id, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Precompiled(charsmap(packed.replacements)), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.WhitespaceSplit(),
            pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always"),
            pre_tokenizers.Split(Regex("(?<=<s|</s|<pad|<unk|<mask)>"), "merged_with_next"),
        ]
    )
    tokenizer.add_special_tokens(
        [AddedToken(piece, special=True, normalized=False) for piece in _SPECIAL_PIECES]
    )
    ends = [(piece, tokenizer.token_to_id(piece)) for piece in ("<s>", "</s>")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=ends
    )
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
