"""Which specialties a guideline is for, as far as its title says so; whoever loads it can correct that."""

from __future__ import annotations

import re

from knowledge.text import search_text

#: More would be a guess about everybody.
_MOST = 3

#: By the id of knowledge.specialties: what titles name, in simplified characters and lower case. English words are
#: matched from their beginning.
_SIGNS = {
    "obstetrics": "妊娠|孕|产科|产后|分娩|围产|胎"
    "|pregnan|gestation|obstetric|antenatal|postnatal|childbirth|fetal",
    "paediatrics": "儿童|小儿|婴|幼儿|新生儿|儿科|child|paediatric|pediatric|neonat|infant|newborn",
    "oncology": "癌|肿瘤|肉瘤|淋巴瘤|白血病|骨髓瘤|黑色素瘤"
    "|cancer|carcinoma|tumo|oncolog|lymphoma|leuk|myeloma|melanoma",
    "cardiology": "高血压|血压|心血管|心脏|心力衰竭|心衰|冠心|冠脉|冠状动脉|心肌|心房|房颤|心律|血脂|胆固醇|起搏"
    "|动脉粥样|hypertensi|dyslipid|blood pressure|cardi|heart|coronary|atrial|arrhythm|lipid|cholesterol",
    "endocrinology": "糖尿病|血糖|胰岛素|甲状腺|甲亢|甲减|垂体|肾上腺|痛风|尿酸|肥胖|骨质疏松|内分泌"
    "|diabet|glyc|insulin|thyroid|pituitar|adrenal|gout|obes|osteopor|endocrin",
    "respiratory": "哮喘|慢阻肺|阻塞性肺|呼吸|支气管|肺炎|肺栓塞|肺纤维|间质性肺|咳嗽|肺动脉高压"
    "|asthma|copd|obstructive pulmonary|respirat|bronch|pneumonia|pulmonary|cough|gina|gold report",
    "gastroenterology": "胃|肝|胆|胰腺|肠|消化|幽门螺杆菌"
    "|gastr|hepat|liver|bowel|colitis|crohn|pancrea|digestive|helicobacter",
    "nephrology": "肾|透析|nephr|kidney|renal|dialysis",
    "neurology": "卒中|脑梗|脑出血|脑血管|癫痫|帕金森|痴呆|阿尔茨海默|头痛|多发性硬化|神经|重症肌无力"
    "|stroke|epilep|parkinson|dementia|alzheimer|migraine|headache|multiple sclerosis|neurolog|neuropath",
    "infectious-disease": "感染|艾滋|新冠|新型冠状|流感|结核|乙肝|丙肝|病毒性|传染|疫|抗菌|抗生素|棘球蚴|包虫|脓毒"
    "|疟|梅毒|infect|hiv|aids|covid|influenza|tubercul|hepatitis [bc]|antimicrob|antibiot|echinococc|malaria|sepsis",
    "haematology": "血液|贫血|血小板|血友病|血栓|抗凝"
    "|anaemia|anemia|haemat|hemat|haemophil|hemophil|thrombo|anticoag",
    "rheumatology": "风湿|狼疮|关节炎|强直性脊柱炎|血管炎|rheumat|lupus|arthritis|spondyl|vasculitis",
    "psychiatry": "精神|抑郁|焦虑|双相|失眠|睡眠障碍|心理|psychi|depress|anxiety|schizophren|bipolar|mental",
    "orthopaedics": "骨折|骨科|腰椎|颈椎|椎管|关节置换|骨关节|软骨"
    "|fracture|orthop|spinal stenosis|osteoarthr|achondroplas",
    "urology": "泌尿|前列腺|尿路|结石|尿失禁|urolog|prostat|urinary|incontinence",
    "gynaecology": "妇科|宫颈|子宫|卵巢|乳腺|月经|绝经|更年期"
    "|gynaec|gynec|cervical cancer|ovar|menopaus|contracepti",
    "dermatology": "皮肤|皮炎|湿疹|银屑病|痤疮|荨麻疹|dermat|eczema|psoria|acne|urticaria",
    "ophthalmology": "眼|青光眼|白内障|视网膜|ophthalm|glaucoma|cataract|retin",
    "otolaryngology": "耳|鼻|咽|喉|听力|otitis|rhinit|sinusit|hearing|tonsil",
    "dentistry": "口腔|牙|龋|dental|oral health|periodon|caries",
    "critical-care": "重症|休克|icu|critical|intensive care|shock",
    "emergency": "急诊|急救|中毒|复苏|创伤|emergency|resuscitat|poison|trauma",
    "anaesthesiology": "麻醉|镇痛|疼痛|anaesth|anesth|analges|pain management",
    "radiology": "影像|造影|扫描|超声|ct scan|mri|radiolog|imaging|tomograph|ultraso",
    "rehabilitation": "康复|rehabilit",
    "geriatrics": "老年|高龄|衰弱|geriatr|older people|older adults|frail",
    "general-practice": "基层|社区|全科|家庭医生|primary care|general practi",
    "nutrition": "营养|食养|膳食|nutrition|dietary",
    "traditional-chinese-medicine": "中医|中药|针灸|中西医|traditional chinese|acupunct",
    "palliative-care": "安宁|姑息|临终|palliat|end of life|hospice",
    "public-health": "疫苗|免疫接种|接种|筛查|控烟|戒烟|vaccin|immuniz|immunis|screening|smoking|tobacco",
    "infection-control": "院感|消毒|手卫生|disinfect|hand hygiene|infection control",
    "research-methods": "指南制订|指南制修订|伦理|临床研究|质量评价|research|trial design|ethic",
}  # fmt: skip
_PATTERNS = {
    id_: re.compile("|".join(rf"\b{each}" if each.isascii() else each for each in signs.split("|")))
    for id_, signs in _SIGNS.items()
}


def specialties_of(title: str) -> tuple[str, ...]:
    """Ids of up to three specialties that a title names, in its order; none where it names none."""
    text = search_text(title).replace("_", " ")
    found = {id_: match.start() for id_, pattern in _PATTERNS.items() if (match := pattern.search(text))}
    return tuple(sorted(found, key=lambda id_: found[id_])[:_MOST])
