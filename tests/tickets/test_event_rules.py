"""How many customers, how near and how soon, make an event of their reports."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.conftest import SATURDAY_MORNING as NOW
from tickets.event import Event, EventState
from tickets.event_rules import Found, Watch, find_covering, find_gathering, watch_of
from tickets.profile import Profile
from tickets.ticket import Kind, State, Ticket


@pytest.fixture
def watch(power: Profile) -> Watch:
    found = watch_of(power)
    assert found is not None
    return found


def report(customer: int, address: str, *, ago: float = 0, **more: Any) -> Ticket:
    """A customer reports an outage, so many minutes ago; `more` replaces any field."""
    fields = {"fault_kind": "停电", "address": address, **more.pop("fields", {})}
    values: dict[str, Any] = {
        "no": f"20261121{customer:04d}",
        "profile": "power",
        "kind": Kind.FAULT,
        "state": State.REGISTERED,
        "conversation_id": f"customer-{customer}",
        "fields": fields,
        "registered_at": NOW - timedelta(minutes=ago),
        **more,
    }
    return Ticket(**values)


def gathered(reports: Sequence[Ticket], watch: Watch) -> Found | None:
    *before, new = reports
    return find_gathering(new, before, watch, now=NOW)


def neighbours(count: int, **more: Any) -> list[Ticket]:
    """Customers of one building, in different homes."""
    return [report(each, f"幸福里6栋{each}01", **more) for each in range(1, count + 1)]


class TestFindGathering:
    def test_makes_an_event_of_three_neighbours(self, watch: Watch) -> None:
        found = gathered(neighbours(3), watch)

        assert found is not None
        assert found.area == "幸福里6栋"
        assert [each.no for each in found.tickets] == [
            *("202611210001", "202611210002", "202611210003")
        ]

    def test_makes_none_of_two(self, watch: Watch) -> None:
        assert gathered(neighbours(2), watch) is None

    def test_minds_how_long_ago_they_reported(self, watch: Watch) -> None:
        before, new = neighbours(2, ago=30), report(3, "幸福里6栋301")
        assert gathered([*before, new], watch) is not None

        before = neighbours(2, ago=30.1)
        assert gathered([*before, new], watch) is None

    @pytest.mark.parametrize(
        "other",
        [
            {"kind": Kind.COMPLAINT},
            {"kind": Kind.EMERGENCY},
            {"urgent": True},
            {"state": State.ANSWERED},
            {"state": State.WITHDRAWN},
            {"fields": {"fault_kind": "电表异常"}},
            {"fields": {"scope": "只有我家"}},
            {"fields": {"address": "幸福里7栋301"}},
            {"fields": {"address": "不清楚"}},
        ],
        ids=str,
    )
    def test_counts_no_other_matter(self, watch: Watch, other: dict[str, Any]) -> None:
        before = [*neighbours(1), report(2, "幸福里6栋201", **other)]

        assert gathered([*before, report(3, "幸福里6栋301")], watch) is None

    def test_counts_a_customer_once_by_their_phone(self, watch: Watch) -> None:
        before = neighbours(2, fields={"phone": "13800138000"})

        assert gathered([*before, report(3, "幸福里6栋301")], watch) is None

    def test_counts_a_conversation_once_when_no_phone_was_given(self, watch: Watch) -> None:
        before = neighbours(2, conversation_id="lihua", fields={"phone": "不留电话"})

        assert gathered([*before, report(3, "幸福里6栋301")], watch) is None

    def test_makes_none_of_a_matter_that_concerns_one_home(self, watch: Watch) -> None:
        assert gathered(neighbours(5, fields={"fault_kind": "电表异常"}), watch) is None

    def test_takes_the_estate_when_reports_come_from_several_buildings(self, watch: Watch) -> None:
        found = gathered([report(each, f"幸福里{each}栋101") for each in range(1, 6)], watch)

        assert found is not None
        assert found.area == "幸福里"
        assert len(found.tickets) == 5

    def test_keeps_to_the_building_when_all_reports_come_from_it(self, watch: Watch) -> None:
        found = gathered(neighbours(6), watch)

        assert found is not None
        assert found.area == "幸福里6栋"

    def test_takes_the_road_when_reports_come_from_along_it(self, watch: Watch) -> None:
        found = gathered([report(each, f"杨柳路{each}号") for each in range(1, 6)], watch)

        assert found is not None
        assert found.area == "杨柳路"

    def test_is_the_same_in_whatever_order_the_others_are(self, watch: Watch) -> None:
        *before, new = neighbours(4)

        there = find_gathering(new, before, watch, now=NOW)

        assert find_gathering(new, [new, *reversed(before)], watch, now=NOW) == there


def event(area: str, *, matter: str = "停电") -> Event:
    return Event(
        no=f"E-{area}",
        profile="power",
        matter=matter,
        area=area,
        state=EventState.RUNNING,
        began_at=NOW,
    )


class TestFindCovering:
    def test_takes_the_narrowest_of_several(self) -> None:
        running = [event("幸福里"), event("幸福里6栋"), event("幸福里7栋")]

        found = find_covering(running, matter="停电", address="幸福里6栋301")

        assert found is not None
        assert found.area == "幸福里6栋"

    def test_minds_the_matter(self) -> None:
        running = [event("幸福里", matter="电压异常")]

        assert find_covering(running, matter="停电", address="幸福里6栋301") is None

    @pytest.mark.parametrize(("matter", "address"), [(None, "幸福里6栋"), ("停电", None), ("", "")])
    def test_finds_nothing_before_both_are_known(
        self, matter: str | None, address: str | None
    ) -> None:
        assert find_covering([event("幸福里")], matter=matter, address=address) is None


class TestEveryProfile:
    def test_watches_for_matters_that_its_faults_have(self, profile: Profile) -> None:
        watch = watch_of(profile)

        assert watch is not None
        titles = {choice.title for choice in profile.fields[watch.field].choices}
        assert watch.matters
        assert watch.matters <= titles
        assert watch.field in profile.businesses["fault"].fields
