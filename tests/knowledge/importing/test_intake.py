"""Files that are not taken in: each is named, with what to do about it."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from knowledge.importing import telling
from knowledge.importing.intake import MAX_FILE, read_paper
from knowledge.importing.paper import ImportRefused, Refusal
from tests.knowledge.importing.documents import docx_of, repacked, xlsx_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000


def stream(name: str) -> bytes:
    return name.encode("utf-16-le")


def refusal(path: Path) -> ImportRefused:
    with pytest.raises(ImportRefused) as refused:
        read_paper(path)
    # each has its sentence in both languages, naming the file
    for language in ("en", "zh"):
        assert path.name in telling.refusal(refused.value, language)
    return refused.value


def packed(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


class TestRefuse:
    @pytest.mark.parametrize(
        ("name", "content", "reason"),
        [
            ("空.docx", b"", Refusal.EMPTY),
            ("空白.txt", b" \n\n", Refusal.EMPTY),
            ("加密.docx", OLE + stream("EncryptedPackage"), Refusal.ENCRYPTED),
            ("加密.xlsx", OLE + stream("EncryptionInfo"), Refusal.ENCRYPTED),
            ("旧.doc", OLE + stream("WordDocument"), Refusal.LEGACY_OFFICE),
            ("旧.xls", OLE + stream("Workbook"), Refusal.LEGACY_OFFICE),
            ("改名.docx", OLE + stream("Workbook"), Refusal.LEGACY_OFFICE),
            ("图.png", b"\x89PNG\r\n\x1a\n\0\0", Refusal.UNKNOWN_FORMAT),
            ("改名.txt", b"\xff\xd8\xff\xe0\0\0", Refusal.UNKNOWN_FORMAT),
            ("文.rtf", b"{\\rtf1 x}", Refusal.UNKNOWN_FORMAT),
            ("包.zip", packed(a=b"x"), Refusal.UNKNOWN_FORMAT),
            ("断.docx", packed(a=b"x" * 500)[:40], Refusal.DAMAGED),
            ("空字节.txt", "报修\0电话".encode(), Refusal.NUL_BYTES),
            ("空字节.csv", "问题,答案\n\0,乙".encode(), Refusal.NUL_BYTES),
            ("程序.bin", b"\x7fELF\0\0\0", Refusal.UNKNOWN_FORMAT),
            ("数据.json", b"{}", Refusal.UNKNOWN_FORMAT),
            ("乱.txt", "電費帳單查詢與繳費方式".encode("big5"), Refusal.UNKNOWN_ENCODING),
            ("断引号.csv", '问题,答案\n甲,"乙\n丙,丁\n'.encode(), Refusal.BROKEN_QUOTE),
            ("坏引号.csv", '问题,答案\n甲,"乙"丙\n'.encode(), Refusal.BROKEN_QUOTE),
            ("空页.html", b"<html><script>x()</script></html>", Refusal.NOTHING_FOUND),
            ("深.html", b"<html>" + b"<div>" * 100_000 + b"x", Refusal.TOO_DEEP),
            ("长.csv", b"a,b\n" * 20_002, Refusal.TOO_MANY_ROWS),
            ("长.txt", b"x\n" * 50_001, Refusal.TOO_MANY_ROWS),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_names_the_file_and_what_to_do(
        self, tmp_path: Path, name: str, content: bytes, reason: Refusal
    ) -> None:
        (tmp_path / name).write_bytes(content)

        assert refusal(tmp_path / name).reason is reason

    def test_names_the_line_of_a_quote_that_is_left_open(self, tmp_path: Path) -> None:
        path = tmp_path / "断引号.csv"
        path.write_text('问题,答案\n甲,乙\n丙,"丁\n戊,己\n')

        assert "line 3" in str(refusal(path))

    def test_says_in_what_to_save_an_old_file(self, tmp_path: Path) -> None:
        (tmp_path / "旧.doc").write_bytes(OLE + stream("WordDocument"))

        assert str(refusal(tmp_path / "旧.doc")).endswith("open it and save it as docx")

    def test_a_file_that_is_too_large_is_not_even_read(self, tmp_path: Path) -> None:
        path = tmp_path / "大.pdf"
        with path.open("wb") as file:
            file.truncate(200 * 1024 * 1024)

        assert str(refusal(path)).startswith(f"大.pdf: larger than {MAX_FILE // 1024**2} MB")

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        assert refusal(tmp_path / "没有.docx").reason is Refusal.UNREADABLE

    @pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
    def test_a_file_that_may_not_be_read(self, tmp_path: Path) -> None:
        path = docx_of(tmp_path / "锁.docx", "x")
        path.chmod(0)

        assert refusal(path).reason is Refusal.UNREADABLE

    @pytest.mark.parametrize("path", ["/dev/zero", "/tmp"])
    def test_what_is_no_file(self, path: str) -> None:
        assert refusal(Path(path)).reason is Refusal.NOT_A_FILE

    def test_a_name_with_a_nul(self, tmp_path: Path) -> None:
        with pytest.raises(ImportRefused) as refused:
            read_paper(tmp_path / "a\0b.txt")

        assert refused.value.reason is Refusal.UNREADABLE

    def test_a_name_that_would_colour_the_terminal(self, tmp_path: Path) -> None:
        (tmp_path / "a\x1b[31mb.txt").write_bytes(b"")

        with pytest.raises(ImportRefused) as refused:
            read_paper(tmp_path / "a\x1b[31mb.txt")

        assert refused.value.file == "a[31mb.txt"

    def test_a_file_not_in_any_format_its_library_can_read(self, tmp_path: Path) -> None:
        path = repacked(xlsx_of(tmp_path / "坏.xlsx", ["x"]), "xl/workbook.xml", b"<workbook")

        told = refusal(path)

        assert told.reason is Refusal.DAMAGED
        assert "save it again" in str(told)

    def test_a_document_with_macros(self, tmp_path: Path) -> None:
        path = docx_of(tmp_path / "宏.docx", "x")
        with zipfile.ZipFile(path) as package:
            types = package.read("[Content_Types].xml")
        plain = b"officedocument.wordprocessingml.document.main+xml"
        macros = types.replace(
            b"vnd.openxmlformats-" + plain, b"vnd.ms-word.document.macroEnabled.main+xml"
        )
        repacked(path, "[Content_Types].xml", macros)

        assert "macros" in str(refusal(path))


class TestPackages:
    """docx and xlsx are zip files, and zip files can be bombs."""

    def test_refuses_one_that_unpacks_to_gigabytes(self, tmp_path: Path) -> None:
        path = docx_of(tmp_path / "炸弹.docx", "x")
        with (
            zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package,
            package.open("word/media/x.xml", "w") as part,
        ):
            for _ in range(300):
                part.write(b"\0" * 1024 * 1024)

        assert refusal(path).reason is Refusal.UNPACKS_TOO_LARGE

    def test_refuses_one_that_is_far_too_steep(self, tmp_path: Path) -> None:
        path = repacked(xlsx_of(tmp_path / "陡.xlsx", ["x"]), "xl/x.xml", b"\0" * 50 * 1024 * 1024)

        assert refusal(path).reason is Refusal.UNPACKS_TOO_LARGE

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
    def test_refuses_entities(self, tmp_path: Path, encoding: str) -> None:
        laughs = (
            '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "哈哈">]>'
            '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">&a;</sst>'
        )
        path = repacked(
            xlsx_of(tmp_path / "实体.xlsx", ["x"]), "xl/sharedStrings.xml", laughs.encode(encoding)
        )

        assert refusal(path).reason is Refusal.ENTITIES


class TestTell:
    @pytest.mark.parametrize("reason", Refusal)
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_has_a_sentence_for_every_reason(
        self, reason: Refusal, language: telling.Language
    ) -> None:
        details = dict.fromkeys(
            (
                "why",
                "limit",
                "size",
                "kind",
                "instead",
                "pages",
                "line",
                "place",
                "id",
                "other",
                "text",
                "begin",
                "until",
                "column",
                "seconds",
            ),
            "…",
        )

        assert "规定.docx" in telling.refusal(
            ImportRefused(reason, "规定.docx", **details), language
        )
