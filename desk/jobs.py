"""Work the desk does by itself while it runs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from conversations.bot_client import Bot
from conversations.event_news import EventNews
from conversations.following_up import AskingBack
from conversations.gap_collecting import Collecting
from conversations.hub import Hub
from conversations.listening import Listening
from conversations.queueing import Queueing
from conversations.swapping import Swapping
from knowledge.hits import Hits, Transaction
from knowledge.service import Knowledge
from tickets.event_duties import EventDuties
from tickets.timed_work import TimedWork

log = logging.getLogger(__name__)

LOOK_FOR_PUBLICATION_S = 1.0
LOOK_FOR_BOT_S = 1.0
WRITE_HITS_S = 60.0
LOOK_AT_LIMITS_S = 5.0
LOOK_AFTER_WAITING_S = 5.0
PAGES_COME_BACK_S = 30.0
LOOK_FOR_ENDED_EVENTS_S = 2.0
LOOK_AT_RUNNING_EVENTS_S = 60.0
ASK_BACK_S = 5.0
COLLECT_GAPS_S = 10.0
LISTEN_S = 10.0
LOOK_FOR_CHOSEN_BOT_S = 2.0
# a bot that stays away longer does not keep yesterday's lines waiting: the knowledge answers them
WAIT_FOR_BOT_S = 120.0
# a database that could not be read a moment ago is asked again
DO_AGAIN_S = 2.0


async def keep_knowledge_fresh(knowledge: Knowledge) -> None:
    """Serve a new publication within a second or two of its going live."""
    while True:
        await asyncio.sleep(LOOK_FOR_PUBLICATION_S)
        try:
            if await knowledge.refresh():
                log.info("now serving publications %s", knowledge.live_numbers())
        except Exception:
            log.exception("the new publication could not be loaded; the old one goes on")


async def write_hits(hits: Hits, write: Transaction) -> None:
    """Write down how often entries were said: each minute, and at the end."""
    try:
        while True:
            await asyncio.sleep(WRITE_HITS_S)
            await _write_hits(hits, write)
    finally:
        await _write_hits(hits, write)


async def _write_hits(hits: Hits, write: Transaction) -> None:
    try:
        await hits.flush(write)
    except Exception:
        log.exception("how often entries were said could not be written; tried again later")


async def resume_when_ready(hub: Hub, bot: Bot) -> None:
    """Answer what a stopped process left unanswered, once the bot is back; dangers at once."""
    await _done_at_last(
        hub.resume_dangers,
        "warned of %d dangers left from before",
        "dangers left from before could not be looked for",
    )
    waited = 0.0
    while waited < WAIT_FOR_BOT_S and not await bot.is_ready():
        await asyncio.sleep(LOOK_FOR_BOT_S)
        waited += LOOK_FOR_BOT_S
    await _done_at_last(
        hub.resume,
        "answered %d lines left from before",
        "lines left from before could not be looked for",
    )


async def watch_limits(work: TimedWork) -> None:
    """Warn of limits, mark what is late and climb the chain, seconds after it is so.

    What lies there from before is looked at first: clocks that rest on other terms, then all that
    became late while the desk was down.
    """
    is_reckoned = False
    while True:
        try:
            if not is_reckoned:
                reckoned, is_reckoned = await work.reckon_anew(), True
                if reckoned:
                    log.info("the limits of %d open tickets were worked out anew", reckoned)
            told = await work.raise_alarms()
            if told:
                log.info("told of %d limits that are nearly over, or over", told)
            parked = await work.tell_of_parked()
            if parked:
                log.info("told of %d tickets that have waited for too long", parked)
        except Exception:
            log.exception("the limits could not be looked at; tried again in a moment")
        await asyncio.sleep(LOOK_AT_LIMITS_S)


async def look_after_waiting(queueing: Queueing) -> None:
    """Nobody who waits for a person is left unseen."""
    # after a start the agents' pages need a moment to come back
    await asyncio.sleep(PAGES_COME_BACK_S)
    while True:
        await asyncio.sleep(LOOK_AFTER_WAITING_S)
        try:
            await queueing.look_after()
        except Exception:
            log.exception("the queue could not be looked after; tried again in a moment")


async def tell_of_events(news: EventNews) -> None:
    """Tell the customers of an event, seconds later, what is known of it and that it is over."""
    while True:
        is_told = await _done(
            news.tell_news,
            "told %d customers what has become known of an event",
            "customers could not be told of events",
        )
        if is_told:
            await _done(
                news.tell,
                "answered %d tickets of events that are over",
                "customers could not be told of events",
            )
        await asyncio.sleep(LOOK_FOR_ENDED_EVENTS_S)


async def remind_of_events(duties: EventDuties) -> None:
    """An event that nobody ends goes on telling new customers of it: the shift lead is asked."""
    while True:
        await _done(
            duties.remind,
            "asked whether %d running events are over",
            "running events could not be looked at",
        )
        await asyncio.sleep(LOOK_AT_RUNNING_EVENTS_S)


async def ask_back(asking: AskingBack) -> None:
    """Ask in the chat whether the answer helped, and give up whom nobody heard of in time."""
    told, failed = "followed up %d tickets", "nobody could be asked whether it helped"
    await _again(ASK_BACK_S, asking.run, told, failed)


async def collect_gaps(collecting: Collecting) -> None:
    """Gather what nobody answered well, seconds after it was said."""
    told, failed = "%d lines that nobody answered well were gathered", "gaps could not be gathered"
    await _again(COLLECT_GAPS_S, collecting.run, told, failed)


async def listen_to_the_bot(listening: Listening) -> None:
    """Keep what the bot took lines for where that is doubtful."""
    told = "%d lines that the bot may have misread were kept"
    await _again(LISTEN_S, listening.run, told, "what the bot took lines for could not be kept")


async def keep_bot_fresh(swapping: Swapping) -> None:
    """Have the bot serve what was chosen, within seconds, whoever chose it."""
    while True:
        await asyncio.sleep(LOOK_FOR_CHOSEN_BOT_S)
        try:
            await swapping.catch_up()
        except Exception:
            log.exception("the chosen bot could not be looked for; tried again in a moment")


async def _again(
    every_s: float, work: Callable[[], Awaitable[int]], told: str, failed: str
) -> None:
    """Do a piece of work again and again, after a pause each time; as `_done`."""
    while True:
        await asyncio.sleep(every_s)
        await _done(work, told, failed)


async def _done_at_last(work: Callable[[], Awaitable[int]], told: str, failed: str) -> None:
    """Do a piece of work that nothing comes back to later: until it has been done once."""
    while True:
        if await _done(work, told, failed):
            return
        await asyncio.sleep(DO_AGAIN_S)


async def _done(work: Callable[[], Awaitable[int]], told: str, failed: str) -> bool:
    """Do a piece of work and log how much it was; what fails must not end the job."""
    try:
        count = await work()
    except Exception:
        log.exception("%s; tried again in a moment", failed)
        return False
    if count:
        log.info(told, count)
    return True
