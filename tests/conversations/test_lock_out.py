"""How long somebody who guesses has to wait."""

from datetime import UTC, datetime, timedelta

from conversations.lock_out import Patience, Tries, add_try, left_to_wait

NOW = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
TWO = Patience(tries=2, pauses=(MINUTE, 5 * MINUTE), forgets_after=timedelta(hours=1))


def tried(times: int, *, every: timedelta = timedelta()) -> Tries | None:
    """So many tries, each when it may be made at the earliest and `every` later."""
    tries, now = None, NOW
    for _ in range(times):
        now += left_to_wait(tries, now=now) + every
        tries = add_try(tries, TWO, now=now)
    return tries


class TestAddTry:
    def test_bears_what_is_borne(self) -> None:
        assert left_to_wait(tried(1), now=NOW) == timedelta()

    def test_begins_a_pause_with_the_last(self) -> None:
        assert left_to_wait(tried(2), now=NOW) == MINUTE

    def test_makes_each_pause_longer_and_the_last_no_longer(self) -> None:
        pauses = [tried(times) for times in (2, 4, 6)]

        lasted = [each.until - each.last_at for each in pauses if each and each.until]
        assert lasted == [MINUTE, 5 * MINUTE, 5 * MINUTE]

    def test_forgets_what_is_long_ago(self) -> None:
        tries = add_try(tried(1), TWO, now=NOW + TWO.forgets_after)

        assert (tries.count, tries.until) == (1, None)


class TestLeftToWait:
    def test_is_nothing_for_who_never_tried(self) -> None:
        assert left_to_wait(None, now=NOW) == timedelta()

    def test_grows_shorter_until_it_is_nothing(self) -> None:
        tries = tried(2)

        assert left_to_wait(tries, now=NOW + MINUTE / 2) == MINUTE / 2
        assert left_to_wait(tries, now=NOW + MINUTE) == timedelta()
        assert left_to_wait(tries, now=NOW + 2 * MINUTE) == timedelta()
