"""Reading what was told of talks, and taking note of it: nothing is lost with a closed page."""

from collections.abc import Callable
from datetime import datetime

from conversations.people import Role
from conversations.talk_alarm import TalkAlarm, heard_by
from conversations.talk_alarm_store import TalkAlarmStore
from tickets.keeping import Transaction

# as many as a page shows; the others come when these are noted
AT_ONCE = 100


class TalkAlarms:
    """The two verbs of alarms of talks."""

    def __init__(
        self, *, write: Transaction, read: Transaction, clock: Callable[[], datetime]
    ) -> None:
        self._write, self._read, self._clock = write, read, clock

    async def list_new(self, role: Role) -> list[TalkAlarm]:
        """What was told to this role and nobody has taken note of, the newest first."""
        async with self._read() as connection:
            return await TalkAlarmStore(connection).list_new(heard_by(role), limit=AT_ONCE)

    async def note(self, alarm_id: int, *, name: str, role: Role) -> int:
        """Take note of an alarm and of what was told before it of the same; returns how many."""
        async with self._write() as connection:
            return await TalkAlarmStore(connection).note(
                alarm_id, heard_by(role), by=name, at=self._clock()
            )
