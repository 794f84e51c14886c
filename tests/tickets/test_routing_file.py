"""A slip in routing.yml is refused with file, line and reason."""

import shutil
from pathlib import Path

import pytest

from desk.settings import ROOT
from profiles.document import DocumentError
from tickets.limits_file import load_limits
from tickets.routing_file import load_routing
from tickets.terms import load_terms

AT_HOME = "fields: {application_kind: [move]}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The property centre's folder, to be spoilt."""
    leave_out = shutil.ignore_patterns("corpus", "questions")
    shutil.copytree(ROOT / "profiles", tmp_path / "profiles", ignore=leave_out)
    return tmp_path / "profiles/property"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("department: order", "department: steam", "there is no department 'steam' in limits.yml"),
        (AT_HOME, "area: moon", "there is no area 'moon'"),
        (AT_HOME, "class: minor", "application has no class 'minor'"),
        (AT_HOME, "fields: {application_kind: [fly]}", "application_kind has no choice 'fly'"),
        (AT_HOME, "fields: {colour: [red]}", "there is no field 'colour' with choices"),
        (AT_HOME, "fields: {phone: [red]}", "there is no field 'phone' with choices"),
        (AT_HOME, "fields: {application_kind: []}", "at least 1 item"),
        (AT_HOME, "words: ['']", "at least 1 character"),
        ("[flood, line, pole]", "[flood, boredom]", "emergency has no choice 'boredom'"),
        ("kind: praise", "kind: suggestion", "a rule above takes every suggestion"),
        ("kind: praise", "kind: applause", "Input should be"),
    ],
)
def test_a_slip_is_refused(folder: Path, old: str, new: str, reason: str) -> None:
    path = folder / "routing.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(old, new, 1), encoding="utf-8")

    with pytest.raises(DocumentError, match="rules") as refused:
        load_routing(folder, load_limits(folder))

    line = text[: text.index(old)].count("\n") + 1
    assert (refused.value.path, refused.value.line) == (path, line)
    assert reason in refused.value.reason


def test_a_department_that_tickets_are_sent_to_cannot_be_removed(folder: Path) -> None:
    limits = folder / "limits.yml"
    text = limits.read_text(encoding="utf-8")
    limits.write_text(text.replace("  order: 秩序维护部\n", ""), encoding="utf-8")

    with pytest.raises(DocumentError, match=r"routing\.yml:\d+: .*there is no department 'order'"):
        load_terms(folder.parent, {"property": "Asia/Shanghai"})


def test_a_centre_needs_no_rules(folder: Path) -> None:
    (folder / "routing.yml").unlink()

    assert load_routing(folder, load_limits(folder)) == ()
