"""The years a centre loads over what the library knows, and slips in copying a notice."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from desk.settings import ROOT
from profiles.document import DocumentError
from tickets.calendar import Calendar, DayKind
from tickets.holiday_table import load_calendar

# how a notice may look once it is published; the days are made up
YEAR = """years:
  - year: 2027
    source: 国务院办公厅关于2027年部分节假日安排的通知（演示）
    off:
      - {name: 元旦, from: 2026-12-31, to: 2027-01-03}
      - {name: 春节, from: 2027-02-05, to: 2027-02-13}
      - {name: 清明节, from: 2027-04-03, to: 2027-04-05}
      - {name: 劳动节, from: 2027-05-01, to: 2027-05-05}
      - {name: 端午节, from: 2027-06-09, to: 2027-06-09}
      - {name: 中秋节, from: 2027-09-15, to: 2027-09-15}
      - {name: 国庆节, from: 2027-10-01, to: 2027-10-07}
    working: [2026-12-27, 2027-02-14, 2027-05-08]
"""


def load(folder: Path, text: str) -> Calendar:
    (folder / "holidays.yml").write_text(text, encoding="utf-8")
    return load_calendar(folder)


class TestLoadCalendar:
    def test_reads_a_published_year(self, tmp_path: Path) -> None:
        calendar = load(tmp_path, YEAR)

        assert calendar.kind_of(date(2027, 5, 8)) is DayKind.MAKE_UP
        assert calendar.kind_of(date(2027, 10, 6)) is DayKind.HOLIDAY
        assert calendar.kind_of(date(2026, 12, 27)) is DayKind.MAKE_UP
        assert not calendar.any_provisional(date(2026, 1, 1), date(2027, 12, 24))
        assert calendar.is_provisional(date(2027, 12, 25))

    def test_needs_no_file(self, tmp_path: Path) -> None:
        assert load_calendar(tmp_path).is_provisional(date(2027, 5, 8))

    def test_reads_the_file_as_it_is_shipped(self) -> None:
        assert not load_calendar(ROOT / "profiles").is_provisional(date(2026, 10, 10))

    def test_the_example_in_the_shipped_file_is_the_year_that_the_library_knows(
        self, tmp_path: Path
    ) -> None:
        text = (ROOT / "profiles/holidays.yml").read_text(encoding="utf-8")
        example = text[text.index("#   - year:") : text.index("\nyears:")].replace("\n#", "\n")

        loaded = load(tmp_path, "years:\n" + example.removeprefix("#"))

        known, day = Calendar(), date(2025, 12, 25)
        while day < date(2026, 12, 25):
            assert loaded.kind_of(day) is known.kind_of(day), day
            day += timedelta(days=1)

    @pytest.mark.parametrize(
        ("old", "new", "line", "reason"),
        [
            (
                "      - {name: 端午节, from: 2027-06-09, to: 2027-06-09}\n",
                "",
                2,
                "2027-06-09 (Dragon",
            ),
            ("from: 2027-10-01", "from: 2028-10-01", 11, "cannot last"),
            ("to: 2027-10-07", "to: 2027-12-07", 11, "cannot last 68 days"),
            ("from: 2026-12-31", "from: 2026-12-20", 5, "does not belong to the notice of 2027"),
            ("to: 2027-09-15", "to: 2027-10-01", 11, "2027-10-01 is off twice"),
            ("2027-05-08]", "2027-05-05]", 12, "both off and working"),
            ("2027-05-08]", "2027-05-10]", 12, "2027-05-10 is no weekend"),
            ("2027-05-08]", "2027-02-14]", 12, "2027-02-14 is there twice"),
            ("2027-05-08]", "2026-10-10]", 12, "does not belong to the notice of 2027"),
            ("2027-05-08]", "2027-02-30]", 12, "day is out of range"),
            ("year: 2027", "year: 20270", 2, "less than or equal"),
            ("    source: 国务院", "    sauce: 国务院", 2, "Field required"),
            ("working: [", "working: [明天, ", 12, "valid date"),
        ],
    )
    def test_says_where_a_slip_is(
        self, tmp_path: Path, old: str, new: str, line: int, reason: str
    ) -> None:
        assert old in YEAR

        with pytest.raises(DocumentError) as refused:
            load(tmp_path, YEAR.replace(old, new))

        assert reason in refused.value.reason
        assert refused.value.line == line

    def test_refuses_a_year_that_is_there_twice(self, tmp_path: Path) -> None:
        with pytest.raises(DocumentError, match="2027 is there twice"):
            load(tmp_path, YEAR + YEAR.removeprefix("years:\n"))
