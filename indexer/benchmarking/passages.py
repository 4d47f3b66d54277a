"""Text for any number of passages: sentences of the samples, recombined, with other names and figures in them.

A document is a variant of one sample: some of the diseases and drugs it names are replaced by others of the term list,
common ones more often than rare ones, and some of its figures by others. So words are as frequent as in guidelines: a
few stand in half of all passages, most in hardly any.
"""

from __future__ import annotations

import csv
import math
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from indexer.reading import read
from knowledge.domain import PassageKind, Script
from knowledge.sentences import pieces
from knowledge.terms.termlist import SHIPPED, TermKind
from knowledge.text import encoded_text, script_of, tokens

PASSAGES_A_DOCUMENT = 100

#: Characters of a passage: mean and spread of those of real guidelines.
_LENGTH = {Script.CHINESE: (330, 110), Script.OTHER: (690, 220)}
_SHORTEST = 80
#: Characters to a window, as `knowledge.searchable` makes them; a passage of one window has none of its own.
_WINDOW = {Script.CHINESE: 94, Script.OTHER: 222}
#: How far the next sentence is taken from: what stands together in one passage stands apart in another.
_STEPS = range(1, 40)
#: Share of the names and figures of a sample that a document replaces.
_NAMES_REPLACED = 0.6
_FIGURES_REPLACED = 0.3
_FIGURE = re.compile(r"(?<![\d.])\d{1,3}(?![\d.])")
#: 剂量 and 孕妇 stay what they are; diseases, drugs and tests become others.
_NOT_REPLACED = (TermKind.GENERAL, TermKind.POPULATION)
_SHORTEST_NAME = {Script.CHINESE: 3, Script.OTHER: 6}


@dataclass(frozen=True, slots=True, kw_only=True)
class MadePassage:
    section: tuple[str, ...]
    text: str
    #: As `knowledge.searchable.passage_tokens` cuts them.
    tokens: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeDocument:
    number: int
    title: str
    script: Script
    #: Which sample it is a variant of.
    template: int
    passages: tuple[MadePassage, ...]

    def windows(self) -> list[int]:
        """How many windows each passage has."""
        counts = [round(len(passage.text) / _WINDOW[self.script]) for passage in self.passages]
        return [count if count > 1 else 0 for count in counts]

    def for_encoder(self) -> list[str]:
        """Each passage with its title and headings, as the encoder is to see it."""
        return [
            encoded_text("\n".join((" > ".join((self.title, *passage.section)), passage.text)))
            for passage in self.passages
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A sample, taken apart."""

    title: str
    script: Script
    sections: tuple[tuple[str, ...], ...]
    sentences: tuple[str, ...]
    #: What finds, in its sentences and title, the names that a document may replace; None where it has none.
    names: re.Pattern[str] | None


class Corpus:
    """Documents of a hundred passages each, by number: the same number is always the same document."""

    def __init__(self, folder: Path, scripts: Sequence[Script] = tuple(Script)) -> None:
        """folder: of guidelines in Markdown. scripts: those that documents take turns in."""
        self._folder = folder
        self._scripts = scripts
        self._names = _names()

    @cached_property
    def templates(self) -> tuple[Template, ...]:
        return tuple(self._template(path) for path in sorted(self._folder.glob("*.md")))

    def documents(self, passages: int) -> Iterator[MadeDocument]:
        """As many documents as hold this many passages; the last one may be shorter."""
        for number in range(-(-passages // PASSAGES_A_DOCUMENT)):
            yield self.document(number, min(PASSAGES_A_DOCUMENT, passages - number * PASSAGES_A_DOCUMENT))

    def document(self, number: int, passages: int = PASSAGES_A_DOCUMENT) -> MadeDocument:
        chance = random.Random(number)  # noqa: S311  # repeatable, and guards nothing
        script = self._scripts[number % len(self._scripts)]
        template = chance.choice([n for n, t in enumerate(self.templates) if t.script is script])
        source = self.templates[template]
        variant = _Variant(source, self._names[script], chance)
        title = f"{variant.changed(source.title)} {number}"
        sentences = [variant.sentence(sentence) for sentence in source.sentences]
        contexts = {
            section: " ".join(tokens(" > ".join((title, *section)))) for section in set(source.sections)
        }
        made = []
        for _ in range(passages):
            section = chance.choice(source.sections)
            text, lines = _passage(sentences, script, chance)
            made.append(
                MadePassage(section=section, text=text, tokens="\n".join((contexts[section], *lines)))
            )
        return MadeDocument(
            number=number, title=title, script=script, template=template, passages=tuple(made)
        )

    def _template(self, path: Path) -> Template:
        document = read(path)
        title = re.sub(r"[（(: ].*$", "", document.parsed.metadata.title or path.stem)
        text_chunks = [chunk for chunk in document.chunks if chunk.kind is PassageKind.TEXT]
        sentences = [
            chunk.text[span.start : span.end].strip()
            for chunk in text_chunks
            for span in pieces(chunk.text, chunk.kind)
        ]
        script = script_of(" ".join(sentences))
        return Template(
            title=title,
            script=script,
            sections=tuple(dict.fromkeys(chunk.section for chunk in text_chunks)),
            sentences=tuple(dict.fromkeys(sentence for sentence in sentences if len(sentence) > 10)),
            names=_finder(self._names[script], " ".join([title, *sentences])),
        )


class _Variant:
    """One document's way of changing its sample."""

    def __init__(self, template: Template, names: Sequence[str], chance: random.Random) -> None:
        self._template = template
        self._names = names
        self._chance = chance
        self._replaced: dict[str, str] = {}

    def sentence(self, sentence: str) -> tuple[str, str]:
        """The sentence as this document has it, and its tokens."""
        changed = self.changed(sentence)
        # A name with a full stop or a bracket in it may have made two sentences of one, which no line of tokens tells.
        if len(pieces(changed, PassageKind.TEXT)) > 1:
            changed = sentence
        return changed, " ".join(tokens(changed))

    def changed(self, text: str) -> str:
        if self._template.names is not None:
            text = self._template.names.sub(lambda found: self._name_for(found[0]), text)
        return _FIGURE.sub(lambda found: self._figure_for(found[0]), text)

    def _name_for(self, name: str) -> str:
        if name not in self._replaced:
            rank = int(len(self._names) ** self._chance.random()) - 1  # Zipf: a rank's chance falls as 1/rank
            keep = self._chance.random() >= _NAMES_REPLACED
            self._replaced[name] = name if keep else self._names[rank]
        return self._replaced[name]

    def _figure_for(self, figure: str) -> str:
        if self._chance.random() >= _FIGURES_REPLACED:
            return figure
        return str(self._chance.randint(1, 9 if len(figure) == 1 else 250))


def _passage(
    sentences: Sequence[tuple[str, str]], script: Script, chance: random.Random
) -> tuple[str, list[str]]:
    """Sentences in an order of chance up to a length of chance, and a line of tokens for each."""
    wanted = max(_SHORTEST, chance.gauss(*_LENGTH[script]))
    # A start and a step that reaches every sentence once: cheaper than a shuffle, of which a million are minutes.
    count, place = len(sentences), int(chance.random() * len(sentences))
    step = chance.choice(_STEPS)
    while math.gcd(step, count) > 1:
        step += 1
    chosen: list[tuple[str, str]] = []
    length = 0.0
    while not chosen or (len(chosen) < count and length + len(sentences[place][0]) / 2 < wanted):
        chosen.append(sentences[place])
        length += len(sentences[place][0])
        place = (place + step) % count
    # A line each, as list items stand: what ends without a full stop stays a sentence of its own.
    return "\n".join(text for text, _ in chosen), [line for _, line in chosen]


def _names() -> dict[Script, list[str]]:
    """Names of diseases, drugs and tests by script, in an order that has nothing to do with their kind."""
    found: dict[Script, list[str]] = {script: [] for script in Script}
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["kind"] not in _NOT_REPLACED:
                found[Script.CHINESE] += [n for n in row["zh"].split("|")[:1] if len(n) > 1]
                found[Script.OTHER] += [n for n in row["en"].split("|")[:1] if n]
    for names in found.values():
        random.Random(0).shuffle(names)  # noqa: S311  # likewise
    return found


def _finder(names: Sequence[str], text: str) -> re.Pattern[str] | None:
    """What finds those of the names that the text holds, the longest first."""
    low = text.lower()
    held = [name for name in names if len(name) >= _SHORTEST_NAME[script_of(name)] and name.lower() in low]
    held.sort(key=len, reverse=True)
    return re.compile("|".join(map(re.escape, held)), re.IGNORECASE) if held else None
