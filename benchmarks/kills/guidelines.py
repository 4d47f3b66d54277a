"""What the coordinator of the kills sends: made-up guidelines, and lists of made-up courses."""

from __future__ import annotations

from dataclasses import dataclass

SECTIONS = 6
COURSES = 30
#: Names of no disease, far from each other in every pair of characters.
FIRST, SECOND = "青岚赤霄玄圭素霓苍梧丹溪紫珩绛霞碧涛墨翎", "鹤鸣麟趾鸾翔龟寿蝉蜕雁行鹿鸣鱼跃燕语莺歌"
DISEASES = [a + b + "综合征" for a in FIRST for b in SECOND]
DRUGS = "甲唑洛尔 乙嗪普利 丙酞沙坦 丁脲格列 戊胺他汀 己啶替尼 庚肽鲁肽 辛醚拉唑".split()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guideline:
    """One edition of a made-up document; its dose is in every section and in no other edition."""

    disease: str
    year: int
    dose: int

    @property
    def title(self) -> str:
        return f"{self.disease}防治手册（{self.year}）"

    @property
    def file_name(self) -> str:
        return f"{self.title}.md"

    @property
    def question(self) -> str:
        return f"{self.disease}的首选药物是什么？"

    @property
    def mark(self) -> str:
        return f"每次 {self.dose} mg"

    @property
    def text(self) -> str:
        first = (
            f"{self.disease}的首选药物是{DRUGS[self.dose % len(DRUGS)]}，{self.mark}，每日一次，餐后服用。"
        )
        more = (
            f"## {n}、第 {n} 次随访\n\n{self.disease}患者第 {n} 次随访时复查血常规，剂量仍为{self.mark}；"
            f"第 {n} 次随访后记录不良反应。"
            for n in range(1, SECTIONS)
        )
        return f"# {self.title}\n\n## 用药\n\n{first}\n\n" + "\n\n".join(more)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseList:
    """A list of courses that no other list has."""

    number: int

    @property
    def file_name(self) -> str:
        return f"课程{self.number:03}.csv"

    @property
    def address(self) -> str:
        """What the links of its courses begin with."""
        return f"https://example.org/{self.number}/"

    @property
    def text(self) -> str:
        rows = (f"第 {self.number} 期第 {n} 讲,{self.address}{n}" for n in range(COURSES))
        return "课程名称,链接\n" + "\n".join(rows) + "\n"
