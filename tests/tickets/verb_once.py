"""Processes that do one verb to a ticket and are killed at the first, second, … statement of SQL.

`python -m tests.tickets.verb_once DATABASE VERB NO` leaves DATABASE.1, DATABASE.2 and so on as the
killed ones left them; the last was not killed any more.
"""

import asyncio
import os
import shutil
import signal
import sys
from datetime import timedelta
from typing import Any

from sqlalchemy import event

from desk.database import Database
from desk.settings import ROOT
from tests.conftest import SATURDAY_MORNING, Clock
from tests.tickets.timed import Centre, centre_with_events
from tickets.event_service import Known, NewEvent
from tickets.follow_up import Outcome
from tickets.link_store import Relation
from tickets.profile import load_profile
from tickets.ticket import Kind, State
from tickets.together import Delay

# by when it is done, after the ticket was registered
LATER = timedelta(minutes=40)
MOST = 100
# read before the first is killed
POWER = load_profile(ROOT / "profiles" / "power")


async def do(centre: Centre, verb: str, no: str) -> None:
    """One verb."""
    await VERBS[verb](centre, no)


async def _register(centre: Centre, no: str) -> None:
    await centre.register("second", kind=Kind.COMPLAINT, fields={"phone": "13800138000"})


async def _dispatch(centre: Centre, no: str) -> None:
    await centre.apply(no, state=State.DISPATCHED)


async def _urge(centre: Centre, no: str) -> None:
    await centre.tickets.urge(no, actor="customer", words="快点", request_key="urge")


async def _write(centre: Centre, no: str) -> None:
    await centre.tickets.note_written("lihua", words="照片发给您了")


async def _postpone(centre: Centre, no: str) -> None:
    until = centre.clock() + timedelta(days=1)
    delay = Delay(until=until, reason="等配件", consent="电话里同意")
    await centre.matters.postpone(no, delay, actor="小李")


async def _merge(centre: Centre, no: str) -> None:
    await centre.matters.merge(no, await _other(centre, no), actor="小李")


async def _link(centre: Centre, no: str) -> None:
    other = await _other(centre, no)
    await centre.matters.link(no, other, actor="小李", relation=Relation.RELATED)


async def _follow_up(centre: Centre, no: str) -> None:
    await centre.follow_up.note(no, Outcome.UNSATISFIED, actor="小李", words="还没好")


async def _rate(centre: Centre, no: str) -> None:
    await centre.follow_up.rate(
        no,
        Outcome.UNSATISFIED,
        given="不满意",
        actor="customer",
        words="还没好",
        request_key="press",
    )


async def _ask(centre: Centre, no: str) -> None:
    ((ticket, step),) = await centre.follow_up.list_due()
    await centre.follow_up.note_asked(ticket.no, step)


async def _leave_to_people(centre: Centre, no: str) -> None:
    await centre.follow_up.note_unaskable(no)


async def _timed_work(centre: Centre, no: str) -> None:
    await centre.work.raise_alarms()


async def _third_report(centre: Centre, no: str) -> None:
    fields = {"fault_kind": "停电", "address": "幸福里6栋301"}
    await centre.register("third", conversation_id="wangwei", fields=fields)


async def _open_event(centre: Centre, no: str) -> None:
    known = Known(cause="检修")
    new = NewEvent(profile="power", matter="停电", area="幸福里6栋", known=known, tickets=(no,))
    await centre.events.open(new, actor="小李")


async def _take_out(centre: Centre, no: str) -> None:
    await centre.events.remove(await _event(centre), no, actor="小李")


async def _tell(centre: Centre, no: str) -> None:
    await centre.events.tell(await _event(centre), Known(cause="电缆故障"), actor="小李")


async def _dissolve(centre: Centre, no: str) -> None:
    await centre.events.dissolve(await _event(centre), actor="小李", reason="各家原因不同")


async def _end_event(centre: Centre, no: str) -> None:
    await centre.events.end(await _event(centre), actor="小李")


async def _settle(centre: Centre, no: str) -> None:
    unsettled = await centre.duties.list_unsettled()
    await centre.duties.settle(unsettled[0].member)


# what is done to a ticket, to what was answered, and to an event
OF_A_TICKET = {
    "register": _register,
    "dispatch": _dispatch,
    "urge": _urge,
    "write": _write,
    "postpone": _postpone,
    "merge": _merge,
    "link": _link,
    "timed_work": _timed_work,
}
AFTERWARDS = {
    "follow_up": _follow_up,
    "rate": _rate,
    "ask": _ask,
    "leave_to_people": _leave_to_people,
}
OF_AN_EVENT = {
    "third_report": _third_report,
    "open_event": _open_event,
    "take_out": _take_out,
    "tell": _tell,
    "dissolve": _dissolve,
    "end_event": _end_event,
    "settle": _settle,
}
VERBS = {**OF_A_TICKET, **AFTERWARDS, **OF_AN_EVENT}


async def _event(centre: Centre) -> str:
    ((event, _),) = await centre.events.list_events("power")
    return event.no


async def _other(centre: Centre, no: str) -> str:
    return next(each.no for each in await centre.tickets.list_tickets() if each.no != no)


async def do_once(file: str, verb: str, no: str, die_at: int) -> None:
    """Do it, unless killed before."""
    database = Database(f"sqlite+aiosqlite:///{file}")
    seen = 0

    def count(*_: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    for moment in ("before_cursor_execute", "commit"):
        event.listen(database._engine.sync_engine, moment, count)
    await do(centre_with_events(database, Clock(SATURDAY_MORNING + LATER), POWER), verb, no)
    await database.close()


def is_killed(file: str, verb: str, no: str, die_at: int) -> bool:
    """Whether a process of its own came to the statement at which it is killed."""
    child = os.fork()
    if not child:
        asyncio.run(do_once(file, verb, no, die_at))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, -signal.SIGKILL), code
    return code != 0


def main(database: str, verb: str, no: str) -> None:
    """Do it on copies of the database, killed one statement later each time."""
    for die_at in range(1, MOST):
        copy = shutil.copy(database, f"{database}.{die_at}")
        if not is_killed(copy, verb, no, die_at):
            return
    sys.exit("it never came to its end")


if __name__ == "__main__":
    main(*sys.argv[1:])
