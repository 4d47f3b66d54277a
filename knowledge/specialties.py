"""The specialties that documents, courses and people share, and the regions that people are in.

Documents and courses name specialties freely; `specialty_of` finds the one that is meant.
"""

from __future__ import annotations

from dataclasses import dataclass

from knowledge.domain import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One entry of a list that people choose from."""

    #: As it is stored; never changed, only added to.
    id: str
    zh: str
    en: str
    #: Other names for it, as they are read; lower case.
    others: frozenset[str] = frozenset()

    def name(self, language: Language) -> str:
        return self.zh if language is Language.ZH else self.en


def _named(id_: str, zh: str, en: str, *others: str) -> Named:
    return Named(id=id_, zh=zh, en=en, others=frozenset(others))


#: In the order in which they are offered: the most usual first, those that are seldom a doctor's own last.
SPECIALTIES = (
    _named(
        "general-practice", "全科", "General practice", "全科医学", "基层", "family medicine", "primary care"
    ),
    _named("cardiology", "心血管", "Cardiology", "心内", "心内科", "心血管内科", "心脏", "cardiovascular"),
    _named("respiratory", "呼吸", "Respiratory", "呼吸内科", "呼吸与危重症", "pulmonology", "respirology"),
    _named("endocrinology", "内分泌", "Endocrinology", "内分泌代谢", "糖尿病", "diabetes"),
    _named("gastroenterology", "消化", "Gastroenterology", "消化内科", "hepatology", "肝病"),
    _named("nephrology", "肾内", "Nephrology", "肾病", "肾脏", "肾脏内科", "renal"),
    _named("neurology", "神经内科", "Neurology", "神经", "神内"),
    _named(
        "infectious-disease", "感染病", "Infectious disease", "感染", "传染", "传染病", "infectious diseases"
    ),
    _named("haematology", "血液", "Haematology", "血液内科", "血液病", "hematology"),
    _named("rheumatology", "风湿免疫", "Rheumatology", "风湿", "免疫", "immunology"),
    _named("oncology", "肿瘤", "Oncology", "肿瘤内科", "癌症", "cancer"),
    _named("geriatrics", "老年医学", "Geriatrics", "老年", "老年病", "geriatric medicine"),
    _named("emergency", "急诊", "Emergency", "急救", "急诊医学", "emergency medicine"),
    _named("critical-care", "重症", "Critical care", "重症医学", "icu", "intensive care"),
    _named("surgery", "外科", "Surgery", "普外", "普外科", "普通外科", "general surgery"),
    _named("orthopaedics", "骨科", "Orthopaedics", "骨", "orthopedics", "orthopaedic surgery"),
    _named("obstetrics", "产科", "Obstetrics", "围产医学"),
    _named("gynaecology", "妇科", "Gynaecology", "gynecology", "妇产", "妇产科"),
    _named("paediatrics", "儿科", "Paediatrics", "儿", "pediatrics", "新生儿", "neonatology"),
    _named("psychiatry", "精神", "Psychiatry", "精神医学", "心理", "精神卫生", "mental health"),
    _named("neurosurgery", "神经外科", "Neurosurgery", "神外"),
    _named("cardiac-surgery", "心胸外科", "Cardiothoracic", "胸外科", "心外科", "cardiothoracic surgery"),
    _named("urology", "泌尿外科", "Urology", "泌尿"),
    _named("dermatology", "皮肤", "Dermatology", "皮肤性病", "皮肤病"),
    _named("ophthalmology", "眼科", "Ophthalmology", "眼"),
    _named("otolaryngology", "耳鼻喉", "ENT", "耳鼻咽喉", "耳鼻咽喉头颈外科", "otorhinolaryngology"),
    _named("dentistry", "口腔", "Dentistry", "口腔医学", "牙", "stomatology", "dental"),
    _named("anaesthesiology", "麻醉", "Anaesthesiology", "anesthesiology", "anaesthesia", "疼痛"),
    _named("rehabilitation", "康复", "Rehabilitation", "康复医学"),
    _named("radiology", "影像", "Radiology", "放射", "医学影像", "imaging", "超声"),
    _named("laboratory-medicine", "检验", "Laboratory", "检验医学", "laboratory medicine"),
    _named("pathology", "病理", "Pathology"),
    _named("pharmacy", "药学", "Pharmacy", "临床药学", "药剂", "pharmacology"),
    _named("nursing", "护理", "Nursing", "护理学"),
    _named("traditional-chinese-medicine", "中医", "Chinese medicine", "中医药", "中医学", "tcm"),
    _named("public-health", "公共卫生", "Public health", "预防医学", "疾控", "预防", "preventive medicine"),
    _named("nutrition", "营养", "Nutrition", "临床营养", "营养学"),
    _named("palliative-care", "安宁疗护", "Palliative care", "姑息", "姑息医学"),
    _named("infection-control", "院感", "Infection control", "感染控制", "医院感染"),
    _named("research-methods", "科研方法", "Research methods", "科研", "research"),
)

#: China's seven, and where else doctors are who read Chinese.
REGIONS = (
    _named("north", "华北", "North China"),
    _named("northeast", "东北", "Northeast China"),
    _named("east", "华东", "East China"),
    _named("central", "华中", "Central China"),
    _named("south", "华南", "South China"),
    _named("southwest", "西南", "Southwest China"),
    _named("northwest", "西北", "Northwest China"),
    _named("hmt", "港澳台", "HK, Macao, Taiwan"),
    _named("abroad", "海外", "Abroad"),
    _named("other", "其他", "Other"),
)

_SPECIALTY = {each.id: each for each in SPECIALTIES}
_REGION = {each.id: each for each in REGIONS}
_BY_NAME = {
    name: each for each in SPECIALTIES for name in {each.id, each.zh, each.en.casefold()} | each.others
}


def specialty(id_: str) -> Named | None:
    return _SPECIALTY.get(id_)


def region(id_: str) -> Named | None:
    return _REGION.get(id_)


def specialty_of(name: str) -> Named | None:
    """The specialty that a document or a course means by this name: 心内科, Cardiology, infectious_disease."""
    plain = " ".join(name.casefold().replace("_", " ").split())
    return (
        _BY_NAME.get(plain) or _BY_NAME.get(plain.replace(" ", "-")) or _BY_NAME.get(plain.removesuffix("科"))
    )
