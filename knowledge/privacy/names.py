"""Names after the word that announces one: 患者张三, 姓名：欧阳娜娜, "patient John Smith", "Name: Mary O'Neil".

A Chinese name begins with a surname, and so do many words that follow 患者 (高血压, 黄疸, 何时). So it is taken for one
only where it begins as none of those and ends where a name may end; after 姓名 it is taken as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from knowledge.privacy.surnames import COMPOUND, OTHER_WORDS, SELDOM, SINGLE

_HAN = r"[\u3400-\u9fff]"

#: Where a name ends for sure; a mask may stand there.
_ENDS = r"(?![\u3400-\u9fff])|(?=[男女]|性别|先生|女士|同志|同学|今年)"
#: What goes on after a name without a sign between.
_GOES_ON = (
    "因|患|有|的|今|现|近|既往|住院|门诊|急诊|病[历案情史]|诊断|确诊|出现|服|术[前后]|合并|入院|可以?|能|应|需|是|如何|怎|目前|"
    "身份|证件|电话|手机|邮箱|联系|微信|血|尿|高血|糖尿|冠心|房颤|发热|咳|胸|头|感染|使|用|正|已|曾|于|在|为|和|与|及|伴|要|想|吃|"
    "得|查|做|化验|检|复|来|肝|肾|心|脑|肺|肌|体|年龄|出生|家住|地址|昨|前|后|无|没|不|第|对|会|该|刚|又|突|反|持|间|被|由|从|"
    "妊|怀|哮|慢|急|贫|痛|骨|肿|乳|胃|肠|甲|卒|腹|腰|腿|左|右|双|自|上|下|床|号|编|登|就"
)

_PATIENT = r"(?:患者|病人|病患|患儿|产妇|孕妇|伤者|伤员|死者|病友|受试者|(?i:\bpatients?\b|\bpt\b))"
_GLUE = r"(?:[ ]?(?:姓名|名字|名叫|名为|叫做|叫|[:：]|，|,|、|（|\()){0,3}[ ]?"
_STRONG = (
    r"(?:姓名|姓 名|(?:患者|病人|患儿)(?:的?(?:名字|名)|叫做?|名叫|名为)|"
    r"(?i:(?:(?<![a-z])(?:patient|pt)(?:'s|’s)? |(?<![a-z])full |(?<![a-z])(?:first|last|family|given) )name|surname)"
    r"|(?<![A-Za-z])(?<![A-Za-z] )(?i:name))"
)
_STRONG_GLUE = r"[ ]?(?:[:：=]|是|为|叫|(?i:is|was)(?= ))?[ ]?"
_TITLES = r"(?<![A-Za-z])(?:Mr|Mrs|Ms|Miss)\.? "

_CHINESE_NAME = rf"(?:(?:{COMPOUND}){_HAN}{{1,2}}|[{SINGLE}]{_HAN}{{1,2}})"
#: Names with a point between, as those of minorities are written: 阿卜杜拉·买买提.
_POINTED = rf"{_HAN}{{1,6}}[·•・]{_HAN}{{1,6}}"

_AFTER_PATIENT = re.compile(rf"{_PATIENT}(?P<glue>{_GLUE})(?P<rest>(?={_HAN}).{{2,13}})")
_AFTER_STRONG = re.compile(rf"{_STRONG}(?P<glue>{_STRONG_GLUE})(?P<rest>(?={_HAN}).{{2,13}})")
_NO_NAME = re.compile(r"不详|未知|未提供|保密|不明|略|匿名|和|及|与|、|某")

_SHORT = rf"(?:(?:{COMPOUND})|[{SINGLE}]){_HAN}"
#: A last letter that is 男 before an age, or 因, is none of the name.
_LAST = rf"(?![男女][0-9，, ]|[因患的是在与及为]){_HAN}"
_WHOLE = re.compile(rf"(?:{_POINTED}|{_SHORT}(?:{_LAST})?)(?:{_ENDS})")
_FLOWING = re.compile(rf"{_SHORT}{_LAST}(?={_GOES_ON})")
_FLOWING_SHORT = re.compile(rf"{_SHORT}(?={_GOES_ON})")
_ANY_RUN = re.compile(rf"{_HAN}{{2,4}}(?:{_ENDS})")
_AT_LEAST = re.compile(_CHINESE_NAME)

# ---------------------------------------------------------------------------------------------- English

_WORD = r"(?:Ma?c[A-Z][a-z]+|[A-Z](?:['’][A-Z])?[a-z]+(?:[-'’][A-Z]?[a-z]+)*)"
_LATIN = rf"{_WORD}(?:,? [A-Z]\.)?,?(?: {_WORD}){{1,2}}"
_LATIN_AFTER_PATIENT = re.compile(
    rf"{_PATIENT}[ ]?(?:(?P<colon>[:：=])|,|，|named|called|is named)?[ ]?(?P<name>{_LATIN})(?![A-Za-z-])"
)
_LATIN_AFTER_STRONG = re.compile(
    rf"{_STRONG}{_STRONG_GLUE}(?P<name>{_LATIN}|(?:{_WORD})(?![A-Za-z])|[a-z]{{2,20}},? [a-z]{{2,20}}(?![a-z]))"
)
_LATIN_AFTER_TITLE = re.compile(rf"{_TITLES}(?P<name>{_WORD}(?: [A-Z]\.)?(?: {_WORD}){{0,2}})(?![A-Za-z-])")
#: In a heading every word is a capital one; none of these is anybody's name.
_NO_LATIN_NAME = frozenset(
    """
    a an the and or of in on at for with without who whose is was has had not no none unknown anonymous to
    from by as than under over after before during receiving taking using given treated presenting presents
    admitted diagnosed reports male female man woman men women boy girl adult adults child children infant
    infants elderly older old aged age year years type class stage grade score scale index group blood
    pressure disease diseases syndrome disorder criteria questionnaire health global assessment safety
    reported outcome outcomes centered centred education care data management population characteristics
    status risk factor factors treatment therapy affiliation area title role email guideline guidelines
    guidance information leaflet selection history values preferences preference experience engagement
    access advocacy activation adherence summary section diabetes hypertension heart failure cancer kidney
    liver lung stroke asthma pregnancy pregnant acute chronic severe impression improvement level study
    trial specific generated doctor physician nurse hospital killip pugh charlson glasgow apache framingham
    caucasian asian african black white hispanic chinese american european dose drug what which when how
    should can does do could would will may must might if then monitoring follow journey decision
    association society network registry protection act rights charter council foundation alliance input
    """.split()
)


def names(folded: str) -> Iterator[tuple[int, int]]:
    """Where they stand."""
    yield from _chinese(folded)
    yield from _latin(folded)


def _chinese(folded: str) -> Iterator[tuple[int, int]]:
    for found in _AFTER_STRONG.finditer(folded):
        if length := _length_after_strong(found.group("rest")):
            yield found.start("rest"), found.start("rest") + length
    for found in _AFTER_PATIENT.finditer(folded):
        is_parted = bool(found.group("glue").strip())
        if length := _length_after_patient(found.group("rest"), is_parted=is_parted):
            yield found.start("rest"), found.start("rest") + length


def _length_after_strong(rest: str) -> int:
    """0 where no name begins."""
    if _NO_NAME.match(rest):
        return 0
    for shape in (_WHOLE, _ANY_RUN, _FLOWING, _FLOWING_SHORT, _AT_LEAST):
        if found := shape.match(rest):
            return found.end()
    return 0


def _length_after_patient(rest: str, *, is_parted: bool) -> int:
    """0 where no name begins; is_parted: a colon, a comma or the like stands before."""
    if OTHER_WORDS.match(rest):
        return 0
    if found := _WHOLE.match(rest):
        return 0 if rest[0] in SELDOM and not is_parted else _unless_some(found.group())
    if is_parted or rest[0] not in SELDOM:
        for shape in (_FLOWING, _FLOWING_SHORT):
            if found := shape.match(rest):
                return _unless_some(found.group())
    return 0


def _unless_some(name: str) -> int:
    """李某 names nobody."""
    return 0 if "某" in name else len(name)


def _latin(folded: str) -> Iterator[tuple[int, int]]:
    for shape in (_LATIN_AFTER_STRONG, _LATIN_AFTER_PATIENT, _LATIN_AFTER_TITLE):
        for found in shape.finditer(folded):
            words = re.findall(r"[a-z]{2,}", found.group("name").casefold())
            if not _NO_LATIN_NAME.intersection(words):
                yield found.span("name")
