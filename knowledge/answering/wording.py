"""The words that questions are made of beside the names in them, as patterns over search text.

Search text is simplified, half width and lower case, so Traditional Chinese and capitals need no patterns of their own.
The lists were written for benchmarks/followups.jsonl; a word that is missing makes a question stand alone.
"""

from __future__ import annotations

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


PEOPLE = _any(
    r"[0-9一二三四五六七八九十百]+\s*周?(?:个月|岁)(?:及?以[上下内]|左右|多)?"
    r"(?:的?(?:老人|老年人|患者|病人|儿童|孩子|小孩|人))?",
    r"老年(?:患者|病人|人)?|老人|高龄(?:患者|老人|者)?|成年?人|青少年|儿童|小儿|小孩|孩子|患儿",
    r"婴幼儿|婴儿|幼儿|新生儿|早产儿",
    r"孕妇|孕期|妊娠期?妇女|妊娠期?|怀孕(?:妇女|期)?|备孕|哺乳期?(?:妇女)?|产妇|产后|男性|女性|男的|女的",
    r"\b(?:older |elderly )?(?:people|patients?|adults?|women|men|children) "
    r"(?:aged )?(?:over|under|above|below|from) [0-9]+",
    r"\b(?:over|under|above|below|aged) [0-9]+(?: years?(?: old)?)?|\b[0-9]+[- ]years?[- ]olds?",
    r"\b(?:older|elderly) (?:adults?|people|patients?)|\b(?:the )?elderly|\badults?",
    r"\badolescents?|\bteenagers?|\bchild(?:ren)?|\bpa?ediatrics?|\binfants?|\bneonates?|\bnewborns?",
    r"\bpregnan(?:cy|t(?: women| patients)?)|\bwomen|\bmen\b",
    r"\bbreast-?feeding|\blactati(?:on|ng)|\bnursing mothers?",
)

_ASKED = (
    # How much, how long, how often, when.
    r"(?:(?:常规|标准|起始|初始|维持|负荷|最大|最小|目标|推荐|每[日天次])(?:可用)?)?(?:剂量|用量)|起始量|维持量|用法",
    r"怎么(?:处理|治疗|管理|监测|评估|调整?|减|加|选择?|治|办|用|吃|服|查|测|停|换|开|打)?|如何|怎样",
    r"疗程|多久|多长(?:时间)?|多大|几[\u4e00-\u9fff]|谁",
    r"什么时候|何时|时机|时间窗|频率|间隔",
    r"副作用|不良反应|毒性|禁忌(?:证|症)?|注意(?:事项|什么)?|适应(?:证|症)|指征|相互作用|机制|预后",
    r"(?:控制|治疗|降[压糖脂]|血[压糖脂])?靶?目标值?|诊断(?:标准|界值|依据)?|界值|标准|阈值",
    r"分级|分期|分类|分型|分层|评估|监测|复查|随访|转诊|筛查|安全|有效|效果|疗效|是否|为什么",
    r"[是有]?(?:多少|什么|哪[些种个类])",
    r"\b(?:(?:starting|initial|maintenance|loading|maximum|minimum|usual|daily|target|first) )*dos\w+|\bamount\b",
    r"\bhow (?:much|many|long|often|soon|high|low|fast|to)\b|\bwhen\b|\bduration\b|\bfrequency\b|\binterval\b",
    r"\b(?:side|adverse) (?:effects?|events?|reactions?)|\btoxicity\b|\bcontra-?indicat\w+",
    r"\bcautions?\b|\bwarnings?\b|\binteractions?\b|\bindicat\w+|\bmechanism\b|\bprognosis\b",
    r"\b(?:treatment |blood pressure |bp |a1c )?(?:targets?|goals?|thresholds?|cut-?offs?|limits?)\b",
    r"\bdiagnos\w+|\bcriteria\b|\bclassif\w+|\bstag(?:e|es|ing)\b|\bgrad(?:e|es|ing)\b|\bassess\w*",
    r"\bmonitor\w*|\bfollow-?\s?ups?\b|\bre-?check\w*|\breview\w*|\bscreen\w*|\brefer\w*",
    r"\bchoices?\b|\boptions?\b|\bsafe(?:ty)?\b|\beffective\b",
    r"\bwhich\b|\bwhat\b(?! (?:about|if)\b)|\bwhy\b|\bwho\b",
)
_DONE = (
    r"血压|血糖|血氧(?:饱和度)?|氧饱和度|spo2|血钾|空腹|餐[前后]|抗凝|血肌酐|肌酐|心率|体重|尿量|上升|升高|下降|降低|波动|控制|达标|中毒|过量|原因|病因|评分",
    r"治疗|疗法|处理|处置|管理|方案|一线|二线|首选|次选|备选|选择|用药|选药|联合|合用|联用|单药",
    r"手术|检查|化验|住院|预防|禁用|慎用|停[药用]|换[药用]|改用|减量|加量|调整|滴定|起始|开始|启动|继续",
    r"需要|推荐|可以|能不能|可不可以|能否|适合|不适合",
    r"激素|抗生素|抗菌药物?|升压药|降压药|降糖药|药物?|[吃服]",
    r"\bsaturation\b|\b(?:hour|day|week|month)s?\b|\boverdose\b|\bantidote\b|\bcauses?\b|\bscores?\b|\btest(?:s|ing)?\b",
    r"\bblood (?:pressure|glucose|sugar)\b|\bbp\b|\bpotassium\b|\bcreatinine\b|\bheart rate\b|\bweight\b",
    r"\btreat\w*|\btherap(?:y|ies)\b|\bmanag\w+|\b(?:first|second)-?\s?line\b|\bregimens?\b",
    r"\bprevent\w*|\bprophyla\w+|\bsurgery\b|\bstart\w*|\bstop\w*|\bswitch\w*|\bcontinu\w+|\badjust\w*",
    r"\breduc\w+|\bincreas\w+|\btitrat\w*|\btaper\w*|\bprescrib\w+|\bneed\w*|\brecommend\w*",
    r"\ballowed\b|\bsuitable\b|\bpreferred\b|\bbest\b|\bavoid\w*|\bbe used\b|\bkeep\b|\bkept\b|\bget\b",
    r"\bdrugs?\b|\bmedic(?:ine|ation)s?\b|\bsteroids?\b|\bantibiotics?\b|\bvasopressors?\b",
)
#: What is asked of something: another question on the same asks something else instead.
ASKED = _any(*_ASKED)
#: With what is done or measured, which may as well be what a question is about.
ASPECT = _any(*_ASKED, *_DONE)

#: What a question is put into, and what every question is about anyway.
FRAME = _any(
    r"患者|病人|人群|的人|者|的话|情况下?|时候|期间|第一|首次|小时|分钟|最好|一般|大概|左右|以上|以下|以内|[一二两三几]次",
    r"之后|之前|然后|接着|那么?|如果|要是|假如|换成|改成|换用|还有|另外|以及|合并|并发|伴有?|患有|没有|有",
    r"它们?|他们|她们|该|此|上述|上面|刚才|同样|一样|不好|不良",
    r"请问|谢谢|麻烦|你好|您好|[呢吗吧啊呀嘛的了和与及或在用给做打开查]",
    r"\b(?:and|but|or|so|then|also|again|same|ok|okay|else|too|please|thanks?|hi|hello|any|cases?)\b",
    r"\b(?:within|before|after|per|daily)\b",
)

# ------------------------------------------------------------------------------------ going on, going back

#: 「那氨氯地平呢」, "what about amlodipine", "and in CKD": the beginning of a question that goes on from another one.
#: A preposition is part of what is said, and stays.
OPENER = _any(
    r"(?:那么?|如果|要是|假如|若是?|换成|换做|改成|改用|换用|还有|另外|以及|然后|同样|[，,。\s])+",
    r"(?:(?:and|but|or|so|then|also|ok|okay)\b[\s,]*)*"
    r"(?:(?:what|how) about|what if|how if|and|but|or|same|instead of|instead|(?=(?:if|in|for|with|during)\b))[\s,:]*",
)
PREPOSITION = re.compile(r"(?:(?:and|but)\s+)?(?:in|for|with|during|if)\b")
#: Says that what follows takes the place of something.
EXCHANGE = _any(
    r"(?:那么?|如果|要是|[，,\s])*(?:换成|换做|改成|改用|换用)",
    r"(?:and )?(?:instead|switch(?:ing)? to)\b",
    r".{,40}\binstead\s*\?*$",
)
STRONG_OPENER = _any(r"(?:and|but|so|then|what|how|same)\b", r"那|如果|要是|假如|若|同样")
#: 还要抗凝多久
CONTINUES = _any(
    r"(?:还|仍)(?:要|需|能|可以|得|用|应)|再|(?:之|在此|此)?(?:前|后)(?=\S)|以[前后]", r"(?:also|still)\b"
)
#: Asks for a figure. With hardly a word beside it, it is asked of what was asked about before: 没有病变的多久查一次.
QUANTITY = _any(
    r"多少|多久|多长|多高|多大|几[\u4e00-\u9fff]|什么时候|何时|剂量|用量|疗程|频率|间隔",
    r"\bhow (?:much|many|long|often|soon|high|low|fast)\b|\bdos(?:e|es|age|ing)\b|\bduration\b|\bwhen\b",
)
#: A bound and no more: "stenosis below 50%?"
BOUND = _any(
    r"[<>≥≤％%]|以[上下]|超过|不足|[低高小大]于", r"\b(?:below|above|over|under|less than|more than)\b"
)
ELLIPSIS = re.compile(r"呢[?？!！。.\s]*$")

#: Refers back to a drug, or to anything.
TO_DRUG = _any(
    r"(?:这|那|该|此|上述|上面|刚才)(?:个|种|类|些|两种)?(?:的|说的)?(?:药物?|方案|剂量|治疗|疗法|疫苗)",
    r"\b(?:this|that|these|those|such|same) "
    r"(?:drug|medicine|medication|dose|regimen|treatment|therap\w+|agent|antibiotic|combination)s?\b",
)
#: To a person or a disease, which may as well be told only now: "this patient has asthma and …".
TO_CASE = _any(
    r"(?:这|那|此|该|上述|上面|刚才|前面)(?:个|种|类|些|位)?(?:的|说的)?(?:疾?病|病人|患者|人群?|情况)",
    r"\b(?:this|that|these|those|such) (?:disease|condition|patient|people|group|case|situation|population)s?\b",
)
TO_ANY = _any(
    r"它们?|(?:这|那|此|上述|上面|刚才|前面)(?:个|种|类|些)?(?:的|说的)?(?:指标|值|目标|检查|手术|评分|标准)",
    r"该(?:类|指标|目标|检查|手术|评分|标准)|此[类时种]|上述|刚才",
    r"(?:^|[，,])其(?![他它中余实次])",
    r"\b(?:it|its|they|them|their|he|she|him|his|her)\b|\b(?:the above|the same)\b",
    r"\b(?:this|that|these|those|such) (?:test|score|target|goal|one)s?\b",
    r"^(?:this|that|these|those)\b(?! (?:disease|condition|patient|people|group|case|situation|population))",
    r"\b(?:of|for|with|like|on|after|before) (?:this|that|these|those)\s*\??$",
)
#: "Is it safe to give labetalol": this "it" means nothing that was named.
EXPLETIVE = _any(
    r"\b(?:is|was|would|will) it (?:\w+ ){1,3}?(?:to|that|for)\b",
    r"\b(?:does|will|would|did) it (?:take|matter)\b|\bit (?:is|takes?)\b",
)

# ----------------------------------------------------------------------------------------- around a name

#: 合并 before 糖尿病: it narrows another question down.
NARROWS_BEFORE = re.compile(
    r"(?:合并|并发|伴有?|伴随|兼有|同时有|同时患|患有|得了|(?:如果|要是|^|[，,\s])有)了?\s*$"
    r"|\b(?:in|with|if|during|has|have)\b[^,]*$"
)
#: 意识障碍的怎么处理: those who have it.
NARROWS_BEHIND = re.compile(r"的(?:怎么|如何|呢|要|能|可以|该|[?？]|$)")
PERSONS_BEHIND = re.compile(r"\s*的?(?:患者|病人|人|者)|\s+patients?\b")
TOGETHER = _any(r"[和与跟]|合用|联合|联用|一起|加用", r"\b(?:and|with|together|combin\w+|plus)\b")

#: Asks something of a drug without naming one; the second only behind 那 or "and in".
OF_A_DRUG = _any(
    r"(?:可以|能|可|能不能|可不可以|能否|可否)(?:继续)?[用吃服]|减量|停药|停用|加量|换药|(?:怎么|如何)[吃服]",
    r"调整?剂量|剂量(?:怎么|如何|要不要|需要)?(?:调整?|减)",
    r"\bdose (?:adjustment|reduction|change)s?\b|\bstill (?:ok|okay|safe|allowed)\b",
    r"^(?:is it |are they )?(?:safe|ok|okay|allowed|effective|suitable)\b",
)
OF_A_DRUG_LOOSELY = _any(r"剂量|用量|用法|疗程", r"\bdos(?:e|es|age|ing)\b|\bhow (?:much|long|often)\b")

# ------------------------------------------------------------------------------- joining two questions

TRAILING = re.compile(r"(?:呢)?[\s?？!！。.,，;；~～…]+$|呢$")
#: 是多少, 有哪些: asks on, once something follows.
ASKING_END = re.compile(
    r"(?:的?(?:是什么|是多少|有哪些|是哪些|怎么办|怎麼辦|是什麼)|[呢吗嗎吧啊呀]|(?<!什)么)?[\s?？!！。.,，;；]*$"
)
#: Small words that led to what was taken out.
LEADING_IN = re.compile(r"(?:\b(?:in|for|with|during|of|at|the|an?)\s+)+$", re.IGNORECASE)
LEFT_OVER_FIRST = re.compile(
    r"^(?:(?:of|for|the|is|are|in|to|i|we|should|do|does|can)\b|[的,，\s])+", re.IGNORECASE
)
#: At the beginning of an earlier question, which may have been a follow-up itself, or a change of topic.
TIES_FIRST = re.compile(
    r"^(?:那[么麼]?[，,]?(?![种種个個些])|(?:(?:and|but|so)\s+)?(?:(?:what|how) about\s+)?(?=\w))",
    re.IGNORECASE,
)
#: At the beginning of a follow-up: what it goes back to stands before it once the two are joined.
GOES_BACK_FIRST = re.compile(r"^(?:它们?|它們|[这這][个個种種]药|[这這][个個种種]藥|[该該此][药藥])的?")
