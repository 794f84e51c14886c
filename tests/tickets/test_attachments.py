"""What a file really is, and what it may be called, shown on real files and on disguised ones."""

from pathlib import Path

import pytest

from tickets.attachments import (
    MAX_BYTES,
    AttachmentRefused,
    AttachmentTooLarge,
    MediaType,
    shown_name,
    type_of,
)

FILES = Path(__file__).with_name("files")
ZIP = b"PK\x03\x04" + b"\0" * 100
PROGRAM = b"MZ\x90\0" + b"\0" * 100
PAGE = "<!doctype html><script>alert('欠费')</script>".encode()
DRAWING = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


class TestTypeOf:
    @pytest.mark.parametrize(
        ("name", "is_really"),
        [
            ("meter.jpg", MediaType.JPEG),
            ("meter.png", MediaType.PNG),
            ("meter.webp", MediaType.WEBP),
            ("dot.gif", MediaType.GIF),
            ("notice.pdf", MediaType.PDF),
        ],
    )
    def test_knows_the_real_files_it_takes(self, name: str, is_really: MediaType) -> None:
        assert type_of((FILES / name).read_bytes()) is is_really

    @pytest.mark.parametrize(
        "content",
        [ZIP, PROGRAM, PAGE, DRAWING, b"", "只是文字".encode()],
        ids=["zip", "program", "page", "drawing", "nothing", "text"],
    )
    def test_refuses_everything_else(self, content: bytes) -> None:
        with pytest.raises(AttachmentRefused):
            type_of(content)

    @pytest.mark.parametrize(
        "start", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"%PDF-1.7"]
    )
    def test_refuses_a_page_behind_the_first_bytes_of_a_picture(self, start: bytes) -> None:
        with pytest.raises(AttachmentRefused):
            type_of(start + b"\0\0\0\0\0\0" + PAGE)

    @pytest.mark.parametrize("name", ["meter.png", "meter.webp", "notice.pdf"])
    def test_refuses_a_file_that_was_cut_off_on_its_way(self, name: str) -> None:
        content = (FILES / name).read_bytes()

        with pytest.raises(AttachmentRefused):
            type_of(content[: len(content) // 2])

    def test_takes_a_photo_with_a_film_behind_it(self) -> None:
        assert type_of((FILES / "meter.jpg").read_bytes() + b"\0\0\0\x18ftypmp42") is MediaType.JPEG

    def test_refuses_more_than_the_limit_and_takes_as_much(self) -> None:
        photo = (FILES / "meter.jpg").read_bytes()

        assert type_of(photo.ljust(MAX_BYTES, b"\0")) is MediaType.JPEG
        with pytest.raises(AttachmentTooLarge):
            type_of(photo.ljust(MAX_BYTES + 1, b"\0"))


class TestShownName:
    @pytest.mark.parametrize(
        ("sent", "shown"),
        [
            ("电表.jpg", "电表.jpg"),
            ("电表.JPEG", "电表.jpg"),
            ("电表.png", "电表.png.jpg"),
            ("../../etc/passwd", "passwd.jpg"),
            (r"C:\用户\小张\电表.jpg", "电表.jpg"),
            ("电表\u202egpj.exe", "电表 gpj.exe.jpg"),
            ("电\r\nSet-Cookie", "电 Set-Cookie.jpg"),
            ("...", "attachment.jpg"),
            ("", "attachment.jpg"),
            ("=cmd.jpg", "=cmd.jpg"),
            ("水" * 300 + ".jpg", "水" * 80 + ".jpg"),
        ],
    )
    def test_is_harmless_text_that_ends_as_the_file_does(self, sent: str, shown: str) -> None:
        assert shown_name(sent, MediaType.JPEG) == shown
