"""Numbers and addresses of people: by their shape where that is theirs alone, else by the word before them.

Doses, laboratory values, DOIs, years and codes of trials and drugs share none of these shapes; tests hold that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

#: ASCII: a digit of another script may take two UTF-16 units, and then the mask would be shorter than what it hides.
_FLAGS = re.ASCII | re.IGNORECASE
_ALONE = r"(?<![0-9A-Za-z])"
_ENDS = r"(?![0-9A-Za-z])"
_GAP = r"[ -]?"

_EMAIL = re.compile(
    r"[A-Za-z0-9._%+-]{1,64} {0,2}@ {0,2}[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}", _FLAGS
)

#: Mobile numbers of the mainland, with or without +86; the point as a separator only where it parts 3, 4 and 4.
_MOBILE = re.compile(
    rf"(?<![0-9A-Za-z.])(?:(?:\+|00)?86{_GAP})?"
    rf"(?:1[3-9]\d(?:{_GAP}\d{{4}}{_GAP}\d{{4}}|\.\d{{4}}\.\d{{4}}|{_GAP}\d{{3}}{_GAP}\d{{3}}{_GAP}\d{{2}}"
    rf"|{_GAP}\d{{3}}{_GAP}\d{{5}})|1[3-9](?:{_GAP}\d{{3}}){{3}}){_ENDS}",
    _FLAGS,
)
#: Land lines begin with 0 and have an area code of their own, or brackets; doses begin with 0 and a point.
_LANDLINE = re.compile(
    rf"(?<![0-9A-Za-z./-])(?:\(0\d{{2,4}}\){_GAP}|(?:(?:\+|00)86{_GAP})?0\d{{2,4}}[ -])\d{{3,4}}{_GAP}\d{{3,6}}{_ENDS}"
    rf"|(?<![0-9A-Za-z./-])0[1-9]\d{{8,10}}{_ENDS}",
    _FLAGS,
)
#: With the plus sign; they have at least eight digits, a change of +200 mL has fewer.
_INTERNATIONAL = re.compile(
    rf"(?<![0-9A-Za-z])\+(?=(?:[ ()-]*\d){{8}})\d{{1,3}}(?:[ -]?(?:\(\d{{1,4}}\)|\d{{1,4}})){{2,5}}{_ENDS}",
    _FLAGS,
)
_NORTH_AMERICA = re.compile(
    rf"(?<![0-9A-Za-z.-])(?:\([2-9]\d\d\) ?|[2-9]\d\d([-.]))\d{{3}}(?(1)\1|-)\d{{4}}{_ENDS}", _FLAGS
)
_SOCIAL_SECURITY = re.compile(r"(?<![0-9A-Za-z-])\d{3}-\d{2}-\d{4}(?![0-9A-Za-z-])", _FLAGS)
_PASSPORT = re.compile(rf"{_ALONE}(?:[EG]\d{{8}}|E[A-HJ-NP-Z]\d{{7}}){_ENDS}", _FLAGS)

_DATE = r"(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
_ID_CARD_OLD = re.compile(rf"{_ALONE}[1-9]\d{{5}}{_GAP}\d{{2}}{_DATE}{_GAP}\d{{3}}{_ENDS}", _FLAGS)
#: Eighteen characters of an ID card, or the digits of a bank card, in groups of any size.
_ID_CARD = re.compile(rf"{_ALONE}[1-9](?:{_GAP}\d){{16}}{_GAP}[\dX]{_ENDS}", _FLAGS)
_BANK_CARD = re.compile(rf"{_ALONE}[3-6]\d{{3}}(?:{_GAP}\d){{12,15}}{_ENDS}", _FLAGS)

_BIRTHDAY = re.compile(r"(?:18|19|20)" + _DATE.join((r"\d\d", "")))
_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"

#: The number after a word that says whose it is. At least one digit; letters may stand before and among them.
_CODE = r"(?P<code>(?=[A-Z]{0,6}-?\d)[0-9A-Z](?:[0-9A-Z]|[-/](?=[0-9A-Z])){0,23})"
_LINK = r"(?:[ ]?(?:号码|编号|号|no\.?|number|num|id))?[ ]?(?:[:=#.]|：|是|为|is|was)?[ ]?[#＃]?[ ]?"
_RECORD_WORDS = (
    r"住院号?|门诊号?|病历号?|病案号?|病案|登记号|就诊号|就诊卡号?|诊疗卡号?|诊疗号|医保号|医保卡号?|社保号|社保卡号?|"
    r"档案号|床号|影像号|检查号|放射号|超声号|病理号|标本号|样本号|条码号?|条形码|流水号|处方号|报告单号|挂号|急诊号|"
    r"体检号|手术号|患者号|患者 ?id|病人号|病人 ?id|身份证号?|证件号?|护照号?|通行证号?|台胞证号?|驾驶证号?|军官证号?|"
    r"银行卡号?|卡号|医院 ?id"
)
_ENGLISH_RECORDS = (
    r"mrn|(?:medical|hospital|patient|health|clinic)(?:'s)? (?:record|number|no\.?|id|card)|(?:admission|chart|bed|"
    r"accession|passport|insurance|policy|medicare|medicaid|nhs|registration|file|specimen|encounter|visit|record|ssn) "
    r"(?:number|no\.?|id)|ssn|passport"
)
_RECORD = re.compile(
    rf"(?:(?:{_RECORD_WORDS})|(?<![A-Za-z])(?:{_ENGLISH_RECORDS})){_LINK}{_CODE}{_ENDS}",
    _FLAGS,
)
_OWN_ID = re.compile(
    rf"(?<![A-Za-z])ID[ ]?(?:号|no\.?|number)?[ ]?(?:[:=#]|：)?[ ]?(?P<code>\d{{5,20}}){_ENDS}", _FLAGS
)
_CALLED = re.compile(
    r"(?:电话|手机|联系方式|座机|热线|传真|(?<![A-Za-z])(?:tel|telephone|phone|mobile|cell|fax))"
    rf"{_LINK}(?P<code>[(+]?\d(?:[ ()-]{{0,2}}\d){{4,17}}){_ENDS}",
    _FLAGS,
)
_ACCOUNT = re.compile(
    r"(?:微信号?|qq号?|(?<![A-Za-z])(?:wechat|weixin|whatsapp|telegram))(?:[ ]?(?:id|号))?[ ]?(?:[:=]|：|是|为)?[ ]?"
    r"(?P<code>(?=[A-Z_-]{0,19}\d)[0-9A-Z][0-9A-Z_-]{4,19})(?![0-9A-Z_-])",
    _FLAGS,
)
_BEDSIDE = re.compile(r"(?<![0-9A-Za-z.~-])(?P<code>\d{1,3}) ?床(?= ?的? ?(?:患者|病人|病友|患儿))", _FLAGS)


def identifiers(folded: str) -> Iterator[tuple[int, int]]:
    """Where they stand; the text's digits and signs are half width."""
    for shape in _BY_SHAPE:
        for found in shape.finditer(folded):
            yield found.span()
    for shape, is_one in _CHECKED:
        for found in shape.finditer(folded):
            if is_one("".join(filter(str.isalnum, found.group())).upper()):
                yield found.span()
    for named in _AFTER_A_WORD:
        for found in named.finditer(folded):
            if named is not _RECORD or _is_a_record(found):
                yield found.span("code")


def _is_id_card(number: str) -> bool:
    """A birthday in its place is enough: a mistyped number names a patient nearly as well. So is a check digit."""
    return _BIRTHDAY.fullmatch(number[6:14]) is not None or _has_check_digit(number)


def _has_check_digit(number: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_ID_WEIGHTS, number, strict=False))
    return _ID_CHECKS[total % 11] == number[17]


def _is_bank_card(number: str) -> bool:
    """Luhn's check."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def _is_a_range(number: str) -> bool:
    """650-800-1000 are doses: no subscriber's number is round throughout."""
    return all(int(part) % 50 == 0 for part in (number[:3], number[3:6], number[6:]))


#: Without 号, a figure after these may be a count or a length of time (住院 7 天), so only a long one is a number.
_BARE = re.compile(r"(?:住院|门诊|病历|病案|医保卡?|社保卡|挂号|条码|护照|passport|证件)[ ]?", _FLAGS)


def _is_a_record(found: re.Match[str]) -> bool:
    before = found.group()[: found.start("code") - found.start()]
    return _BARE.fullmatch(before) is None or len(found.group("code")) >= 6


_BY_SHAPE = (
    _EMAIL,
    _ID_CARD_OLD,
    _MOBILE,
    _LANDLINE,
    _INTERNATIONAL,
    _SOCIAL_SECURITY,
    _PASSPORT,
)
_CHECKED: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (_ID_CARD, _is_id_card),
    (_BANK_CARD, _is_bank_card),
    (_NORTH_AMERICA, lambda number: not _is_a_range(number)),
)
_AFTER_A_WORD = (_RECORD, _OWN_ID, _CALLED, _ACCOUNT, _BEDSIDE)
