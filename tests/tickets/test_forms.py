"""Paper forms: the boxes of the delivered file, and a file that cannot be used."""

import re
from pathlib import Path

import pytest

from desk.settings import ROOT
from profiles.document import DocumentError
from tests.tickets.test_informants import report
from tickets.forms import FormNotForKind, Forms, UnknownForm, load_forms
from tickets.ticket import Kind

FILE = ROOT / "profiles" / "forms.yml"


@pytest.fixture(scope="module")
def forms() -> Forms:
    return load_forms(FILE)


def spoilt(folder: Path, old: str, new: str) -> Path:
    """The delivered file with one thing wrong."""
    text = FILE.read_text("utf-8")
    assert old in text
    file = folder / "forms.yml"
    file.write_text(text.replace(old, new, 1), "utf-8")
    return file


class TestDeliveredForms:
    def test_are_the_four_that_were_asked_for(self, forms: Forms) -> None:
        titles = {form.title for form in forms.forms.values()} | {forms.summary.title}

        assert titles == {"客户投诉处理单", "来电记录单", "工作联系单", "投诉记录汇总表"}

    def test_name_the_document_each_part_comes_from(self, forms: Forms) -> None:
        for form in forms.forms.values():
            for part in (form, *form.sections):
                assert re.search(r"\d{3}", part.source), part.title

    def test_have_no_box_twice_under_one_heading(self, forms: Forms) -> None:
        for form in forms.forms.values():
            for section in form.sections:
                labels = [box.label for row in section.rows for box in row]
                assert len(labels) == len(set(labels)), section.title

    def test_take_a_complaint_through_every_step_of_the_documents(self, forms: Forms) -> None:
        labels = [
            box.label
            for section in forms.forms["complaint"].sections
            for row in section.rows
            for box in row
        ]
        # valid or not, cause, measure, tracking, check of the effect, answer (002, factory)
        steps = ("是否有效", "原因", "处理措施", "跟踪", "效果检查", "答复时间", "客户签字")

        found = [next(at for at, label in enumerate(labels) if step in label) for step in steps]
        assert found == sorted(found)


class TestForm:
    def test_tells_which_forms_there_are(self, forms: Forms) -> None:
        with pytest.raises(UnknownForm, match="complaint, call, contact"):
            forms.form("handover", report(Kind.COMPLAINT))

    def test_is_refused_for_a_ticket_of_another_kind(self, forms: Forms) -> None:
        with pytest.raises(FormNotForKind):
            forms.form("complaint", report(Kind.FAULT))


class TestLoadForms:
    def test_names_file_line_and_reason_for_a_value_no_ticket_has(self, tmp_path: Path) -> None:
        file = spoilt(tmp_path, "from: received_by}]", "from: recieved_by}]")

        with pytest.raises(DocumentError, match=r"forms\.yml:29: .*no 'recieved_by'"):
            load_forms(file)

    def test_refuses_a_row_of_too_many_boxes(self, tmp_path: Path) -> None:
        file = spoilt(
            tmp_path, "[{label: 客户意见,", "[{label: a}, {label: b}, {label: c}, {label: d,"
        )

        with pytest.raises(DocumentError, match="at most 3"):
            load_forms(file)
