"""Six entries of a small power centre, and questions about them: what the tests search in."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Any

from desk.database import Database
from knowledge.calibration import Calibration
from knowledge.entry import Entry, EntryKind
from knowledge.evidence import PARTS, SCOPE
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.judging import TOLD, Judge, Line
from knowledge.store import KnowledgeStore

WAITING = Entry(
    entry_id="outage-arrival",
    version=1,
    kind=EntryKind.POLICY,
    topic="停电与抢修",
    title="报修后抢修人员多久到现场",
    questions=("报修了多久能来人", "电力抢修几个小时到", "师傅什么时候能到我家"),
    answer="城区 45 分钟，农村 90 分钟，特殊边远地区 2 小时。",
    source="十项承诺第3条",
    grade="A",
    region="",
    phase="",
    valid_from=datetime(2023, 12, 8, tzinfo=UTC),
    valid_until=None,
)


def make_entry(entry_id: str, title: str, *questions: str, **more: Any) -> Entry:
    """An approved FAQ entry; `more` replaces any other field."""
    fields = {"kind": EntryKind.FAQ, "answer": f"{title}，请看这里。", **more}
    return replace(WAITING, entry_id=entry_id, title=title, questions=questions, **fields)


PAYING = make_entry(
    "bill-how-to-pay",
    "电费在哪里交",
    "怎么在手机上交电费",
    "缴电费有几种办法",
    "老人不会用手机能去柜台缴费吗",
    answer="网上国网 App、95598 网站或供电营业厅都可以交。",
)
MOVING = make_entry(
    "connect-change-name",
    "过户需要什么材料",
    "买了二手房电表怎么改名字",
    "用电户名换人要带什么证件",
    "房子过户后电表过户怎么办",
    answer="请带身份证明和房屋产权证明。",
)
METER = make_entry(
    "connect-meter-check",
    "怀疑电表不准怎么校验",
    "电表走得太快了",
    "怀疑计量有问题找谁测",
    "电表可以免费检测吗",
    answer="可以申请校验，误差超过允许范围的退还检验费。",
)
FLICKER = make_entry(
    "quality-flicker",
    "家里灯忽明忽暗是怎么回事",
    "灯一闪一闪的",
    "电压不稳带不动空调",
    "晚上灯特别暗",
    answer="先看是不是只有自己家，再报修。",
)
CALMING = make_entry(
    "script-calm",
    "客户着急时怎么安抚",
    "客户发火了怎么回",
    "客户一直催怎么说",
    kind=EntryKind.SCRIPT,
    phase="安抚",
    answer="您先别着急，我马上帮您查。",
)
SMALL_CORPUS = (WAITING, PAYING, MOVING, METER, FLICKER, CALMING)


# similarity alone decides: 0.82 is as likely as not, 0.95 is sure; the order is by the nearest text
CURVE = Calibration(
    rank=Line.over(PARTS, near=50.0),
    scope=Line.over(SCOPE, start=30.0),
    judge=Judge(line=Line.over(TOLD, start=-41.0, odds=0.2, similarity=50.0)),
    answer_from=0.9,
)
# shared words alone decide
WORDS_ONLY = replace(
    CURVE, rank=Line.over(PARTS, words=10.0), judge=Judge(line=Line.over(TOLD, odds=0.3))
)
CALIBRATIONS = {"full": CURVE.to_json(), "words_only": WORDS_ONLY.to_json()}

_POLITE = ("请问", "你好，", "麻烦问一下")
_OTHER = (
    "今天天气怎么样",
    "帮我订一张去北京的机票",
    "红烧肉怎么做",
    "给我讲个笑话",
    "股票怎么开户",
)


class Library:
    """Publications written and made live at once, without learning and measuring."""

    def __init__(self, database: Database, fingerprint: str, clock: Callable[[], datetime]) -> None:
        self._database, self._fingerprint, self._clock = database, fingerprint, clock

    async def publish(
        self,
        *content: Entry,
        profile: str = "power",
        calibrations: dict[str, Any] = CALIBRATIONS,
    ) -> int:
        """The number of the new live publication."""
        async with self._database.write() as connection:
            store = KnowledgeStore(connection)
            known = {(each.entry_id, each.version) for each in await store.list_latest(profile)}
            for entry in content:
                if (entry.entry_id, entry.version) not in known:
                    await store.add_version(profile, entry, at=self._clock())
            no = await store.add_publication(
                profile,
                content,
                author="小陈",
                encoder=self._fingerprint,
                calibrations=calibrations,
                figures={"ours": {"hit@1": 1.0}},
                at=self._clock(),
            )
            await store.go_live(profile, no)
            return no

    async def go_live(self, no: int) -> None:
        """Make an earlier publication live again."""
        async with self._database.write() as connection:
            await KnowledgeStore(connection).go_live("power", no)


def labelled_questions() -> list[LabelledQuestion]:
    """45 questions with their entry, 10 more asked bluntly, and 10 about something else."""
    said = [entry for entry in SMALL_CORPUS if entry.kind is not EntryKind.SCRIPT]
    inside = [
        _labelled(polite + question, entry)
        for entry in said
        for polite, question in product(_POLITE, entry.questions)
    ]
    inside += [_labelled(entry.title + end, entry) for entry in said for end in ("？", "，急")]
    outside = [_labelled(polite + text) for polite in _POLITE[:2] for text in _OTHER]
    return inside + outside


def _labelled(text: str, *entries: Entry) -> LabelledQuestion:
    return LabelledQuestion(text=text, relevant=frozenset(entry.entry_id for entry in entries))
