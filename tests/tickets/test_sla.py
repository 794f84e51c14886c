"""What is owed on a ticket by when: the limits of the real centres, on stories one can remember."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.settings import ROOT
from tickets.calendar import Calendar
from tickets.limits import Limits, What
from tickets.limits_file import load_limits
from tickets.reckoning import CentreTime
from tickets.sla import Case, Doubt, Due, Step, Verdict, due_times
from tickets.ticket import Kind, Mark

ZONE = ZoneInfo("Asia/Shanghai")
CENTRE = CentreTime(Calendar(), ZONE)
POWER, GAS, PROPERTY = (
    load_limits(ROOT / "profiles" / name) for name in ("power", "gas", "property")
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def steps(*story: tuple[str, Mark]) -> tuple[Step, ...]:
    return tuple(Step(at=at(when), mark=mark) for when, mark in story)


def judge(limits: Limits, case: Case, now: str) -> dict[What, Due]:
    return {due.limit.what: due for due in due_times(limits, CENTRE, case, now=at(now))}


def shown(due: Due) -> str | None:
    return due.at.strftime("%Y-%m-%d %H:%M") if due.at else None


def fault(*story: tuple[str, Mark], area: str | None = "urban") -> Case:
    return Case(kind=Kind.FAULT, area=area, steps=steps(*story))


def complaint(*story: tuple[str, Mark], class_id: str | None = None) -> Case:
    return Case(kind=Kind.COMPLAINT, class_id=class_id, steps=steps(*story))


class TestDueTimes:
    @pytest.mark.parametrize(
        ("area", "expected"),
        [
            ("urban", "2026-10-01 00:15"),
            ("rural", "2026-10-01 01:00"),
            ("remote", "2026-10-01 01:30"),
        ],
    )
    def test_somebody_is_on_the_spot_as_the_area_asks(self, area: str, expected: str) -> None:
        case = fault(("2026-09-30 23:30", Mark.REGISTERED), area=area)

        assert shown(judge(POWER, case, "2026-09-30 23:31")[What.ON_SITE]) == expected

    def test_power_is_back_three_hours_after_somebody_came(self) -> None:
        waiting = fault(("2026-10-01 08:00", Mark.REGISTERED))
        there = fault(("2026-10-01 08:00", Mark.REGISTERED), ("2026-10-01 08:40", Mark.ARRIVED))

        before = judge(POWER, waiting, "2026-10-01 08:50")[What.RESOLVE]
        after = judge(POWER, there, "2026-10-01 08:50")

        assert (before.verdict, shown(before)) == (Verdict.NOT_STARTED, None)
        assert (after[What.ON_SITE].verdict, after[What.ON_SITE].met_at) == (
            Verdict.MET,
            at("2026-10-01 08:40"),
        )
        assert shown(after[What.RESOLVE]) == "2026-10-01 11:40"

    def test_a_complaint_before_the_national_day_is_answered_after_it(self) -> None:
        case = complaint(("2026-09-30 16:20", Mark.REGISTERED))

        dues = judge(POWER, case, "2026-09-30 16:20")

        assert shown(dues[What.FIRST_RESPONSE]) == "2026-10-01 16:20"
        # 8, 9, the Saturday that works, 12, 13
        assert dues[What.ANSWER].day == date(2026, 10, 13)
        assert not dues[What.ANSWER].provisional

    def test_a_complaint_on_the_friday_before_the_holidays_of_2025(self) -> None:
        # Friday 26 September; Sunday the 28th works, and 1–8 October are off
        case = complaint(("2025-09-26 18:00", Mark.REGISTERED), class_id="major")

        dues = judge(PROPERTY, case, "2025-09-26 18:00")

        assert dues[What.ANSWER].day == date(2025, 9, 30)
        assert dues[What.RESOLVE].day == date(2025, 10, 13)

    def test_gas_counts_calendar_days(self) -> None:
        case = complaint(("2026-09-30 16:20", Mark.REGISTERED))

        dues = judge(GAS, case, "2026-10-01 09:00")

        assert dues[What.FIRST_RESPONSE].day == date(2026, 10, 3)
        assert shown(dues[What.ANSWER]) == "2026-10-06 00:00"

    def test_the_form_is_owed_once_another_department_is_needed(self) -> None:
        alone = complaint(("2026-10-12 09:00", Mark.REGISTERED))
        referred = complaint(
            ("2026-10-12 09:00", Mark.REGISTERED), ("2026-10-12 09:20", Mark.REFERRED)
        )

        assert judge(PROPERTY, alone, "2026-10-12 09:25")[What.FORM].verdict is Verdict.NOT_STARTED
        assert shown(judge(PROPERTY, referred, "2026-10-12 09:25")[What.FORM]) == "2026-10-12 09:30"

    def test_what_no_document_settles_is_said_to_be_unset(self) -> None:
        case = complaint(("2026-10-12 09:00", Mark.REGISTERED), class_id="important")

        due = judge(PROPERTY, case, "2026-10-20 09:00")[What.ANSWER]

        assert (due.verdict, due.at) == (Verdict.UNSET, None)
        assert due.limit.open

    def test_a_kind_without_limits_owes_nothing(self) -> None:
        case = Case(kind=Kind.PRAISE, steps=steps(("2026-10-12 09:00", Mark.REGISTERED)))

        assert due_times(POWER, CENTRE, case, now=at("2026-10-12 09:00")) == ()

    def test_moments_come_back_on_the_centres_wall(self) -> None:
        registered = Step(at=datetime(2026, 9, 30, 16, 0, tzinfo=UTC), mark=Mark.REGISTERED)
        case = Case(kind=Kind.COMPLAINT, steps=(registered,))

        due = judge(POWER, case, "2026-10-01 01:00")[What.FIRST_RESPONSE]

        assert str(due.started_at) == "2026-10-01 00:00:00+08:00"
        assert str(due.at) == "2026-10-02 00:00:00+08:00"


class TestWhatIsNotKnownYet:
    def test_an_unknown_area_counts_as_the_strictest(self) -> None:
        case = fault(("2026-10-12 09:00", Mark.REGISTERED), area=None)

        due = judge(POWER, case, "2026-10-12 09:01")[What.ON_SITE]

        assert (shown(due), due.doubts) == ("2026-10-12 09:45", {Doubt.AREA})
        assert due.provisional

    def test_a_complaint_nobody_has_judged_counts_as_the_centre_says(self) -> None:
        case = complaint(("2026-10-12 09:00", Mark.REGISTERED))

        due = judge(PROPERTY, case, "2026-10-12 09:01")[What.RESOLVE]

        assert (shown(due), due.doubts) == ("2026-10-13 09:00", {Doubt.CLASS})

    def test_an_application_nobody_has_judged_has_the_general_limit(self) -> None:
        story = steps(("2026-10-12 09:00", Mark.REGISTERED))

        dues = judge(POWER, Case(kind=Kind.APPLICATION, steps=story), "2026-10-12 09:01")

        assert {what: due.day for what, due in dues.items()} == {What.RESOLVE: date(2026, 10, 19)}
        assert dues[What.RESOLVE].doubts == {Doubt.CLASS}

    def test_a_class_that_the_centre_has_removed_is_not_known(self) -> None:
        case = complaint(("2026-10-12 09:00", Mark.REGISTERED), class_id="abolished")

        assert judge(PROPERTY, case, "2026-10-12 09:01")[What.RESOLVE].doubts == {Doubt.CLASS}

    def test_a_year_that_is_not_published_is_a_guess(self) -> None:
        case = complaint(("2026-12-30 10:00", Mark.REGISTERED))

        dues = judge(POWER, case, "2026-12-30 10:00")

        assert dues[What.ANSWER].doubts == {Doubt.CALENDAR}
        assert not dues[What.FIRST_RESPONSE].provisional


class TestVerdict:
    @pytest.mark.parametrize(
        ("now", "expected"),
        [
            ("2026-10-12 09:00:00", Verdict.RUNNING),
            ("2026-10-12 09:35:59", Verdict.RUNNING),
            ("2026-10-12 09:36:00", Verdict.WARN),  # 80 % of 45 minutes
            ("2026-10-12 09:45:00", Verdict.WARN),  # within 45 minutes is still in time
            ("2026-10-12 09:45:01", Verdict.BREACHED),
        ],
    )
    def test_warns_and_then_is_breached(self, now: str, expected: Verdict) -> None:
        case = fault(("2026-10-12 09:00", Mark.REGISTERED))

        assert judge(POWER, case, now)[What.ON_SITE].verdict is expected

    @pytest.mark.parametrize(
        ("arrived", "expected"),
        [("2026-10-12 09:45", Verdict.MET), ("2026-10-12 09:46", Verdict.BREACHED)],
    )
    def test_coming_late_stays_late(self, arrived: str, expected: Verdict) -> None:
        case = fault(("2026-10-12 09:00", Mark.REGISTERED), (arrived, Mark.ARRIVED))

        due = judge(POWER, case, "2026-10-20 09:00")[What.ON_SITE]

        assert (due.verdict, due.met_at) == (expected, at(arrived))

    def test_what_lies_after_now_has_not_happened(self) -> None:
        case = fault(("2026-10-12 09:00", Mark.REGISTERED), ("2026-10-12 09:30", Mark.ARRIVED))

        assert judge(POWER, case, "2026-10-12 09:10")[What.ON_SITE].verdict is Verdict.RUNNING

    @pytest.mark.parametrize(
        ("ended", "expected"),
        [("2026-10-12 09:10", Verdict.STOPPED), ("2026-10-12 10:00", Verdict.BREACHED)],
    )
    def test_a_ticket_withdrawn_in_time_owes_nothing_more(
        self, ended: str, expected: Verdict
    ) -> None:
        case = fault(("2026-10-12 09:00", Mark.REGISTERED), (ended, Mark.WITHDRAWN))

        assert judge(POWER, case, "2026-10-20 09:00")[What.ON_SITE].verdict is expected

    def test_an_answer_is_a_first_response_too(self) -> None:
        case = complaint(("2026-10-12 09:00", Mark.REGISTERED), ("2026-10-12 12:00", Mark.ANSWERED))

        assert judge(POWER, case, "2026-10-13 12:00")[What.FIRST_RESPONSE].verdict is Verdict.MET


class TestWaitingForTheCustomer:
    def test_stops_a_clock_that_may_be_stopped(self) -> None:
        case = complaint(
            ("2026-10-12 09:00", Mark.REGISTERED),
            ("2026-10-12 10:00", Mark.WAITING),
            class_id="minor",
        )

        dues = judge(PROPERTY, case, "2026-10-30 10:00")

        assert (dues[What.RESOLVE].verdict, dues[What.RESOLVE].at) == (Verdict.STOPPED, None)

    def test_goes_on_where_it_stood(self) -> None:
        case = complaint(
            ("2026-10-12 09:00", Mark.REGISTERED),
            ("2026-10-12 10:00", Mark.WAITING),
            ("2026-10-12 10:30", Mark.WAITING),
            ("2026-10-14 10:00", Mark.RESUMED),
            class_id="minor",
        )

        due = judge(PROPERTY, case, "2026-10-14 10:00")[What.RESOLVE]

        assert (due.verdict, shown(due)) == (Verdict.RUNNING, "2026-10-15 09:00")
        # 80 % of 24 hours, less the hour that had passed
        assert due.warn_at == at("2026-10-15 04:12")

    def test_comes_too_late_for_what_is_late(self) -> None:
        case = complaint(
            ("2026-10-12 09:00", Mark.REGISTERED),
            ("2026-10-13 09:01", Mark.WAITING),
            class_id="minor",
        )

        assert judge(PROPERTY, case, "2026-10-13 10:00")[What.RESOLVE].verdict is Verdict.BREACHED

    def test_leaves_the_other_clocks_running(self) -> None:
        case = fault(("2026-10-12 09:00", Mark.REGISTERED), ("2026-10-12 09:01", Mark.WAITING))

        assert judge(POWER, case, "2026-10-12 09:46")[What.ON_SITE].verdict is Verdict.BREACHED

    def test_moves_a_limit_in_days_by_the_days_that_ended_meanwhile(self) -> None:
        case = Case(
            kind=Kind.APPLICATION,
            class_id="low_voltage",
            steps=steps(
                ("2026-09-30 09:00", Mark.REGISTERED),
                ("2026-10-09 15:00", Mark.WAITING),
                ("2026-10-12 08:00", Mark.RESUMED),
            ),
        )

        # 8; not 9 and 10, which ended waiting; 12, 13, 14, 15, 16
        assert judge(POWER, case, "2026-10-12 09:00")[What.RESOLVE].day == date(2026, 10, 16)

    def test_ends_with_the_answer(self) -> None:
        case = complaint(
            ("2026-10-12 09:00", Mark.REGISTERED),
            ("2026-10-12 10:00", Mark.WAITING),
            ("2026-10-15 10:00", Mark.RESOLVED),
            class_id="minor",
        )

        assert judge(PROPERTY, case, "2026-10-16 10:00")[What.RESOLVE].verdict is Verdict.MET


class TestReopening:
    STORY = (
        ("2026-10-12 09:00", Mark.REGISTERED),
        ("2026-10-13 09:00", Mark.ANSWERED),
        ("2026-10-14 09:00", Mark.FILED),
        ("2026-10-20 09:00", Mark.REOPENED),
    )

    def test_counts_anew_from_there(self) -> None:
        due = judge(POWER, complaint(*self.STORY), "2026-10-20 10:00")[What.ANSWER]

        assert (due.verdict, due.day) == (Verdict.RUNNING, date(2026, 10, 27))

    def test_the_first_answer_stands_before_it(self) -> None:
        due = judge(POWER, complaint(*self.STORY), "2026-10-19 10:00")[What.ANSWER]

        assert (due.verdict, due.day) == (Verdict.MET, date(2026, 10, 19))

    def test_leaves_a_clock_alone_that_does_not_run_again(self) -> None:
        case = complaint(
            ("2026-10-12 09:00", Mark.REGISTERED),
            ("2026-10-12 09:05", Mark.REFERRED),
            ("2026-10-12 09:20", Mark.FORM_SENT),
            ("2026-10-20 09:00", Mark.REOPENED),
        )

        assert judge(PROPERTY, case, "2026-10-20 10:00")[What.FORM].verdict is Verdict.MET


class TestWarning:
    @pytest.mark.parametrize(
        ("warn", "expected"),
        [
            ("2 小时", "2026-10-13 07:00"),
            ("30 分钟", "2026-10-13 08:30"),
            ("50%", "2026-10-12 21:00"),
        ],
    )
    def test_comes_when_the_centre_says(self, tmp_path: Path, warn: str, expected: str) -> None:
        limits = self._with(tmp_path, "within: 24 小时", f"within: 24 小时\n    warn: {warn}")

        due = judge(limits, complaint(("2026-10-12 09:00", Mark.REGISTERED)), "2026-10-12 09:00")

        assert due[What.FIRST_RESPONSE].warn_at == at(expected)

    def test_may_come_working_days_ahead(self, tmp_path: Path) -> None:
        limits = self._with(
            tmp_path, "within: 5 个工作日", "within: 5 个工作日\n    warn: 2 个工作日"
        )

        due = judge(limits, complaint(("2026-09-30 09:00", Mark.REGISTERED)), "2026-09-30 09:00")

        assert due[What.ANSWER].warn_at == at("2026-10-11 00:00")  # two before the 13th at 24:00

    def _with(self, folder: Path, old: str, new: str) -> Limits:
        text = (ROOT / "profiles/power/limits.yml").read_text(encoding="utf-8")
        start = text.index("  # 投诉、举报")
        text = text[:start] + text[start:].replace(old, new, 1)
        (folder / "limits.yml").write_text(text, encoding="utf-8")
        return load_limits(folder)


MARKS = st.sampled_from([mark for mark in Mark if mark is not Mark.REGISTERED])
STORIES = st.lists(st.tuples(st.integers(0, 12 * 1440), MARKS), max_size=8)


class TestAnyStory:
    @settings(max_examples=150)
    @given(story=STORIES, now=st.integers(0, 15 * 1440), minute=st.integers(0, 1440 * 20))
    def test_has_a_verdict_that_follows_from_its_times(
        self, story: list[tuple[int, Mark]], now: int, minute: int
    ) -> None:
        start = at("2026-09-20 00:00") + timedelta(minutes=minute)
        told = [Step(at=start + timedelta(minutes=after), mark=mark) for after, mark in story]
        case = Case(
            kind=Kind.COMPLAINT,
            class_id="minor",
            steps=(Step(at=start, mark=Mark.REGISTERED), *told),
        )
        moment = start + timedelta(minutes=now)

        for due in due_times(PROPERTY, CENTRE, case, now=moment):
            assert due.met_at is None or due.met_at <= moment
            if due.at is not None:
                assert due.started_at is not None
                assert due.warn_at is not None
                assert due.started_at <= due.warn_at <= due.at
            if due.verdict in (Verdict.RUNNING, Verdict.WARN):
                assert due.at is not None
                assert moment <= due.at
            if due.verdict is Verdict.BREACHED:
                assert due.at is not None
                assert due.at < (due.met_at or moment)

    @settings(max_examples=100)
    @given(story=STORIES, now=st.integers(0, 15 * 1440))
    def test_is_the_same_in_whatever_order_it_is_told(
        self, story: list[tuple[int, Mark]], now: int
    ) -> None:
        start = at("2026-09-25 09:00")
        by_minute = {after + 1: mark for after, mark in story}
        told = [
            Step(at=start + timedelta(minutes=after), mark=mark)
            for after, mark in by_minute.items()
        ]
        told.append(Step(at=start, mark=Mark.REGISTERED))
        moment = start + timedelta(minutes=now)

        forwards, backwards = (
            due_times(POWER, CENTRE, Case(kind=Kind.COMPLAINT, steps=tuple(each)), now=moment)
            for each in (told, told[::-1])
        )

        assert forwards == backwards
