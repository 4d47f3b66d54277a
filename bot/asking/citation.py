"""The line under a quotation: where it stands, how old it is, and what to beware of."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bot.html import MARK
from bot.texts import Texts
from knowledge.domain import OLD_AFTER_YEARS, Citation, Passage, Script

SEPARATOR = " · "
_LONGEST_TITLE = 100
_LONGEST_HEADING = 60
_LONGEST_PATH = 44


def citation_line(
    passage: Passage, words: Texts, *, today: date, question_is_chinese: bool, names_publisher: bool = False
) -> str:
    """《title》（year）· section · page, then its labels."""
    citation = passage.citation
    parts = [
        _title(citation, words),
        (citation.publisher or "") if names_publisher else "",
        _section(citation),
        page_of(citation, words),
        *_labels(passage, words, today=today, question_is_chinese=question_is_chinese),
    ]
    return SEPARATOR.join(filter(None, parts))


def _title(citation: Citation, words: Texts) -> str:
    shown = words.get("citation.title", title=shortened(citation.title, _LONGEST_TITLE))
    if citation.year is None or str(citation.year) in citation.title:
        return shown
    return shown + words.get("citation.year", year=citation.year)


def _section(citation: Citation) -> str:
    """The innermost heading, with the one around it where both are short."""
    headings = [
        heading for heading in citation.section if heading.strip() and not _is_title(heading, citation.title)
    ]
    inner = [shortened(heading, _LONGEST_HEADING) for heading in headings[-2:]]
    path = SEPARATOR.join(inner)
    return path if len(path) <= _LONGEST_PATH else inner[-1]


def _is_title(heading: str, title: str) -> bool:
    """Also one line of a title page's two, or the title without its year: either says nothing more."""
    return len(heading) * 2 > len(title) and (title.startswith(heading) or title.endswith(heading))


def page_of(citation: Citation, words: Texts) -> str:
    """The page, as in "p. 30 (printed 22)"; nothing where the format has no pages."""
    first, last = citation.page_first, citation.page_last
    if first is None:
        return ""
    if last is None or last == first:
        shown = words.get("citation.page", page=first)
    else:
        shown = words.get("citation.pages", first=first, last=last)
    if citation.page_label is None or citation.page_label == str(first):
        return shown
    return words.get("citation.printed", page=shown, label=citation.page_label)


def _labels(passage: Passage, words: Texts, *, today: date, question_is_chinese: bool) -> list[str]:
    citation = passage.citation
    # Of the passage, not of its document: a Chinese guideline may hold an English abstract.
    is_chinese = passage.script is Script.CHINESE
    labels = {
        "citation.year_unknown": citation.year is None,
        "citation.old": citation.is_old(today),
        "citation.in_chinese": is_chinese and not question_is_chinese,
        "citation.in_english": not is_chinese and question_is_chinese,
        "citation.check": bool(passage.marks),
        "citation.sample": citation.is_sample,
    }
    return [words.get(key, years=OLD_AFTER_YEARS) for key, applies in labels.items() if applies]


def today() -> date:
    """By which an edition's age is told; the hour makes no difference to it."""
    return datetime.now(UTC).date()


def shortened(text: str, longest: int) -> str:
    """For names, never for what is quoted."""
    tidy = " ".join(text.split())
    return tidy if len(tidy) <= longest else tidy[: longest - 1].rstrip() + MARK
