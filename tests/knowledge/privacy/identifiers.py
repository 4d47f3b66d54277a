"""Made-up people's numbers and names, in questions as doctors write them; no real person's, and always the same ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from knowledge.privacy import MASK

FULL_WIDTH = str.maketrans("0123456789X-", "０１２３４５６７８９Ｘ－")

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
_COMPOUND = ("欧阳", "司马", "上官", "诸葛", "皇甫", "尉迟", "慕容", "令狐", "夏侯")
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛超秀兰霞平刚桂英玉华建国文辉志鹏淑珍春梅云峰思雨涵浩然欣怡"
_ENGLISH_GIVEN = "John Mary Robert Patricia Michael Linda David Susan Zhang Xiaoming Liwei Ahmed Fatima Sean Aoife Jean-Paul".split()
_ENGLISH_FAMILY = "Smith Johnson Williams Brown Garcia Miller Wang Chen O'Neil McDonald Okafor Nguyen Schmidt Rossi Fitzgerald".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A question that gives somebody away."""

    text: str
    #: What must not be left of it.
    identifier: str
    #: The question with that hidden, and nothing else.
    masked: str


def questions(count: int, seed: int = 20261122) -> Iterator[Told]:
    """Chinese and English in turn, each kind of identifier about equally often."""
    dice = random.Random(seed)
    for at in range(count):
        kinds = _CHINESE if at % 2 == 0 else _ENGLISH
        make, frames = kinds[at // 2 % len(kinds)]
        identifier = make(dice)
        frame = dice.choice(frames)
        hidden = MASK * len(identifier)
        yield Told(text=frame.format(identifier), identifier=identifier, masked=frame.format(hidden))


# ------------------------------------------------------------------------------------------------ making


def _digits(dice: random.Random, count: int) -> str:
    return "".join(dice.choice("0123456789") for _ in range(count))


def id_card(dice: random.Random) -> str:
    """With its check digit, in one of the ways that people group it."""
    region = dice.choice(["110105", "310104", "440524", "510107", "330106", "420111"])
    birthday = f"{dice.randint(1930, 2024)}{dice.randint(1, 12):02}{dice.randint(1, 28):02}"
    first = region + birthday + _digits(dice, 3)
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = "10X98765432"[sum(weight * int(digit) for weight, digit in zip(weights, first, strict=True)) % 11]
    return _written(dice, first + check, [(6, 8, 4), (4, 4, 4, 4, 2), (6, 4, 4, 4), (3, 3, 4, 4, 4)])


def old_id_card(dice: random.Random) -> str:
    birthday = f"{dice.randint(30, 79)}{dice.randint(1, 12):02}{dice.randint(1, 28):02}"
    return _written(dice, dice.choice(["110105", "310104"]) + birthday + _digits(dice, 3), [(6, 6, 3)])


def mobile(dice: random.Random) -> str:
    number = "1" + dice.choice("3456789") + _digits(dice, 9)
    return dice.choice(["", "", "+86", "+86 ", "0086"]) + _written(
        dice, number, [(3, 4, 4), (3, 3, 3, 2), (3, 3, 5)]
    )


def landline(dice: random.Random) -> str:
    area, number = dice.choice(["010", "021", "0755", "0571"]), dice.choice("2345678") + _digits(dice, 7)
    return dice.choice(
        [f"{area}-{number}", f"({area}){number}", f"{area} {number}", f"{area}-{number[:4]} {number[4:]}"]
    )


def abroad(dice: random.Random) -> str:
    return dice.choice(
        [
            f"+1 ({dice.randint(201, 989)}) {dice.randint(201, 989)}-{dice.randint(1001, 9989)}",
            f"+44 20 7{_digits(dice, 3)} {_digits(dice, 4)}",
            f"+852 9{_digits(dice, 3)} {_digits(dice, 4)}",
            f"({dice.randint(201, 989)}) {dice.randint(201, 989)}-{dice.randint(1001, 9989)}",
            f"{dice.randint(201, 989)}-555-{dice.randint(1001, 9949) | 1}",
            f"020 7{_digits(dice, 3)} {_digits(dice, 4)}",
            f"+49 30 {_digits(dice, 4)} {_digits(dice, 4)}",
        ]
    )


def mail(dice: random.Random) -> str:
    name = dice.choice(["zhang.san", "li_ming88", "j.smith+ward", "wangfang"]) + _digits(dice, 2)
    return (
        name
        + dice.choice(["@", "@", "＠", " @ "])
        + dice.choice(["example.com", "mail.example.org.cn", "qq.com"])
    )


def record(dice: random.Random) -> str:
    return dice.choice(["", "", "ZY", "H", "A-"]) + _digits(dice, dice.randint(6, 10))


def short_record(dice: random.Random) -> str:
    return dice.choice(["", "B", "0"]) + str(dice.randint(2, 89))


def bank_card(dice: random.Random) -> str:
    first = "62" + _digits(dice, 16)
    total = sum(
        doubled - 9 * (doubled > 9)
        for place, digit in enumerate(reversed(first))
        for doubled in [int(digit) * (2 - place % 2)]
    )
    return _written(dice, first + str(-total % 10), [(4, 4, 4, 4, 3)])


def passport(dice: random.Random) -> str:
    return dice.choice(["E", "G"]) + _digits(dice, 8)


def social_security(dice: random.Random) -> str:
    return f"{_digits(dice, 3)}-{_digits(dice, 2)}-{_digits(dice, 4)}"


def chinese_name(dice: random.Random) -> str:
    given = "".join(dice.choice(_GIVEN) for _ in range(dice.choice([1, 2, 2])))
    surname = dice.choice(_COMPOUND) if dice.random() < 0.1 else dice.choice(_SURNAMES)
    return surname + given


def english_name(dice: random.Random) -> str:
    middle = f" {dice.choice('ABCDE')}." if dice.random() < 0.2 else ""
    return f"{dice.choice(_ENGLISH_GIVEN)}{middle} {dice.choice(_ENGLISH_FAMILY)}"


def _written(dice: random.Random, number: str, groups: list[tuple[int, ...]]) -> str:
    way = dice.random()
    if way < 0.4:
        return number
    if way < 0.55:
        return number.translate(FULL_WIDTH)
    if way < 0.6:
        return number.lower()
    mark = dice.choice([" ", "-", "\u3000", "\u00a0", "\u200b", "–"])
    parts, at = [], 0
    for size in dice.choice(groups):
        parts.append(number[at : at + size])
        at += size
    return mark.join(parts)


# ----------------------------------------------------------------------------------------------- telling

Maker = Callable[[random.Random], str]

_ANYWHERE_ZH = (
    "老年高血压患者的降压目标是多少？{}",
    "{}，2 型糖尿病，二甲双胍每次 0.5 g 够吗",
    "65 岁男性（{}）血压 160/95 mmHg 怎么处理",
    "身份信息{}急性心肌梗死双抗用多久？",
    "病史：房颤；联系：{}；CHA2DS2-VASc 4 分，抗凝选什么",
)
_ANYWHERE_EN = (
    "What is the blood pressure target in older adults? {}",
    "{}: metformin 500 mg twice daily, eGFR 38 mL/min, go on?",
    "My patient ({}) has atrial fibrillation, CHA2DS2-VASc 4. Which anticoagulant?",
    "Contact {}. Dose of amoxicillin in acute otitis media?",
    "Follow-up for {} after myocardial infarction, LDL-C 1.8 mmol/L",
)
_RECORDS_ZH = (
    "住院号{}，肺炎用什么抗生素",
    "患者住院号：{} 高血压 3 级",
    "门诊号 {}，糖尿病足怎么处理",
    "（病历号：{}）慢阻肺急性加重",
    "病案号为{}的患者能用阿司匹林吗",
    "就诊卡号 {}，LDL-C 4.2 mmol/L",
    "MRN {} 术后抗凝多久",
    "医保卡号：{}；HbA1c 8.1%",
)
_RECORDS_EN = (
    "MRN {}, atrial fibrillation: apixaban dose?",
    "MRN: {} with eGFR 30 mL/min",
    "medical record number {}; start a statin?",
    "Hospital number: {}. Sepsis bundle?",
    "patient ID {}, INR 3.5 on warfarin",
    "Admission no. {}: COPD exacerbation",
)
_BEDS_ZH = ("床号{}，血钾 2.9 mmol/L 怎么补", "床号：{} 心衰", "肺炎，床号 {}。")
_BEDS_EN = ("bed number {}: potassium 2.9 mmol/L", "Bed no. {}, heart failure", "pneumonia, bed no {}.")
_NAMES_ZH = (
    "患者{}，男，65岁，高血压，降压目标是多少？",
    "患者{}男65岁，血压 160/95 mmHg",
    "患者：{}，女，2 型糖尿病，eGFR 40",
    "姓名：{}，房颤，CHA2DS2-VASc 3 分",
    "姓名:{} 性别:女 年龄:70",
    "病人{}，冠心病，阿司匹林多少毫克",
    "病人 {} 65 岁，心衰用什么",
    "患者姓名：{}，慢性肾脏病 4 期",
    "患者姓名 {}，住院，肺炎",
    "患儿{}，3 岁，中耳炎，阿莫西林剂量",
    "患者叫{}，哮喘控制不佳",
    "患者（{}，65 岁）脑卒中二级预防",
    "患者{}因胸痛入院，心电图 ST 段抬高",
    "patient: {}，糖尿病",
)
_NAMES_EN = (
    "Patient: {}, 65-year-old man, hypertension. Target?",
    "Patient name: {}. Type 2 diabetes, eGFR 40.",
    "patient {} with atrial fibrillation, which anticoagulant?",
    "The patient, {}, has heart failure with EF 30%",
    "Name: {}, age 70, stroke: clopidogrel dose?",
    "name is {}; asthma not controlled",
    "Mr. {} has gout, eGFR 50. Allopurinol dose?",
    "Mrs {} is 80 and takes warfarin, INR 3.5",
    "A patient named {} has COPD",
    "患者 {}，男，高血压",
)

_CHINESE: tuple[tuple[Maker, tuple[str, ...]], ...] = (
    (id_card, _ANYWHERE_ZH),
    (old_id_card, _ANYWHERE_ZH),
    (mobile, _ANYWHERE_ZH),
    (landline, _ANYWHERE_ZH),
    (mail, _ANYWHERE_ZH),
    (record, _RECORDS_ZH),
    (short_record, _BEDS_ZH),
    (chinese_name, _NAMES_ZH),
    (chinese_name, _NAMES_ZH),
    (bank_card, _ANYWHERE_ZH),
    (passport, _ANYWHERE_ZH),
)
_ENGLISH: tuple[tuple[Maker, tuple[str, ...]], ...] = (
    (id_card, _ANYWHERE_EN),
    (mobile, _ANYWHERE_EN),
    (abroad, _ANYWHERE_EN),
    (mail, _ANYWHERE_EN),
    (record, _RECORDS_EN),
    (short_record, _BEDS_EN),
    (english_name, _NAMES_EN),
    (english_name, _NAMES_EN),
    (social_security, _ANYWHERE_EN),
    (bank_card, _ANYWHERE_EN),
)
