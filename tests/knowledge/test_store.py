"""Entries and publications as the database keeps them."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import IntegrityError

from desk.database import Database
from knowledge.entry import Entry, EntryState, KnowledgeError
from knowledge.store import KnowledgeStore
from tests.conftest import SATURDAY_MORNING
from tests.knowledge.small_corpus import CALIBRATIONS, CALMING, PAYING, WAITING

pytestmark = pytest.mark.each_database


@pytest.fixture
async def store(database: Database) -> AsyncIterator[KnowledgeStore]:
    async with database.write() as connection:
        yield KnowledgeStore(connection)


async def publish(store: KnowledgeStore, *content: Entry, profile: str = "power") -> int:
    return await store.add_publication(
        profile,
        content,
        author="小李",
        encoder="m3e-small@1234",
        calibrations=CALIBRATIONS,
        figures={"ours": {"hit@1": 0.9}},
        at=SATURDAY_MORNING,
    )


class TestAddVersion:
    async def test_gives_back_exactly_what_was_written(self, store: KnowledgeStore) -> None:
        midnight = SATURDAY_MORNING.astimezone(ZoneInfo("Asia/Shanghai"))
        written = replace(
            CALMING, region="浙江", valid_from=midnight, valid_until=midnight + timedelta(days=1)
        )

        await store.add_version("power", written, at=SATURDAY_MORNING)

        (read,) = await store.list_latest("power")
        assert read == written
        assert read.content_hash() == written.content_hash()

    async def test_never_overwrites_a_version(self, store: KnowledgeStore) -> None:
        await store.add_version("power", WAITING, at=SATURDAY_MORNING)

        with pytest.raises(IntegrityError):
            await store.add_version("power", replace(WAITING, answer="别急"), at=SATURDAY_MORNING)


class TestListLatest:
    async def test_gives_the_highest_version_of_each_entry(self, store: KnowledgeStore) -> None:
        for version in (1, 10, 9):
            newer = replace(WAITING, version=version, answer=f"第{version}版")
            await store.add_version("power", newer, at=SATURDAY_MORNING)
        await store.add_version("power", PAYING, at=SATURDAY_MORNING)

        latest = await store.list_latest("power")

        assert [(each.entry_id, each.version) for each in latest] == [
            (PAYING.entry_id, 1),
            (WAITING.entry_id, 10),
        ]

    async def test_keeps_the_same_id_of_two_profiles_apart(self, store: KnowledgeStore) -> None:
        gas = replace(WAITING, answer="燃气抢修 30 分钟到。", version=3)
        await store.add_version("power", WAITING, at=SATURDAY_MORNING)
        await store.add_version("gas", gas, at=SATURDAY_MORNING)

        assert await store.list_latest("power") == [WAITING]
        assert await store.list_latest("gas") == [gas]


class TestSetState:
    async def test_withdraws_one_entry_and_no_other(self, store: KnowledgeStore) -> None:
        for profile in ("power", "gas"):
            await store.add_version(profile, WAITING, at=SATURDAY_MORNING)

        await store.set_state("power", WAITING, EntryState.WITHDRAWN)

        (withdrawn,) = await store.list_latest("power")
        (untouched,) = await store.list_latest("gas")
        assert withdrawn.state is EntryState.WITHDRAWN
        assert untouched.state is EntryState.APPROVED


class TestPublication:
    async def test_gives_back_what_was_published(self, store: KnowledgeStore) -> None:
        for entry in (WAITING, PAYING):
            await store.add_version("power", entry, at=SATURDAY_MORNING)

        no = await publish(store, WAITING, PAYING)

        publication = await store.get_publication(no)
        assert (publication.no, publication.profile, publication.author) == (no, "power", "小李")
        assert publication.published_at == SATURDAY_MORNING
        assert publication.encoder == "m3e-small@1234"
        assert publication.calibrations == json.loads(json.dumps(CALIBRATIONS))
        assert publication.figures == {"ours": {"hit@1": 0.9}}

    async def test_keeps_the_entries_in_the_order_of_their_index(
        self, store: KnowledgeStore
    ) -> None:
        for entry in (PAYING, CALMING, WAITING):
            await store.add_version("power", entry, at=SATURDAY_MORNING)

        no = await publish(store, WAITING, PAYING, CALMING)

        published = await store.list_published(await store.get_publication(no))
        assert published == [WAITING, PAYING, CALMING]

    async def test_keeps_the_exact_version_when_a_newer_one_is_written(
        self, store: KnowledgeStore
    ) -> None:
        await store.add_version("power", WAITING, at=SATURDAY_MORNING)
        no = await publish(store, WAITING)

        newer = replace(WAITING, version=2, answer="城区 30 分钟。")
        await store.add_version("power", newer, at=SATURDAY_MORNING)

        assert await store.list_published(await store.get_publication(no)) == [WAITING]

    async def test_says_a_version_until_the_day_of_its_successor(
        self, store: KnowledgeStore
    ) -> None:
        new_year = SATURDAY_MORNING + timedelta(days=40)
        later = replace(WAITING, version=2, valid_from=new_year)
        for entry in (WAITING, later):
            await store.add_version("power", entry, at=SATURDAY_MORNING)
        approved = await store.list_approved("power", now=SATURDAY_MORNING)

        no = await publish(store, *approved)

        published = await store.list_published(await store.get_publication(no))
        assert published == [replace(WAITING, valid_until=new_year), later]

    async def test_takes_its_entries_from_its_own_profile(self, store: KnowledgeStore) -> None:
        gas = replace(WAITING, answer="燃气抢修 30 分钟到。")
        await store.add_version("power", WAITING, at=SATURDAY_MORNING)
        await store.add_version("gas", gas, at=SATURDAY_MORNING)

        no = await publish(store, gas, profile="gas")

        assert await store.list_published(await store.get_publication(no)) == [gas]

    async def test_says_so_when_there_is_no_such_number(self, store: KnowledgeStore) -> None:
        with pytest.raises(KnowledgeError, match="there is no publication 99"):
            await store.get_publication(99)

    async def test_lists_a_profiles_publications_newest_first(self, store: KnowledgeStore) -> None:
        await store.add_version("power", WAITING, at=SATURDAY_MORNING)
        first, other, last = [
            await publish(store, WAITING, profile=profile) for profile in ("power", "gas", "power")
        ]

        listed = [each.no for each in await store.list_publications("power")]

        assert listed == [last, first]
        assert other not in listed


class TestGoLive:
    async def test_makes_nothing_live_by_being_written(self, store: KnowledgeStore) -> None:
        await store.add_version("power", WAITING, at=SATURDAY_MORNING)
        await publish(store, WAITING)

        assert await store.live_numbers() == {}

    async def test_replaces_the_one_before_in_its_own_profile(self, store: KnowledgeStore) -> None:
        await store.go_live("power", 1)
        await store.go_live("gas", 2)

        await store.go_live("power", 3)

        assert await store.live_numbers() == {"power": 3, "gas": 2}

    async def test_is_seen_by_others_only_once_it_is_committed(self, database: Database) -> None:
        async with database.write() as connection:
            await KnowledgeStore(connection).go_live("power", 1)

        async with database.write() as connection:
            await KnowledgeStore(connection).go_live("power", 2)
            async with database.read() as other:
                seen_meanwhile = await KnowledgeStore(other).live_numbers()
        async with database.read() as other:
            seen_after = await KnowledgeStore(other).live_numbers()

        assert (seen_meanwhile, seen_after) == ({"power": 1}, {"power": 2})
