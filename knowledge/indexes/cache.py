"""Built indexes on disk, named by what they were built from; the store can always rebuild them."""

import hashlib
import json
import os
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.encoder import Vectors
from knowledge.indexes.faiss_index import FaissIndex

Encode = Callable[[Sequence[str]], Vectors]
Arrays = dict[str, npt.NDArray[Any]]


class IndexCache:
    """One file for each set of texts and encoder, and one for what was worked out from them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, texts: Sequence[str], *, encoder: str, encode: Encode) -> FaissIndex:
        """The index over these texts by this encoder (its fingerprint), built when not there.

        A damaged file is rebuilt. `encode` is called only to build and may raise `EncoderError`.
        """
        path = self._folder / f"{_name_of([encoder, list(texts)])}.faiss"
        try:
            return FaissIndex.load(path)
        except (RuntimeError, MemoryError):
            index = FaissIndex.build(encode(texts))
        self._keep(path, index.save)
        return index

    def arrays(self, made_from: object, make: Callable[[], Arrays]) -> Arrays:
        """What `make` gives, kept under what it was made from (anything JSON can say)."""
        path = self._folder / f"{_name_of(made_from)}.npz"
        try:
            with np.load(path, allow_pickle=False) as kept:
                return dict(kept)
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
            made = make()
        self._keep(path, lambda part: _write(part, made))
        return made

    def _keep(self, path: Path, write: Callable[[Path], None]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        half_written = path.with_suffix(f".{os.getpid()}.part")
        try:
            write(half_written)
            _to_disk(half_written)
            half_written.replace(path)
        finally:
            # a full disk is not filled further by what did not fit on it
            half_written.unlink(missing_ok=True)
        _to_disk(self._folder)


def _to_disk(path: Path) -> None:
    """Wait until a file, or a folder's names, would survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _name_of(made_from: object) -> str:
    return hashlib.sha256(json.dumps(made_from).encode()).hexdigest()[:32]


def _write(path: Path, arrays: Arrays) -> None:
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
