"""What customers said and trainers or agents found an entry right for: the tuner learns from it."""

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from conversations.missed_store import MissedStore
from knowledge.gap_store import GapStore
from knowledge.gaps import Fate
from knowledge.pick_store import PickStore
from knowledge.tuning_said import Judged, Said, found_right
from tickets.ticket import Kind

# outcomes that are looked at, the newest first: more would not fit into the minutes of a tuning
MOST_OUTCOMES = 20_000


async def said_of(
    connection: AsyncConnection, profile: str, *, sealed: Collection[Kind]
) -> list[Said]:
    """Questions trainers put to an entry, then lines for which agents sent one's wording.

    All are kept without personal data. Of a conversation with a ticket of a `sealed` kind nothing
    is taken, whenever somebody informed in it.
    """
    return [
        *await _confirmed(connection, profile),
        *found_right(await _judged(connection, profile, sealed)),
    ]


async def _confirmed(connection: AsyncConnection, profile: str) -> list[Said]:
    store = GapStore(connection)
    decisions = [
        decision
        for fate in (Fate.SIMILAR, Fate.ENTRY)
        for decision in await store.list_wordings(profile, fate)
    ]
    return [
        Said(text, decision.decided.entry_id)
        for decision in decisions
        for text in decision.decided.wordings
    ]


async def _judged(
    connection: AsyncConnection, profile: str, sealed: Collection[Kind]
) -> list[Judged]:
    told = await PickStore(connection).list_last(profile, limit=MOST_OUTCOMES)
    talks = {each.shown.conversation_id for each in told if each.shown.conversation_id}
    informed = await MissedStore(connection).list_sealed(talks, sealed)
    return [
        Judged(each.shown.line, each.shown.entry_id, each.outcome)
        for each in told
        if each.shown.conversation_id not in informed
    ]
