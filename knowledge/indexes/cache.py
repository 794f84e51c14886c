"""Built indexes on disk, named by what they were built from; the store can always rebuild them."""

import hashlib
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from knowledge.encoder import Vectors
from knowledge.indexes.faiss_flat import FaissFlatIndex

Encode = Callable[[Sequence[str]], Vectors]


class IndexCache:
    """One file for each set of texts and encoder: `<hash>.faiss`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, texts: Sequence[str], *, encoder: str, encode: Encode) -> FaissFlatIndex:
        """The index over these texts by this encoder (its fingerprint), built when not there.

        A damaged file is rebuilt. `encode` is called only to build and may raise `EncoderError`.
        """
        name = hashlib.sha256(json.dumps([encoder, list(texts)]).encode()).hexdigest()[:32]
        path = self._folder / f"{name}.faiss"
        try:
            return FaissFlatIndex.load(path)
        except (RuntimeError, MemoryError):
            index = FaissFlatIndex.build(encode(texts))
        self._folder.mkdir(parents=True, exist_ok=True)
        half_written = path.with_suffix(f".{os.getpid()}.part")
        try:
            index.save(half_written)
            _to_disk(half_written)
            half_written.replace(path)
        finally:
            # a full disk is not filled further by what did not fit on it
            half_written.unlink(missing_ok=True)
        _to_disk(self._folder)
        return index


def _to_disk(path: Path) -> None:
    """Wait until a file, or a folder's names, would survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
