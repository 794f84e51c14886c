"""New files that appear whole or not at all, and never over something that is there."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from knowledge.entry import KnowledgeError


def refuse_taken(path: Path) -> None:
    """Raise `KnowledgeError` when something is there that an export would hide or mix with."""
    if path.is_dir() and not any(path.iterdir()):
        return
    if path.exists() or path.is_symlink():
        raise KnowledgeError(f"{path}: exists already; choose another name or remove it first")


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """A place beside `path` to write to; what was written gets its name at the end."""
    refuse_taken(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".export-", dir=path.parent))
    except OSError as error:
        raise KnowledgeError(f"{path}: cannot be written ({error.strerror})") from error
    try:
        beside = folder / path.name
        yield beside
        if path.is_dir():
            path.rmdir()
        os.rename(beside, path)
    except OSError as error:
        raise KnowledgeError(f"{path}: cannot be written ({error.strerror})") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
