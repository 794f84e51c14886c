"""Attachments' bytes on a real disk: once each, whole, and known when they are damaged."""

import hashlib
from pathlib import Path

import pytest

from tickets.attachment_files import AttachmentFiles
from tickets.attachments import AttachmentNotFound

PHOTO = (Path(__file__).with_name("files") / "meter.jpg").read_bytes()
HASH = hashlib.sha256(PHOTO).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "attachments"


@pytest.fixture
def files(folder: Path) -> AttachmentFiles:
    return AttachmentFiles(folder)


class TestKeep:
    def test_lays_a_file_under_its_hash(self, files: AttachmentFiles, folder: Path) -> None:
        assert files.keep(PHOTO) == HASH

        assert (folder / HASH[:2] / HASH[2:4] / HASH).read_bytes() == PHOTO

    def test_keeps_the_same_file_once(self, files: AttachmentFiles, folder: Path) -> None:
        files.keep(PHOTO)
        files.keep(PHOTO)

        assert [path.name for path in folder.rglob("*") if path.is_file()] == [HASH]

    def test_lets_nobody_else_read_or_run_it(self, files: AttachmentFiles, folder: Path) -> None:
        files.keep(PHOTO)

        kept = next(path for path in folder.rglob(HASH))
        assert kept.stat().st_mode & 0o777 == 0o600
        for closed in (folder, kept.parent.parent, kept.parent):
            assert closed.stat().st_mode & 0o077 == 0

    def test_repairs_a_file_that_was_damaged(self, files: AttachmentFiles, folder: Path) -> None:
        files.keep(PHOTO)
        next(folder.rglob(HASH)).write_bytes(PHOTO[:50])

        files.keep(PHOTO)

        assert files.read(HASH) == PHOTO

    def test_leaves_nothing_behind_when_the_disk_is_full(
        self, files: AttachmentFiles, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", full)

        with pytest.raises(OSError, match="No space"):
            files.keep(PHOTO)

        assert [path for path in folder.rglob("*") if path.is_file()] == []


class TestRead:
    def test_tells_a_file_that_is_gone(self, files: AttachmentFiles) -> None:
        with pytest.raises(AttachmentNotFound):
            files.read(HASH)

    def test_tells_a_file_that_was_changed(self, files: AttachmentFiles, folder: Path) -> None:
        files.keep(PHOTO)
        next(folder.rglob(HASH)).write_bytes(PHOTO + b"!")

        with pytest.raises(AttachmentNotFound):
            files.read(HASH)

    @pytest.mark.parametrize("name", ["../../../etc/passwd", HASH.upper(), "", HASH + "\n"])
    def test_reads_nothing_but_hashes(self, files: AttachmentFiles, name: str) -> None:
        with pytest.raises(ValueError, match="no hash"):
            files.read(name)
