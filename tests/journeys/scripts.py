"""What the people of the journeys say and hope to read, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    language: str
    notice: str
    question: str
    #: Stands in the answer, with its citation.
    answer: tuple[str, ...]
    thanks: str
    unanswered: str
    no_evidence: str
    plan: str
    choose_load: str
    loaded: str
    role_needed: str
    #: /announce asks what for; a button begins a notice, whose text is asked for; then the draft shows.
    announce: str
    notice_button: str
    ask_text: str
    draft: str
    preview_button: str
    confirm: str
    send: str
    report: str


ZH = Script(
    language="zh",
    notice="请不要发送",
    question="老年高血压患者的降压目标是多少？",
    answer=("<150/90 mmHg", "《成人高血压防治手册", "2024", "老年高血压"),
    thanks="已记录",
    unanswered="骨质疏松症的双膦酸盐怎么用？",
    no_evidence="没有能回答这个问题的内容",
    plan="将作为新文档收录",
    choose_load="收录",
    loaded="医生现在可以查到",
    role_needed="您的编号是",
    announce="发布什么",
    notice_button="写一条通知",
    ask_text="请发来中文的文字",
    draft="收到的人：",
    preview_button="预览",
    confirm="确认后立即发给",
    send="发给",
    report="完成，共",
)
EN = Script(
    language="en",
    notice="no patient details",
    question="first-line drug for type 2 diabetes",
    answer=("Metformin is the first-line drug", "Type 2 Diabetes Handbook", "2023"),
    thanks="👍",
    unanswered="How are bisphosphonates used in osteoporosis?",
    no_evidence="None of the guidelines loaded here answers this",
    plan="It would be a new document",
    choose_load="Load",
    loaded="Doctors can find it now",
    role_needed="Your id is",
    announce="What do you want to announce",
    notice_button="A notice",
    ask_text="Please send the English text",
    draft="Reaches",
    preview_button="Preview",
    confirm="When you confirm",
    send="Send to",
    report="Done,",
)
