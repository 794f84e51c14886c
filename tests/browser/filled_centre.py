"""A power centre in which everything has happened that trainers look at: every page has content."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import cycle

from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.archives import Serving
from conversations.bot_client import Turn
from conversations.bot_exam import HeldOut, compare
from conversations.handover import EMERGENCY, HAND_OVER, MISSED, HowEnded, Reason, Summary
from conversations.handover_store import HandoverStore
from conversations.message import Conversation, Incoming, Mode, Reply, Sender
from conversations.practising import Change
from conversations.store import ConversationStore
from conversations.thumb_store import ThumbStore
from conversations.turn_store import TurnStore
from conversations.utterance import Read
from desk.clock import now
from desk.database import Database, migrate
from desk.parts import Desk
from desk.paths import Paths
from desk.settings import Settings
from knowledge.editing import Editor, Ref
from knowledge.entry import Entry, EntryKind
from knowledge.exam import Heard, Outcome
from knowledge.examined import Examined, Version
from knowledge.gate import Floors, Override, Ruling, Verdict, overridden, rule
from knowledge.hit_store import Hit, HitStore
from knowledge.run import RunKind
from knowledge.running import Runs
from knowledge.store import KnowledgeStore, LiveChange, Publication
from tests.apart import apart, in_a_thread
from tests.archives import make_archive
from tests.knowledge.proposals import Found
from tests.knowledge.small_corpus import SMALL_CORPUS, Library

CENTRE = "power"
DAYS, A_DAY = 14, 9
# entries that are said, and those that are asked for in examinations
SPOKEN, ASKED = 16, 60
UNKNOWN = Reply(text="抱歉，这个我还不知道。", card={"type": MISSED})
# words that belong together, so that they are put together; the long one is a caller's whole story
VAIN = (
    "光伏发电并网找谁办",
    "光伏发电并网去哪里办",
    "屋顶光伏发电并网怎么办",
    "充电桩在地下车库装不装得了",
    "充电桩装地下车库物业不同意怎么弄",
    "我家老房子拆了半年了，电表还挂在外墙上，上个月又给我推了一张三十二块五的账单，"
    "物业说归你们管，你们窗口说要房产证，房产证早交给拆迁办了，那这个账单到底还要不要交，"
    "不交会不会进征信",
    "电表箱门掉了会漏电吗",
)
REFERRED = "您好，拆迁户请凭拆迁协议办理销户，销户前的电费按最后一次抄见电量结清，不影响征信。"
TAKEN_FOR = {
    "把电表挪到楼道里成不成": Read(intent="nlu_fallback", first="correct", confidence=0.18),
    "咋个还没看到师傅的影子哦": Read(intent="report_fault", first="report_fault", confidence=0.41),
    "我要找个说得清楚的人来跟我讲讲这个阶梯电价到底是啷个算的": Read(
        intent="complain", first="complain", confidence=0.33
    ),
}
HELD_OUT = [
    HeldOut(text=text, intent=intent)
    for text, intent in (
        ("挪个表", "apply"),
        ("人呢", "urge"),
        ("气死", "vent"),
        ("在不", "greet"),
        ("表坏了", "report_fault"),
    )
]


def fill(settings: Settings) -> None:
    """Let it all happen in the database of a desk that is not running."""
    in_a_thread(_fill(settings))


def make_small(settings: Settings) -> None:
    """The same in a new database, around the six entries of the small corpus; no encoder."""
    migrate(settings.database)
    apart(
        lambda database: Library(database, "nobody's", now).publish(*SMALL_CORPUS),
        settings.database,
    )
    fill(settings)


async def _fill(settings: Settings) -> None:
    desk = Desk(settings)
    try:
        await desk.knowledge.refresh()
        async with desk.database.read() as connection:
            store = KnowledgeStore(connection)
            live = await store.find_live(CENTRE)
            assert live is not None
            content = await store.list_published(live)
        await _talks(desk.database, [each for each in content if each.kind is EntryKind.FAQ])
        await desk.collecting.run()
        await _edits(desk.database, content)
        await _publications(desk, live, content)
        await _bot(desk, settings)
        await _practice(desk)
    finally:
        await desk.close()


async def _talks(database: Database, said: Sequence[Entry]) -> None:
    """Two weeks of customers, some of whom asked in vain; an agent closed the last talk."""
    vain = cycle(VAIN)
    async with database.write() as connection:
        for place in range(DAYS * A_DAY):
            at = now() - timedelta(days=DAYS - 1 - place // A_DAY, minutes=60 - place % A_DAY)
            who = f"talk-{place}"
            # some entries are said far more often than others
            entry, other = said[place * place % SPOKEN % len(said)], said[place % len(said)]
            text, reply = _turn(place, entry, other)
            asked = next(vain) if reply is UNKNOWN else text
            seq = await _say(connection, who, asked, reply, at)
            if reply.sources:
                await ThumbStore(connection).put(who, seq, helped=place % 4 > 0, at=at)
        for place, entry in enumerate(said[:SPOKEN]):
            hit = Hit(entry_id=entry.entry_id, answered=0, offered=9 - place % 7)
            await HitStore(connection).add(CENTRE, now().date().isoformat(), hit)
        for who, asked in enumerate(VAIN[5:]):
            await _refer(connection, f"referred-{who}", asked)


def _turn(place: int, entry: Entry, other: Entry) -> tuple[str, Reply]:
    """What was asked and said in one of many talks; most get an answer."""
    if place % 7 in (0, 1, 4):
        told = {"entry_id": entry.entry_id, "title": entry.title}
        return entry.title, Reply(text=entry.answer, sources=(told,))
    if place % 7 == 2:
        choices = tuple(
            {"title": each.title, "payload": f'/consult{{"entry_id": "{each.entry_id}"}}'}
            for each in (entry, other)
        )
        return "电费的事", Reply(text="请问您要问的是哪一个？", buttons=choices)
    if place % 14 == 6:
        return "变压器冒火花了", Reply(text="请先离开，不要靠近。", card={"type": EMERGENCY})
    if place % 14 == 13:
        return "转人工", Reply(text="正在为您转人工。", card={"type": HAND_OVER, "ahead": 0})
    if place % 7 == 3:
        return "你好", Reply(text="您好，请问有什么可以帮您？")
    return "", UNKNOWN


async def _say(
    connection: AsyncConnection, who: str, asked: str, reply: Reply, at: datetime
) -> int:
    """One turn of a new conversation; the answer's number."""
    conversation = Conversation(
        conversation_id=who, profile=CENTRE, channel="web", mode=Mode.BOT, opened_at=at
    )
    await ConversationStore(connection).add(conversation, token_hash=who)
    turns = TurnStore(connection)
    await turns.add_incoming(who, Incoming(message_id=f"{who}-1", text=asked), at=at)
    (stored,) = await turns.add_answers(who, [f"{who}-1"], [reply], at=at)
    return stored.seq


async def _refer(connection: AsyncConnection, who: str, asked: str) -> None:
    """A customer is handed over; the agent answers and closes."""
    at = now() - timedelta(minutes=31)
    await _say(connection, who, asked, UNKNOWN, at)
    handovers = HandoverStore(connection)
    summary = Summary(matter=asked)
    handover = await handovers.add(who, CENTRE, Reason.ASKED, summary, at=at)
    await handovers.claim(handover.handover_id, agent="李坐席", at=at)
    said = Reply(text=REFERRED)
    await ConversationStore(connection).add_said(who, Sender.AGENT, said, key=None, at=at)
    ended_at = at + timedelta(seconds=1)
    await handovers.end(handover.handover_id, HowEnded.GIVEN_BACK, at=ended_at)


async def _edits(database: Database, content: Sequence[Entry]) -> None:
    """A draft, one that waits for its review, and one whose next version is approved."""
    editor = Editor(write=database.write, read=database.read)
    proposals = [
        Found(title="屋顶光伏并网在哪里申请", questions=VAIN[:3], answer="网上国网 App 申请。"),
        Found(
            title="地下车库能装充电桩吗", questions=VAIN[3:5], answer="请带车位证明和物业同意书。"
        ),
    ]
    ids = await editor.propose(CENTRE, proposals, author="陈晓", now=now())
    ref = Ref(profile=CENTRE, entry_id=ids[1], version=1)
    await editor.submit(ref, author="陈晓", now=now())
    wanted = replace(content[0], answer=f"{content[0].answer} 以营业厅当天公布的为准。")
    edited = await editor.edit(CENTRE, wanted, author="陈晓", reason="补一句", now=now())
    ref = Ref(profile=CENTRE, entry_id=edited.entry_id, version=edited.version)
    await editor.submit(ref, author="陈晓", now=now())
    await editor.approve(ref, reviewer="赵敏", reason="已核对", now=now())


async def _publications(desk: Desk, live: Publication, content: Sequence[Entry]) -> None:
    """Three more publications, one of them refused; then an examination and one that failed."""
    before: Ruling | None = None
    async with desk.database.write() as connection:
        store = KnowledgeStore(connection)
        for place, (wrong, floor) in enumerate(((6, 0.3), (4, 0.3), (9, 0.7))):
            floors = Floors(hit_at_1=floor)
            ruling = rule(_outcomes(content, wrong=wrong), floors=floors, before=before)
            at = now() - timedelta(days=9 - place * 3)
            if ruling.verdict is Verdict.REFUSED:
                ruling = overridden(ruling, Override(reviewer="赵敏", reason="考题比词条旧"))
            no = await store.add_publication(
                *(CENTRE, content),
                author="陈晓",
                encoder=live.encoder,
                calibrations=live.calibrations,
                figures=live.figures,
                at=at,
                ruling=ruling,
            )
            await store.go_live(CENTRE, no)
            change = LiveChange(publication_no=no, author="陈晓", reason="", at=at)
            await store.note_live(CENTRE, change)
            before = ruling
    await _examined(desk, no, content, before)


async def _examined(
    desk: Desk, live_no: int, content: Sequence[Entry], before: Ruling | None
) -> None:
    """An examination that may go live, and a later one that failed."""
    runs = Runs(write=desk.database.write, read=desk.database.read, clock=now)
    async with desk.database.read() as connection:
        live = await KnowledgeStore(connection).get_publication(live_no)
    run = await runs.begin(CENTRE, author="陈晓")
    outcomes = _outcomes(content, wrong=5)
    examined = Examined(
        profile=CENTRE,
        encoder=live.encoder,
        content=tuple(Version(each.entry_id, each.version) for each in content),
        live_no=live_no,
        calibrations=live.calibrations,
        figures=live.figures,
        ruling=rule(
            outcomes, floors=Floors(hit_at_1=0.3), before=before, left_out=("停电险怎么买",)
        ),
    )
    await runs.finish(run.no, examined)
    failed = await runs.begin(CENTRE, author="赵敏")
    await runs.fail(failed.no, "the disk is full", told="磁盘满了，请清理后再试。")


def _outcomes(content: Sequence[Entry], *, wrong: int) -> list[Outcome]:
    """The entries' titles as test questions, so many of which are answered wrongly."""
    outcomes = []
    for place, entry in enumerate(content[:ASKED]):
        is_wrong = place * 7 % 13 < wrong
        sure = 0.05 + 0.9 * (place * 5 % 11) / 10
        outcomes.append(
            Outcome(
                question=f"{entry.title}呀",
                relevant=(entry.entry_id,),
                heard=Heard.WRONG if is_wrong else Heard.ANSWERED if sure > 0.5 else Heard.OFFERED,
                place=2 if is_wrong else 1,
                first=content[-1].entry_id if is_wrong else entry.entry_id,
                probability=sure,
            )
        )
    return outcomes


async def _bot(desk: Desk, settings: Settings) -> None:
    """Misread lines, a lesson, and a trained bot that is worse at one intent."""
    for number, (text, read) in enumerate(TAKEN_FOR.items()):
        turn = Turn(
            conversation_id=f"talk-{number}",
            message_id=f"heard-{number}",
            profile=CENTRE,
            text=text,
        )
        desk.listening.hear(turn, read)
    await desk.listening.run()
    page = await desk.school.lessons.list_open(CENTRE, None, limit=9)
    await desk.school.lessons.relabel(CENTRE, page.utterances[0].utterance_id, "apply", by="陈晓")
    archives, models = desk.school.swapping.archives, Paths.of(settings).models
    models.mkdir(parents=True, exist_ok=True)
    for name in ("bot-old.tar.gz", "bot-new.tar.gz"):
        make_archive(models / name, f"model of {name}")
        archives.record(name, inputs="i", at=now())
    for by in ("make run", "陈晓"):
        archives.choose(Serving(archive="bot-old.tar.gz", inputs="i", at=now().isoformat(), by=by))
    run = await desk.school.runs.begin("", author="陈晓", kind=RunKind.BOT)
    outcome = compare(
        HELD_OUT,
        before=("bot-old.tar.gz", ["apply", "urge", "vent", "apply", "report_fault"]),
        after=("bot-new.tar.gz", ["apply", "apply", "vent", "greet", "correct"]),
        sha256="",
        examples=5231,
    )
    await desk.school.runs.finish_training(run.no, outcome.to_json())


async def _practice(desk: Desk) -> None:
    """A case that was practised, one that is not let out, and talks that could become one."""
    practising = desk.reviewing.practising
    case = await practising.make(CENTRE, "referred-0", author="陈晓")
    change = Change(
        case_id=case.case_id, title=case.title, steps=case.steps, is_ready=True, version=1
    )
    await practising.change(CENTRE, change, author="陈晓")
    begun = await practising.begin(CENTRE, case.case_id, person="李坐席")
    await practising.answer(
        begun.practice_id,
        0,
        "您好，请凭拆迁协议来办理销户，电费按最后一次抄表结清。",
        person="李坐席",
    )
