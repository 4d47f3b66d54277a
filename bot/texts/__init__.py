"""The words that people read: gettext catalogues, one a feature in zh and en, whose msgid is a key: "ask.no_evidence".

They are read as .po files, so that a changed word needs no compile step and a review shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from babel.messages.pofile import read_po

from knowledge.domain import Language

FOLDER = Path(__file__).parent


class Texts:
    """One language's words."""

    __slots__ = ("_words", "language")

    def __init__(self, language: Language, words: Mapping[str, str]) -> None:
        self.language = language
        self._words = words

    def get(self, key: str, **values: object) -> str:
        """The words of a key with its {placeholders} filled in.

        Raises:
            KeyError: there is no such text, or a placeholder has no value.
        """
        return self._words[key].format(**values)

    def keys(self) -> frozenset[str]:
        return frozenset(self._words)


@cache
def texts(language: Language) -> Texts:
    """The catalogues of a language, read once a process.

    Raises:
        ValueError: two catalogues have the same key.
    """
    words: dict[str, str] = {}
    for path in catalogue_files(language):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=language.value, abort_invalid=True)
        found = {str(message.id): str(message.string) for message in catalogue if message.id}
        if twice := words.keys() & found.keys():
            raise ValueError(f"{path} repeats {sorted(twice)}")
        words |= found
    return Texts(language, words)


def catalogue_files(language: Language) -> list[Path]:
    return sorted((FOLDER / language.value).glob("*.po"))
