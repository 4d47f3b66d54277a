"""Abbreviations as a document itself defines them: 长效注射剂（long-acting injection，LAI）, albendazole (ALB).

A definition that is not there misleads: whoever asks for the one is shown the other. So the letters of an abbreviation
must fit the initials of its words, and a Chinese name is taken only where its beginning is certain; what stands there
besides is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from knowledge.terms.letters import abbreviation_in, fits, initials_fitted
from knowledge.terms.termlist import other_key
from knowledge.text import search_text

_CJK = "\u3400-\u9fff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    #: As the document writes it, without a plural's s.
    abbreviation: str
    #: The full name in Chinese; empty where it is not given, or where it begins is uncertain.
    zh: str = ""
    #: In English, as the document writes it; not both are empty.
    en: str = ""


def definitions(text: str) -> tuple[Definition, ...]:
    """What a passage's text defines, in order, each once."""
    found: dict[tuple[str, str, str], Definition] = {}
    for definition in (*_in_brackets(text), *_in_lists(text)):
        found.setdefault((definition.abbreviation, definition.zh, definition.en.lower()), definition)
    return tuple(found.values())


def glossary(texts: Iterable[str]) -> tuple[Definition, ...]:
    """What a whole document defines, one definition an abbreviation: all names that agree, none where they do not.

    A Chinese name that stands beside the English one goes before those that stand alone.
    """
    by_abbreviation: dict[str, list[Definition]] = {}
    for text in texts:
        for definition in definitions(text):
            by_abbreviation.setdefault(definition.abbreviation, []).append(definition)
    merged = (_merged(abbreviation, given) for abbreviation, given in by_abbreviation.items())
    return tuple(definition for definition in merged if definition is not None)


def _merged(abbreviation: str, given: Sequence[Definition]) -> Definition | None:
    english: dict[str, str] = {}
    for definition in given:
        if definition.en:
            # Lost spaces make no other name.
            english.setdefault("".join(other_key(definition.en)), definition.en)
    if len(english) > 1:
        return None
    vouched = {search_text(definition.zh) for definition in given if definition.zh and definition.en}
    alone = {search_text(definition.zh) for definition in given if definition.zh and not definition.en}
    chinese = vouched or alone
    if len(chinese) > 1:
        return Definition(abbreviation=abbreviation, en=next(iter(english.values()))) if english else None
    zh = next((definition.zh for definition in given if search_text(definition.zh) in chinese), "")
    return Definition(abbreviation=abbreviation, zh=zh, en=next(iter(english.values()), ""))


# --------------------------------------------------------------------------------------------- in brackets

_BRACKETS = re.compile(r"[(（]([^()（）\n]{2,120})[)）]")
_SEPARATOR = re.compile(r"\s*[,，;；:：]\s*")
_ENGLISH = re.compile(r"[A-Za-zα-ω][A-Za-z0-9α-ωⅠ-Ⅻ'’\-‑‐–/ .+]*")
#: How far back a name may begin.
_REACH = 120


def _in_brackets(text: str) -> Iterator[Definition]:
    for bracket in _BRACKETS.finditer(text):
        before = text[max(0, bracket.start() - _REACH) : bracket.start()]
        pieces = [piece for piece in _SEPARATOR.split(bracket.group(1).strip()) if piece]
        if len(pieces) == 1:
            yield from _alone(before, pieces[0])
        elif 2 <= len(pieces) <= 3:
            yield from _with_english(before, pieces)


def _with_english(before: str, pieces: Sequence[str]) -> Iterator[Definition]:
    """中文（English, ABBR）, in either order."""
    for one, other in pairwise(pieces):
        for english, short in ((one, other), (other, one)):
            abbreviation = abbreviation_in(short)
            name = _english_name(english)
            if abbreviation and name and _is_longer(name, abbreviation) and fits(abbreviation, name):
                yield Definition(abbreviation=abbreviation, zh=_chinese_name(before), en=name)
                return


def _alone(before: str, piece: str) -> Iterator[Definition]:
    abbreviation = abbreviation_in(piece)
    if abbreviation is None:
        yield from _reversed(before, piece)
        return
    english = _english_before(before, abbreviation)
    if english:
        yield Definition(abbreviation=abbreviation, en=english)
        return
    chinese = _chinese_name(before, alone=True)
    if chinese and len(abbreviation) > 1:
        yield Definition(abbreviation=abbreviation, zh=chinese)


def _reversed(before: str, piece: str) -> Iterator[Definition]:
    """LAI (long-acting injection)."""
    name = _english_name(piece)
    last = re.search(r"(?<![A-Za-z0-9\-/])[A-Za-z0-9][A-Za-z0-9\-/]*\s?$", before)
    abbreviation = abbreviation_in(last.group()) if last else None
    if name and abbreviation and len(name.split()) > 1 and fits(abbreviation, name):
        yield Definition(abbreviation=abbreviation, en=name)


def _english_name(piece: str) -> str:
    """The piece where it is English words and nothing else."""
    piece = piece.strip().strip("\"'“”‘’")
    return _tidy(piece) if _ENGLISH.fullmatch(piece) and len(piece) >= 4 else ""


def _tidy(name: str) -> str:
    """Without what a page's lines left in it: AmericanCancer Society is three words."""
    return re.sub(r"\s+", " ", re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", name)).strip(" .-–")


_CLAUSE = re.compile(r"[A-Za-zα-ω0-9'’\-‑‐–/ \n]+$")


def _english_before(before: str, abbreviation: str) -> str:
    """The words before the bracket that the letters fit best: most initials, then fewest words."""
    found = _CLAUSE.search(before)
    if not found or not before.rstrip()[-1:].isalnum():
        return ""
    words = found.group().split()
    # Only whole words of it: its beginning may be cut.
    most = min(len(words), len(abbreviation) * 2 + 2)
    candidates = [" ".join(words[-count:]) for count in range(1, most + 1)]
    fitted = [(initials_fitted(abbreviation, name), -len(name), name) for name in candidates]
    best = max(fitted, default=(0, 0, ""))
    name = _tidy(best[2])
    return name if best[0] and _is_longer(name, abbreviation) else ""


def _is_longer(name: str, abbreviation: str) -> bool:
    """Whether it spells the abbreviation out: non-NRTIs does not spell out NNRTI."""
    return len(name) > len(abbreviation) + 1 and (" " in name or not re.search("[A-Z]{2}", name))


# ---------------------------------------------------------------------------------------- the Chinese name

_RUN = re.compile(rf"[{_CJK}A-Za-z0-9α-ωⅠ-Ⅻ\-‑ ]+$")
#: What may stand before a name, so that it begins there: nothing, a mark, or a line that begins after a whole sentence.
_BOUNDARY = re.compile(r"(?:^|[、，,；;。：:！？!?|【】《》“”\"（）()\]\[]|[。；：:|]\s*\n)$")
#: What leads to a name and is no part of one.
_LEADING = re.compile(
    "包括|称为|又称|称作|采用|使用|推荐|建议|首选|选择|给予|接受|通过|根据|按照|参照|分为|定义为|表现为|主要是|即|"
    "其中|例如|比如|计算|依据|由于|引起|导致"
)
#: What stands only in a stretch whose name begins elsewhere, but for the terms it is a part of (功能, 反应, 学会): 和
#: joins two things, or is inside one name; 的 likewise.
_DOUBTFUL = re.compile(
    "[的与及或是在如将被把以于且都已也又这那其该此每各某们您你他它]|(?<![饱缓])和|(?<![行人])为|对(?![比照氨]|乙酰)|"
    "(?<!自)由|(?<![中高])等|并(?!发)|(?<![定双导])向|(?<!依)从|(?<!基)因(?![子素])|(?<!原)则|(?<!平)均|"
    "(?<![反效适])应(?![激答])|可(?![待乐卡逆])|(?<!必)需|(?<![功性])能|(?<![学协委社])会|不(?![良全足稳耐宁孕育典])|"
    "未(?!分化)|还(?!原)|更(?![年昔])|最(?![大小低高])|有(?![氧创效])|患者|研究|发现|显示|认为|进行|目前|指南|国内|"
    "国际(?!标准)|具有|存在|提示|出现|之间|情况|我国|除非|尽管|实现|换用|改用|停用|加用|联用|应用|合并|联合|结合(?!型)|"
    "完善|产生|抽血|检测|评估|监测|表[0-9]|图[0-9]"
)
#: No name begins with these: the rest of it stands before.
_NOT_FIRST = re.compile("[性化率者时后前中内外上下型期级类酶]")
_MOST_CHINESE = 14
_FEWEST_CHINESE = 3
#: 3.1.1 or a) before a heading or an item; but 2型 and 1月剂 are parts of names.
_NUMBERING = re.compile(r"^(?:[0-9]+[.．])+[0-9]*\s*|^[A-Za-z](?=[)）. ])[)）. ]*")


def _chinese_name(before: str, *, alone: bool = False) -> str:
    """The Chinese name that ends here; empty where its beginning is uncertain.

    alone: nothing else vouches for it, so only a whole stretch between two marks counts.
    """
    if not re.search(rf"[{_CJK}] ?$", before):
        return ""
    found = _RUN.search(before)
    if found is None or (found.start() == 0 and len(before) == _REACH):
        return ""
    if not _BOUNDARY.search(before[: found.start()]):
        return ""
    run = found.group().strip()
    numbered = _NUMBERING.sub("", run)
    parts = _LEADING.split(numbered)
    if alone and (len(parts) > 1 or numbered != run):
        return ""
    return _whole_chinese(parts[-1])


def _whole_chinese(name: str) -> str:
    """The name without its spaces, where it can be one."""
    name = re.sub(r"\s+", "", name)
    searched = search_text(name)
    chinese = len(re.findall(f"[{_CJK}]", name))
    if not _FEWEST_CHINESE <= chinese <= _MOST_CHINESE:
        return ""
    return "" if _DOUBTFUL.search(searched) or _NOT_FIRST.match(searched) else name


# ------------------------------------------------------------------------------------------------ in lists

_ITEM = re.compile(
    rf"(?:^|(?<=[;；。.，,\n|:：注]))\s*(?P<short>[A-Za-z0-9][A-Za-z0-9\-/]{{1,10}})\s*[:：=]\s*"
    rf"(?P<name>[A-Za-z{_CJK}α-ω0-9][^;；。:：|\n,，]{{2,80}}?)\s*(?=$|[;；。|\n,，]|\.(?:\s|$))"
)


def _in_lists(text: str) -> Iterator[Definition]:
    """BMI: 体重指数; SMM: skeletal muscle mass. Chinese names only where two such items stand in one line."""
    items = list(_ITEM.finditer(text))
    for _, line in groupby(items, key=lambda item: text.count("\n", 0, item.start("short"))):
        beside = list(line)
        for item in beside:
            definition = _listed(item.group("short"), item.group("name"))
            if definition and (definition.en or len(beside) > 1):
                yield definition


def _listed(short: str, name: str) -> Definition | None:
    abbreviation = abbreviation_in(short)
    if abbreviation is None:
        return None
    bare = Definition(abbreviation=abbreviation)
    english = _english_name(name)
    if english:
        return replace(bare, en=english) if fits(abbreviation, english) else None
    chinese = _whole_chinese(name) if _RUN.fullmatch(name) else ""
    return replace(bare, zh=chinese) if chinese else None
