"""PDF files: lines by page, and pictures never taken for empty pages."""

from pathlib import Path

import pytest
from pypdf import PdfWriter

from knowledge.importing.intake import read_paper
from knowledge.importing.paper import ChangeKind, ImportRefused, Passage, Refusal
from tests.knowledge.importing.documents import pdf_of


def locked(path: Path, *, user: str, owner: str) -> Path:
    """The same PDF, encrypted the way that needs no other package."""
    writer = PdfWriter(clone_from=path)
    writer.encrypt(user_password=user, owner_password=owner, algorithm="RC4-128")
    writer.write(path)
    return path


class TestRead:
    def test_tells_the_page_of_each_line(self, tmp_path: Path) -> None:
        path = pdf_of(
            tmp_path / "手册.pdf", ["城区四十五分钟到达", "农村九十分钟到达"], ["过户请带房产证明"]
        )

        pieces = read_paper(path).pieces

        assert [
            (piece.text, piece.place.number) for piece in pieces if isinstance(piece, Passage)
        ] == [
            ("城区四十五分钟到达", 1),
            ("农村九十分钟到达", 1),
            ("过户请带房产证明", 2),
        ]

    def test_names_the_pages_that_are_pictures(self, tmp_path: Path) -> None:
        paper = read_paper(pdf_of(tmp_path / "半扫描.pdf", ["城区四十五分钟到达"], []))

        assert [(each.kind, each.place.number) for each in paper.changes] == [
            (ChangeKind.NOT_READ, 2)
        ]

    def test_opens_one_that_is_locked_against_printing_only(self, tmp_path: Path) -> None:
        path = locked(pdf_of(tmp_path / "锁.pdf", ["城区四十五分钟到达"]), user="", owner="主人")

        assert len(read_paper(path).pieces) == 1


class TestRefuse:
    def test_one_of_scanned_pages(self, tmp_path: Path) -> None:
        path = pdf_of(tmp_path / "扫描.pdf", [], [], [])

        with pytest.raises(ImportRefused) as refused:
            read_paper(path)

        assert refused.value.reason is Refusal.SCANNED
        assert "3 pages are pictures" in str(refused.value)

    def test_one_with_a_password(self, tmp_path: Path) -> None:
        path = locked(
            pdf_of(tmp_path / "密.pdf", ["城区四十五分钟到达"]), user="密码", owner="主人"
        )

        with pytest.raises(ImportRefused) as refused:
            read_paper(path)

        assert refused.value.reason is Refusal.ENCRYPTED

    def test_one_whose_font_has_no_table(self, tmp_path: Path) -> None:
        path = pdf_of(
            tmp_path / "乱码.pdf", ["\ue123\ue124\ue125\ue126\ue127\ue128\ue129\ue130\ue131"]
        )

        with pytest.raises(ImportRefused) as refused:
            read_paper(path)

        assert refused.value.reason is Refusal.GARBLED

    def test_one_that_was_cut_off(self, tmp_path: Path) -> None:
        path = pdf_of(tmp_path / "半个.pdf", ["城区四十五分钟到达"])
        path.write_bytes(path.read_bytes()[:300])

        with pytest.raises(ImportRefused):
            read_paper(path)
