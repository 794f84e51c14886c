"""Proposals, as importers make them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

FRIDGE = "停电冰箱里的菜坏了怎么办"


class Flagged(NamedTuple):
    """Why somebody should look at it first."""

    flag: str
    detail: str = ""


@dataclass
class Found:
    """A proposal, as importers make them."""

    title: str = FRIDGE
    questions: Sequence[str] = ("停电菜坏了找谁赔",)
    answer: str = "请保留好物品和票据，再来登记。"
    kind: str = "faq"
    topic: str = "停电"
    source: str = "服务手册"
    origin: str = "手册.docx 第12段"
    flags: Sequence[Flagged] = ()
    entry_id: str = ""
    grade: str = "B"
    region: str = ""
    phase: str = ""
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    review_by: date | None = None
