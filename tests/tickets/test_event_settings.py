"""A centre's settings of events: what they name must be there, spans are by the clock."""

import shutil
from pathlib import Path

import pytest

from desk.settings import ROOT
from profiles.document import DocumentError
from tickets.profile import load_profile

PROFILES = ROOT / "profiles"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the power centre, to be spoilt."""
    (tmp_path / "power").mkdir()
    for name in ("power/profile.yml", "common.yml", "dangers.yml"):
        shutil.copy(PROFILES / name, tmp_path / name)
    return tmp_path / "power"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("field: fault_kind", "field: fault_sort", "there is no field 'fault_sort'"),
        ("matters: [outage, voltage]", "matters: [flood]", "has no choice 'flood'"),
        ("alone: {scope: [household]}", "alone: {scope: [me]}", "has no choice 'me'"),
        ("within: 30 分钟", "within: 1 天", "write minutes or hours"),
        ("reports: 3", "reports: 1", "greater than or equal to 2"),
        ("building: {", "city: {", "'building', 'community' or 'road'"),
    ],
)
def test_names_the_line_of_a_slip(folder: Path, old: str, new: str, reason: str) -> None:
    file = folder / "profile.yml"
    text = file.read_text(encoding="utf-8")
    events = text.index("\nevents:")
    at = text.index(old, events)
    file.write_text(f"{text[:at]}{new}{text[at + len(old) :]}", encoding="utf-8")

    with pytest.raises(DocumentError) as refused:
        load_profile(folder)

    assert reason in str(refused.value)
    assert refused.value.line == text[:at].count("\n") + 1


def test_may_be_left_out(folder: Path) -> None:
    file = folder / "profile.yml"
    text = file.read_text(encoding="utf-8")
    begin, end = text.index("\nevents:"), text.index("\nbusinesses:")
    file.write_text(text[:begin] + text[end:], encoding="utf-8")

    assert load_profile(folder).events is None
