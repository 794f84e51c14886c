"""What stands beside a draft: the same question, another answer, and never the draft itself."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from knowledge.encoder import OnnxEncoder
from knowledge.entry import Entry, EntryState
from knowledge.indexes.cache import IndexCache
from knowledge.neighbours import Neighbours
from tests.knowledge.small_corpus import PAYING, SMALL_CORPUS, WAITING, make_entry


@pytest.fixture
def without_encoder(indexes: IndexCache) -> Iterator[Neighbours]:
    neighbours = Neighbours(None, indexes)
    yield neighbours
    neighbours.close()


def draft(title: str, answer: str = "请看这里。", **more: str) -> Entry:
    return make_entry(more.pop("entry_id", "draft"), title, answer=answer, **more)


class TestWithoutEncoder:
    async def test_finds_the_same_letters(self, without_encoder: Neighbours) -> None:
        beside = await without_encoder.look(draft(PAYING.questions[0] + "？"), SMALL_CORPUS)

        assert [each.second for each in beside.alike] == [PAYING]

    async def test_tells_figures_that_cannot_both_be_right(
        self, without_encoder: Neighbours
    ) -> None:
        beside = await without_encoder.look(draft(WAITING.title, "城区 30 分钟。"), SMALL_CORPUS)

        assert [each.said for each in beside.contradictions] == [("30 分钟", "45 分钟")]

    async def test_holds_no_entry_against_itself(self, without_encoder: Neighbours) -> None:
        own = draft(WAITING.title, entry_id=WAITING.entry_id)

        assert (await without_encoder.look(own, SMALL_CORPUS)).alike == ()

    async def test_finds_the_clashes_of_a_whole_corpus(self, without_encoder: Neighbours) -> None:
        faster = draft(WAITING.title, "城区 30 分钟。", entry_id="faster")
        again = draft(PAYING.title, PAYING.answer, entry_id="again")

        found = await without_encoder.compare_all([*SMALL_CORPUS, faster, again])

        (clash,) = found.contradictions
        assert (clash.alike.first, clash.alike.second) == (WAITING, faster)
        assert clash.said == ("45 分钟", "30 分钟")
        assert [(pair.first, pair.second) for pair in found.duplicates] == [(PAYING, again)]

    async def test_finds_no_clash_where_there_is_none(self, without_encoder: Neighbours) -> None:
        gone = replace(draft(PAYING.title, entry_id="gone"), state=EntryState.WITHDRAWN)
        local = draft(WAITING.title, "城区 30 分钟。", entry_id="local", region="浙江")

        found = await without_encoder.compare_all([*SMALL_CORPUS, gone, local])

        assert (found.contradictions, found.duplicates) == ((), ())

    async def test_lets_each_region_have_its_own_answer(self, without_encoder: Neighbours) -> None:
        local = draft(WAITING.title, region="浙江")

        assert (await without_encoder.look(local, SMALL_CORPUS)).alike == ()

    async def test_does_not_mind_what_was_withdrawn(self, without_encoder: Neighbours) -> None:
        gone = replace(PAYING, state=EntryState.WITHDRAWN)

        assert (await without_encoder.look(draft(PAYING.title), [gone])).alike == ()


@pytest.mark.needs_encoder
class TestByMeaning:
    @pytest.fixture
    def neighbours(self, encoder: OnnxEncoder, indexes: IndexCache) -> Iterator[Neighbours]:
        opened = Neighbours(encoder, indexes)
        yield opened
        opened.close()

    async def test_shows_the_nearest_though_it_asks_something_else(
        self, neighbours: Neighbours
    ) -> None:
        beside = await neighbours.look(draft("网上可以交电费吗"), SMALL_CORPUS)

        near = (*beside.alike, *beside.nearest)
        assert near[0].second == PAYING

    async def test_sees_a_new_entry_at_once(self, neighbours: Neighbours) -> None:
        await neighbours.look(draft("电费能分期吗"), SMALL_CORPUS)
        new = make_entry("bill-in-parts", "电费可不可以分期交")

        beside = await neighbours.look(draft("电费可不可以分期交"), (*SMALL_CORPUS, new))

        assert [each.second for each in beside.alike] == [new]

    async def test_compares_nothing_with_an_empty_draft(self, neighbours: Neighbours) -> None:
        beside = await neighbours.look(draft(""), SMALL_CORPUS)

        assert (beside.alike, beside.nearest) == ((), ())
