"""Every verb of tickets, events, files, looks and alarms, each with what it is done to.

What is prepared lies there when the desk that will be killed starts, 40 minutes after a ticket was
registered.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from conversations.people import Role
from desk.database import Database
from desk.settings import ROOT
from tests.conftest import SATURDAY_MORNING, Clock
from tests.tickets.timed import TERMS, Centre, centre_with_events
from tickets.attachment_files import AttachmentFiles
from tickets.attachment_service import AttachmentService
from tickets.event_service import Known, NewEvent
from tickets.follow_up import Outcome
from tickets.informant_service import InformantService
from tickets.informants import load_seal
from tickets.limits import Span, Unit
from tickets.link_store import Relation
from tickets.noting import Noting
from tickets.profile import load_profile
from tickets.sent_file_service import SentFiles
from tickets.sent_file_store import SentFileStore
from tickets.terms import Terms
from tickets.ticket import Kind, State
from tickets.together import Delay

NOW = SATURDAY_MORNING + timedelta(minutes=40)
# all is read before the first is killed
POWER = load_profile(ROOT / "profiles" / "power")
SEAL = load_seal(ROOT / "profiles" / "informants.yml", roles=list(Role))
PHOTO = Path(__file__).with_name("files").joinpath("meter.jpg").read_bytes()


def _terms_of_before() -> dict[str, Terms]:
    """Of power another limit and one department more; of the others the same."""
    limits = TERMS["power"].limits
    hour = [each.model_copy(update={"within": Span(1, Unit.HOURS)}) for each in limits.limits]
    departments = {**limits.departments, "gone": "已撤销的部门"}
    before = limits.model_copy(update={"departments": departments, "limits": hour})
    return {**TERMS, "power": replace(TERMS["power"], limits=before, digest="before")}


BEFORE = _terms_of_before()


@dataclass
class Desk:
    """One desk on a database and a folder for its files, at one moment."""

    database: Database
    folder: Path
    clock: Clock

    def __post_init__(self) -> None:
        parts = {"write": self.database.write, "clock": self.clock}
        files = {"files": AttachmentFiles(self.folder), "read": self.database.read}
        self.centre = centre_with_events(self.database, self.clock, POWER)
        self.attachments = AttachmentService(**parts, **files)
        self.photos = SentFiles(**parts, **files)
        self.informants = InformantService(seal=SEAL, **parts, read=self.database.read)
        self.noting = Noting(**parts, terms=TERMS)

    def at(self, moment: Clock) -> "Desk":
        """The same at another time."""
        return Desk(self.database, self.folder, moment)


Do = Callable[[Desk, str], Awaitable[object]]
Prepare = Callable[[Desk], Awaitable[str]]


# what the verbs are done to: each returns the ticket's number


async def two_tickets(desk: Desk) -> str:
    desk.clock.moment = SATURDAY_MORNING
    no = (await desk.centre.register("first")).no
    await desk.centre.register("other", conversation_id="wangwei", fields={})
    return no


async def a_complaint(desk: Desk) -> str:
    """With whose customer's next one it will be linked."""
    desk.clock.moment = SATURDAY_MORNING
    return (await desk.centre.register("first", kind=Kind.COMPLAINT)).no


async def a_complaint_to_judge(desk: Desk) -> str:
    return (await desk.centre.register(kind=Kind.COMPLAINT, profile="property")).no


async def a_report(desk: Desk) -> str:
    return (await desk.centre.register(kind=Kind.REPORT)).no


async def one_that_waits(desk: Desk) -> str:
    no = await two_tickets(desk)
    await desk.centre.apply(no, state=State.WAITING)
    return no


async def one_on_hold_for_days(desk: Desk) -> str:
    desk.clock.moment = NOW - timedelta(days=3)
    no = (await desk.centre.register()).no
    await desk.centre.apply(no, state=State.ON_HOLD, note="等配件")
    return no


async def one_answered(desk: Desk) -> str:
    no = await two_tickets(desk)
    await desk.centre.apply(no, state=State.IN_PROGRESS)
    await desk.centre.apply(no, state=State.ANSWERED)
    return no


async def one_asked_yesterday(desk: Desk) -> str:
    desk.clock.moment = SATURDAY_MORNING - timedelta(hours=25)
    no = (await desk.centre.register()).no
    await desk.centre.apply(no, state=State.IN_PROGRESS)
    await desk.centre.apply(no, state=State.ANSWERED)
    desk.clock.move(timedelta(hours=1))
    await _ask(desk, no)
    return no


async def one_told_of(desk: Desk) -> str:
    no = await two_tickets(desk)
    desk.clock.moment = NOW
    await desk.centre.work.raise_alarms()
    return no


async def one_under_other_terms(desk: Desk) -> str:
    before = Centre(desk.database, Clock(SATURDAY_MORNING), BEFORE)
    no = (await before.register("first")).no
    await before.apply(no, state=State.DISPATCHED, area="urban", department="gone")
    await before.register("other", conversation_id="wangwei", fields={})
    return no


async def one_with_a_photo_to_come(desk: Desk) -> str:
    no = await a_complaint(desk)
    photo = await desk.photos.add("lihua", PHOTO, name="电表.jpg")
    async with desk.database.write() as connection:
        sent = SentFileStore(connection)
        await sent.send("lihua", "line", [photo.file_id], at=desk.clock())
    return no


async def two_reports(desk: Desk) -> str:
    return await _reports(desk, 2)


async def an_event(desk: Desk) -> str:
    return await _reports(desk, 3)


async def an_old_event(desk: Desk) -> str:
    desk.clock.moment = NOW - timedelta(hours=5)
    return await _reports(desk, 3)


async def an_event_told_of(desk: Desk) -> str:
    no = await _reports(desk, 3)
    await _tell(desk, no)
    return no


async def an_event_that_is_over(desk: Desk) -> str:
    no = await _reports(desk, 3)
    await _end_event(desk, no)
    return no


async def an_event_and_a_ticket_beside_it(desk: Desk) -> str:
    await _reports(desk, 3)
    fields = {"fault_kind": "停电", "address": "康乐里9栋101"}
    return (await desk.centre.register("beside", conversation_id="9", fields=fields)).no


async def two_events_of_one_estate(desk: Desk) -> str:
    no = await _reports(desk, 3)
    seven = NewEvent(profile="power", matter="停电", area="幸福里7栋")
    await desk.centre.events.open(seven, actor="小李")
    fields = {"fault_kind": "停电", "address": "幸福里7栋101"}
    await desk.centre.register("seven", conversation_id="7", fields=fields)
    return no


async def _reports(desk: Desk, count: int) -> str:
    for each in range(1, count + 1):
        fields = {"fault_kind": "停电", "address": f"幸福里6栋{each}01"}
        ticket = await desk.centre.register(f"{each}", conversation_id=f"{each}", fields=fields)
    return ticket.no


# the verbs


async def _register(desk: Desk, no: str) -> None:
    fields = {"phone": "13800138000"}
    await desk.centre.register("second", kind=Kind.COMPLAINT, fields=fields)


async def _dispatch(desk: Desk, no: str) -> None:
    await desk.centre.apply(no, state=State.DISPATCHED)


async def _judge(desk: Desk, no: str) -> None:
    await desk.centre.apply(no, role="supervisor", class_id="major")


async def _urge(desk: Desk, no: str) -> None:
    await desk.centre.tickets.urge(no, actor="customer", words="快点", request_key="urge")


async def _write(desk: Desk, no: str) -> None:
    await desk.centre.tickets.note_written("lihua", words="照片发给您了")


async def _postpone(desk: Desk, no: str) -> None:
    until = desk.clock() + timedelta(days=1)
    delay = Delay(until=until, reason="等配件", consent="电话里同意")
    await desk.centre.matters.postpone(no, delay, actor="小李")


async def _merge(desk: Desk, no: str) -> None:
    await desk.centre.matters.merge(no, await _other(desk, no), actor="小李")


async def _link(desk: Desk, no: str) -> None:
    other = await _other(desk, no)
    await desk.centre.matters.link(no, other, actor="小李", relation=Relation.RELATED)


async def _raise_alarms(desk: Desk, no: str) -> None:
    await desk.centre.work.raise_alarms()


async def _reckon_anew(desk: Desk, no: str) -> None:
    await desk.centre.work.reckon_anew()


async def _tell_of_parked(desk: Desk, no: str) -> None:
    await desk.centre.work.tell_of_parked()


async def _note_alarm(desk: Desk, no: str) -> None:
    last = (await desk.centre.alarms(no))[-1]
    ticket = await desk.centre.tickets.get(no)
    await desk.noting.note(ticket, name="小李", access_role="agent", up_to=last.id)


async def _follow_up(desk: Desk, no: str) -> None:
    await desk.centre.follow_up.note(no, Outcome.UNSATISFIED, actor="小李", words="还没好")


async def _rate(desk: Desk, no: str) -> None:
    await desk.centre.follow_up.rate(
        no,
        Outcome.UNSATISFIED,
        given="不满意",
        actor="customer",
        words="还没好",
        request_key="press",
    )


async def _ask(desk: Desk, no: str) -> None:
    ((ticket, step),) = await desk.centre.follow_up.list_due()
    await desk.centre.follow_up.note_asked(ticket.no, step)


async def _give_up(desk: Desk, no: str) -> None:
    ((ticket, step),) = await desk.centre.follow_up.list_due()
    await desk.centre.follow_up.give_up(ticket.no, step)


async def _leave_to_people(desk: Desk, no: str) -> None:
    await desk.centre.follow_up.note_unaskable(no)


async def _attach(desk: Desk, no: str) -> None:
    await desk.attachments.add(no, PHOTO, name="电表.jpg", actor="小李")


async def _choose_photo(desk: Desk, no: str) -> None:
    await desk.photos.add("lihua", PHOTO, name="电表.jpg")


async def _settle_photo(desk: Desk, no: str) -> None:
    await desk.photos.settle("lihua")


async def _look(desk: Desk, no: str) -> None:
    await desk.informants.look(no, actor="老陈", role="supervisor", reason="核实")


async def _read_what_was_told(desk: Desk, no: str) -> None:
    await desk.informants.before_reading("lihua", actor="老陈", role="supervisor")


async def _third_report(desk: Desk, no: str) -> None:
    fields = {"fault_kind": "停电", "address": "幸福里6栋901"}
    await desk.centre.register("third", conversation_id="wangwei", fields=fields)


async def _widen(desk: Desk, no: str) -> None:
    fields = {"fault_kind": "停电", "address": "幸福里8栋101"}
    await desk.centre.register("eight", conversation_id="8", fields=fields)


async def _open_event(desk: Desk, no: str) -> None:
    known = Known(cause="检修")
    new = NewEvent(profile="power", matter="停电", area="幸福里6栋", known=known, tickets=(no,))
    await desk.centre.events.open(new, actor="小李")


async def _put_in(desk: Desk, no: str) -> None:
    await desk.centre.events.add(await _event(desk), no, actor="小李")


async def _take_out(desk: Desk, no: str) -> None:
    await desk.centre.events.remove(await _event(desk), no, actor="小李")


async def _tell(desk: Desk, no: str) -> None:
    await desk.centre.events.tell(await _event(desk), Known(cause="电缆故障"), actor="小李")


async def _note_told(desk: Desk, no: str) -> None:
    (news,) = await desk.centre.duties.list_news()
    await desk.centre.duties.note_told(news)


async def _remind(desk: Desk, no: str) -> None:
    await desk.centre.duties.remind()


async def _dissolve(desk: Desk, no: str) -> None:
    await desk.centre.events.dissolve(await _event(desk), actor="小李", reason="各家原因不同")


async def _end_event(desk: Desk, no: str) -> None:
    await desk.centre.events.end(await _event(desk), actor="小李")


async def _settle(desk: Desk, no: str) -> None:
    unsettled = await desk.centre.duties.list_unsettled()
    await desk.centre.duties.settle(unsettled[0].member)


async def _event(desk: Desk) -> str:
    ((event, _),) = await desk.centre.events.list_events("power")
    return event.no


async def _other(desk: Desk, no: str) -> str:
    return next(each.no for each in await desk.centre.tickets.list_tickets() if each.no != no)


# by its name: what it is done to, and what is done
VERBS: dict[str, tuple[Prepare, Do]] = {
    "register": (a_complaint, _register),
    "register_with_photo": (one_with_a_photo_to_come, _register),
    "dispatch": (two_tickets, _dispatch),
    "judge": (a_complaint_to_judge, _judge),
    "urge": (two_tickets, _urge),
    "write": (one_that_waits, _write),
    "postpone": (two_tickets, _postpone),
    "merge": (two_tickets, _merge),
    "link": (two_tickets, _link),
    "raise_alarms": (two_tickets, _raise_alarms),
    "reckon_anew": (one_under_other_terms, _reckon_anew),
    "tell_of_parked": (one_on_hold_for_days, _tell_of_parked),
    "note_alarm": (one_told_of, _note_alarm),
    "follow_up": (one_answered, _follow_up),
    "rate": (one_answered, _rate),
    "ask": (one_answered, _ask),
    "give_up": (one_asked_yesterday, _give_up),
    "leave_to_people": (one_answered, _leave_to_people),
    "attach": (two_tickets, _attach),
    "choose_photo": (two_tickets, _choose_photo),
    "settle_photo": (one_with_a_photo_to_come, _settle_photo),
    "look": (a_report, _look),
    "read_what_was_told": (a_report, _read_what_was_told),
    "third_report": (two_reports, _third_report),
    "widen": (two_events_of_one_estate, _widen),
    "open_event": (two_reports, _open_event),
    "put_in": (an_event_and_a_ticket_beside_it, _put_in),
    "take_out": (an_event, _take_out),
    "tell": (an_event, _tell),
    "note_told": (an_event_told_of, _note_told),
    "remind": (an_old_event, _remind),
    "dissolve": (an_event, _dissolve),
    "end_event": (an_event, _end_event),
    "settle": (an_event_that_is_over, _settle),
}
# one of each sort of transaction: those made elsewhere are the same statements
ON_POSTGRES = ("register_with_photo", "merge", "raise_alarms", "reckon_anew", "note_alarm") + (
    "follow_up",
    "give_up",
    "attach",
    "look",
    "widen",
    "settle",
)
