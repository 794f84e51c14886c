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
from tickets.follow_up import Outcome
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
    if verb == "register":
        await centre.register("second", kind=Kind.COMPLAINT, fields={"phone": "13800138000"})
    elif verb == "dispatch":
        await centre.apply(no, state=State.DISPATCHED)
    elif verb == "urge":
        await centre.tickets.urge(no, actor="customer", words="快点", request_key="urge")
    elif verb == "postpone":
        until = centre.clock() + timedelta(days=1)
        delay = Delay(until=until, reason="等配件", consent="电话里同意")
        await centre.matters.postpone(no, delay, actor="小李")
    elif verb == "merge":
        await centre.matters.merge(no, await _other(centre, no), actor="小李")
    elif verb == "third_report":
        fields = {"fault_kind": "停电", "address": "幸福里6栋301"}
        await centre.register("third", conversation_id="wangwei", fields=fields)
    elif verb in {"end_event", "settle"}:
        await _finish(centre, verb)
    elif verb == "follow_up":
        await centre.follow_up.note(no, Outcome.UNSATISFIED, actor="小李", words="还没好")
    else:
        await centre.work.raise_alarms()


async def _finish(centre: Centre, verb: str) -> None:
    if verb == "settle":
        unsettled = await centre.duties.list_unsettled()
        await centre.duties.settle(unsettled[0].member)
        return
    ((event, _),) = await centre.events.list_events("power")
    await centre.events.end(event.no, actor="小李")


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
