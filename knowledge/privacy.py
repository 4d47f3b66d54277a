"""Patient identifiers are masked before a question is stored, logged or searched.

A mask is as long as what it hides, so that Telegram's entity offsets stay true.
"""

from __future__ import annotations

import re

MASK = "■"

#: Mainland ID card: 6 digits of a region, a date, 3 digits, a check character. Its check digit is not required to be
#: right: a mistyped number names a patient nearly as well. Digits may be full width or spaced in groups.
_DATE = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_ID_CARD = (
    rf"(?<![0-9A-Za-z])[1-9]\d{{5}}[ -]?(?:18|19|20)\d{{2}}[ -]?{_DATE}[ -]?\d{{3}}[\dXx](?![0-9A-Za-z])"
)
_ID_CARD_OLD = rf"(?<![0-9A-Za-z])[1-9]\d{{5}}\d{{2}}{_DATE}\d{{3}}(?![0-9A-Za-z])"
#: Mobile numbers of the mainland, with or without +86 and with the usual groupings.
_MOBILE = r"(?<![0-9A-Za-z.])(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?![0-9A-Za-z])"
#: Land lines need their area code and a hyphen or brackets, otherwise doses and lab values would match.
_LANDLINE = r"(?<![0-9A-Za-z])(?:\(0\d{2,3}\)|0\d{2,3}-)\d{7,8}(?![0-9A-Za-z])"
#: International numbers with their plus sign; they have at least eight digits, a change of +200 mL has fewer.
_INTERNATIONAL = (
    r"(?<![0-9A-Za-z])\+(?=(?:[ ()-]*\d){8})\d{1,3}(?:[ -]?(?:\(\d{1,4}\)|\d{1,4})){2,5}(?![0-9A-Za-z])"
)
_EMAIL = r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}"

_KINDS = (_EMAIL, _ID_CARD, _ID_CARD_OLD, _MOBILE, _LANDLINE, _INTERNATIONAL)
# ASCII: a digit of another script may take two UTF-16 units, and then the mask would be shorter than what it hides.
_IDENTIFIER = re.compile("|".join(_KINDS), re.ASCII)
_FULL_WIDTH = str.maketrans("０１２３４５６７８９＋－＠．（）　Ｘｘ", "0123456789+-@.() Xx")


def mask(text: str) -> str:
    """The text with each identifier replaced by as many ■ as it had UTF-16 units (all of them are one)."""
    folded = text.translate(_FULL_WIDTH)
    masked = list(text)
    for found in _IDENTIFIER.finditer(folded):
        masked[found.start() : found.end()] = MASK * (found.end() - found.start())
    return "".join(masked)


def is_masked(text: str) -> bool:
    """Whether something was hidden: then the person is told."""
    return MASK in text
