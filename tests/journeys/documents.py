"""Guidelines made for the journeys; nothing in them is medical advice."""

from __future__ import annotations

from fpdf import FPDF

#: What every library is full of: passages on other subjects, against which a fitting one stands out.
_SUBJECTS_ZH = """慢性阻塞性肺疾病 肺功能 | 慢性肾脏病 尿白蛋白 | 心力衰竭 利钠肽 | 心房颤动 心电图 | 缺血性卒中 颈动脉超声 | 社区获得性肺炎 胸片
| 肺结核 痰涂片 | 慢性乙型肝炎 病毒载量 | 脂肪肝 转氨酶 | 胃溃疡 胃镜 | 溃疡性结肠炎 肠镜 | 急性胰腺炎 淀粉酶 | 甲状腺功能减退 促甲状腺激素
| 痛风 血尿酸 | 类风湿关节炎 类风湿因子 | 系统性红斑狼疮 补体 | 缺铁性贫血 血清铁蛋白 | 癫痫 脑电图 | 偏头痛 头痛日记 | 帕金森病 步态
| 抑郁障碍 量表评分 | 青光眼 眼压 | 白内障 视力 | 中耳炎 听力 | 湿疹 皮损面积 | 银屑病 关节症状 | 尿路感染 尿培养 | 前列腺增生 残余尿量"""
_SUBJECTS_EN = """chronic obstructive pulmonary disease, spirometry | chronic kidney disease, urinary albumin | heart failure, natriuretic peptide
| ischaemic stroke, carotid ultrasound | pneumonia, chest radiograph | tuberculosis, sputum smear | hepatitis B, viral load
| fatty liver, transaminases | gastric ulcer, endoscopy | ulcerative colitis, colonoscopy | pancreatitis, amylase | hypothyroidism, thyrotropin
| gout, serum urate | rheumatoid arthritis, rheumatoid factor | lupus, complement | iron deficiency, ferritin | epilepsy, electroencephalogram
| migraine, headache diary | Parkinson disease, gait | depression, symptom score | glaucoma, eye pressure | cataract, visual acuity
| otitis media, hearing | eczema, skin area | psoriasis, joint symptoms | urinary tract infection, urine culture | anaphylaxis, tryptase"""


def _handbook_zh() -> str:
    sections = (subject.split() for subject in _SUBJECTS_ZH.split("|"))
    return "# 基层常见病随访手册（2022）\n\n" + "\n\n".join(
        f"## {disease}\n\n对{disease}的人群，建议每半年随访一次，随访时检查{test}并与上次结果比较；结果明显变差时转上级医院。"
        for disease, test in sections
    )


def _handbook_en() -> str:
    sections = (subject.split(",") for subject in _SUBJECTS_EN.split("|"))
    return "# Follow-up Handbook for Primary Care (2022)\n\n" + "\n\n".join(
        f"## {disease.strip()}\n\nPeople with {disease.strip()} are seen twice a year; check {test.strip()} at each visit, "
        "compare it with the last result, and refer when it is clearly worse."
        for disease, test in sections
    )


#: Loaded before each story begins.
LOADED = {
    "基层常见病随访手册.md": _handbook_zh(),
    "Follow-up Handbook for Primary Care.md": _handbook_en(),
    "成人高血压防治手册（2024）.md": """# 成人高血压防治手册（2024）

## 一、诊断

成人高血压的诊断标准是非同日三次测量诊室血压≥140/90 mmHg。首次发现血压升高的患者应在四周内复测两次，以确认诊断。

## 二、老年高血压

老年高血压患者的降压目标是首先降至 <150/90 mmHg，能耐受者可进一步降至 <140/90 mmHg。有体位性低血压的患者应缓慢降压，避免跌倒。
""",
    "Type 2 Diabetes Handbook 2023.md": """# Type 2 Diabetes Handbook (2023)

## 1 Pharmacological treatment

Metformin is the first-line drug for type 2 diabetes in adults. The starting dose of metformin is 500 mg once daily \
with the evening meal.

## 2 Monitoring

HbA1c should be measured every three months until the target is reached, then every six months.
""",
}

UPLOAD_ZH = (
    "成人哮喘防治手册（2024）.md",
    """# 成人哮喘防治手册（2024）

## 一、急性发作

哮喘急性发作时首选吸入短效 β2 受体激动剂沙丁胺醇，每次 200 μg，必要时每 20 分钟重复一次，第一小时可用三次。

## 二、长期控制

长期控制哮喘的首选药物是吸入性糖皮质激素，应坚持规律使用，症状消失后也不可自行停药。
""".encode(),
)


def upload_en() -> tuple[str, bytes]:
    """A PDF of two pages, the answer on the second."""
    pdf = FPDF()
    pdf.set_title("Atrial Fibrillation Handbook 2024")
    for heading, text in (
        (
            "Atrial Fibrillation Handbook 2024",
            "How to use this book: each chapter begins with its main recommendation.",
        ),
        (
            "2 Anticoagulation",
            (
                "Patients with atrial fibrillation and a CHA2DS2-VASc score of 2 or more should be offered apixaban 5 mg "
                "twice daily. The dose of apixaban is reduced to 2.5 mg twice daily in frail patients over 80 years."
            ),
        ),
    ):
        pdf.add_page()
        pdf.set_font("helvetica", "B", 18)
        pdf.multi_cell(0, 10, heading, new_x="LMARGIN", new_y="NEXT")
        pdf.set_font("helvetica", size=11)
        pdf.multi_cell(0, 7, text, new_x="LMARGIN", new_y="NEXT")
    return "atrial-fibrillation-handbook-2024.pdf", bytes(pdf.output())


def encrypted_pdf() -> tuple[str, bytes]:
    pdf = FPDF()
    pdf.set_encryption(owner_password="owner", user_password="user")
    pdf.add_page()
    pdf.set_font("helvetica", size=11)
    pdf.cell(0, 10, "Nobody can read this without the password.")
    return "locked.pdf", bytes(pdf.output())
