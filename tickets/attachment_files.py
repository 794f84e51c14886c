"""The bytes of attachments: each file once, under its hash, whole or not at all."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from tickets.attachments import AttachmentNotFound

_HASH = re.compile("[0-9a-f]{64}")


def hash_of(content: bytes) -> str:
    """Under what a file is kept."""
    return hashlib.sha256(content).hexdigest()


class AttachmentFiles:
    """A folder outside everything that is served, in two levels of sub-folders."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, content: bytes) -> str:
        """Keep the bytes; returns their hash. It is on the disk when this returns."""
        sha256 = hash_of(content)
        path = self._path(sha256)
        if self._find(sha256) is None:
            levels = (self._folder, path.parent.parent, path.parent)
            for folder in levels:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_whole(path, content)
            # the new names must survive a power cut too
            for folder in reversed(levels):
                _sync_folder(folder)
        return sha256

    def read(self, sha256: str) -> bytes:
        """The bytes under a hash; raises `AttachmentNotFound` when they are not what they were."""
        content = self._find(sha256)
        if content is None:
            raise AttachmentNotFound(f"the file {sha256} is gone or damaged")
        return content

    def _find(self, sha256: str) -> bytes | None:
        try:
            content = self._path(sha256).read_bytes()
        except FileNotFoundError:
            return None
        return content if hash_of(content) == sha256 else None

    def _path(self, sha256: str) -> Path:
        if not _HASH.fullmatch(sha256):
            raise ValueError("this is no hash of a file")
        return self._folder / sha256[:2] / sha256[2:4] / sha256


def _write_whole(path: Path, content: bytes) -> None:
    handle, beside = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
