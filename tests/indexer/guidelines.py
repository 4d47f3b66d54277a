"""Small guidelines as files, and a loader that reads them in this very process."""

from __future__ import annotations

from pathlib import Path

from indexer.loading import Loader
from indexer.reading import Document, read
from knowledge.store import Stores
from knowledge.testing import FakeEncoder

TITLE = "中国高血压防治指南（2024年版）"
TARGET = "老年高血压患者的降压目标为<140/90 mmHg，能耐受者可降至<130/80 mmHg。"
DRUGS = "常用降压药物包括钙通道阻滞剂、血管紧张素转换酶抑制剂和利尿剂，可单用或联合应用。"


def guideline(folder: Path, name: str = "高血压.md", *, title: str = TITLE, target: str = TARGET) -> Path:
    """A guideline of two sections, and so of two passages."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"# {title}\n\n## 一、降压目标\n\n{target}\n\n## 二、降压药物\n\n{DRUGS}\n", "utf-8")
    return path


def long_guideline(folder: Path, sections: int) -> Path:
    """A guideline with a passage for each of its sections."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "long.md"
    body = "".join(
        f"## 第{n}节 用药{n}\n\n第{n}种药物的起始剂量为每日 {n} mg，每两周可加量一次，并应随访肾功能与血钾。\n\n"
        for n in range(1, sections + 1)
    )
    path.write_text(f"# 中国用药指南（2023年版）\n\n{body}", "utf-8")
    return path


class ReadsHere:
    """Stands for the sandbox where what is read is our own; counts what it was given."""

    def __init__(self) -> None:
        self.read: list[Path] = []

    def read_document(self, path: Path) -> Document:
        self.read.append(path)
        return read(path)


class Workshop:
    """A loader with what it is made of."""

    def __init__(self, stores: Stores, folder: Path) -> None:
        self.stores = stores
        self.encoder = FakeEncoder()
        self.sandbox = ReadsHere()
        self.files = folder / "files"
        self.loader = Loader(stores, self.encoder, self.sandbox, self.files)  # type: ignore[arg-type]
