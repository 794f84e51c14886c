"""docs/limits.md tells what the profile files say."""

import shutil
from pathlib import Path

import pytest

from desk.settings import ROOT
from scripts.limits_page import PAGE, render
from tickets.limits_file import load_limits
from tickets.ticket import Kind


def test_the_page_is_as_fresh_as_the_files() -> None:
    page = (ROOT / PAGE).read_text(encoding="utf-8")

    assert page == render(ROOT / "profiles"), "run: python -m scripts.limits_page"


def test_every_kind_and_class_has_a_row() -> None:
    page = render(ROOT / "profiles")

    classes = load_limits(ROOT / "profiles/property").classes[Kind.COMPLAINT]
    assert all(f"| 投诉 | {each.title} |" in page for each in classes)
    # what is owed, and where it goes
    assert page.count("| 表扬 |") == 3 * 2


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("limits.yml", "within: 45 分钟", "within: 46 分钟"),
        ("routing.yml", "department: metering", "department: repair"),
    ],
)
def test_changing_a_figure_or_a_department_makes_the_page_stale(
    tmp_path: Path, file: str, old: str, new: str
) -> None:
    leave_out = shutil.ignore_patterns("corpus", "questions")
    shutil.copytree(ROOT / "profiles", tmp_path / "profiles", ignore=leave_out)
    changed = tmp_path / "profiles/power" / file
    text = changed.read_text(encoding="utf-8")
    changed.write_text(text.replace(old, new, 1), encoding="utf-8")

    assert render(tmp_path / "profiles") != (ROOT / PAGE).read_text(encoding="utf-8")
