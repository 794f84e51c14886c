"""Built indexes on disk, named by what they were built from; the store can always rebuild them."""

import hashlib
import json
import os
import time
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge.encoder import Vectors
from knowledge.indexes.faiss_index import FaissIndex

# beside an index: whose texts it holds
HELD = ".held.npz"
# earlier indexes that are asked for vectors of texts they hold; a few centres are published in
# turn, each with an index of its texts and one of the questions put to it
EARLIER = 16
# those used last; whatever was forgotten is made again from the store
MOST_KEPT = 150

# what reading a damaged or missing file may raise
DAMAGED = (
    *(OSError, ValueError, EOFError, KeyError, IndexError),
    *(RuntimeError, MemoryError, zipfile.BadZipFile),
)

Encode = Callable[[Sequence[str]], Vectors]
Arrays = dict[str, npt.NDArray[Any]]


class IndexCache:
    """One file for each set of texts and encoder, and one for what was worked out from them."""

    def __init__(self, folder: Path, *, most: int = MOST_KEPT) -> None:
        self._folder, self._most = folder, most

    def get(self, texts: Sequence[str], *, encoder: str, encode: Encode) -> FaissIndex:
        """The index over these texts by this encoder (its fingerprint), built when not there.

        A damaged file is rebuilt. `encode` is called only for texts that no earlier index of this
        encoder holds; it may raise `EncoderError`.
        """
        path = self._folder / f"{_name_of([encoder, list(texts)])}.faiss"
        try:
            index = FaissIndex.load(path)
            if index.rows == len(texts):
                _note_use(path, path.with_suffix(HELD))
                return index
        except DAMAGED:
            pass
        index = FaissIndex.build(self._encoded(texts, encoder, encode))
        self._keep(path, index.save)
        if index.is_exact:
            held = {"encoder": np.array(encoder), "texts": _digests(texts)}
            self._keep(path.with_suffix(HELD), lambda part: _write(part, held))
        return index

    def known_vectors(self, texts: Sequence[str], *, encoder: str) -> dict[str, Vectors]:
        """The vectors of those of these texts that earlier indexes of this encoder hold."""
        known = self._known(_digests(texts), encoder)
        digests = zip(texts, _digests(texts).tolist(), strict=True)
        return {text: known[digest] for text, digest in digests if digest in known}

    def arrays(self, made_from: object, make: Callable[[], Arrays]) -> Arrays:
        """What `make` gives, kept under what it was made from (anything JSON can say)."""
        path = self._folder / f"{_name_of(made_from)}.npz"
        try:
            with np.load(path, allow_pickle=False) as kept:
                arrays = dict(kept)
            _note_use(path)
            return arrays
        except DAMAGED:
            made = make()
        self._keep(path, lambda part: _write(part, made))
        return made

    def _encoded(self, texts: Sequence[str], encoder: str, encode: Encode) -> Vectors:
        """Vectors of these texts; an edit of one entry encodes that entry's texts alone."""
        digests = _digests(texts)
        known = self._known(digests, encoder)
        places = [at for at, each in enumerate(digests.tolist()) if each not in known]
        if len(places) == len(texts):
            return encode(texts)
        if places:
            fresh = encode([texts[at] for at in places])
            known |= {digests[at]: fresh[row] for row, at in enumerate(places)}
        return np.stack([known[each] for each in digests.tolist()])

    def _known(
        self, digests: npt.NDArray[np.bytes_], encoder: str
    ) -> dict[bytes, npt.NDArray[np.float32]]:
        known: dict[bytes, npt.NDArray[np.float32]] = {}
        for path in self._newest(HELD)[:EARLIER]:
            missing = np.array([each not in known for each in digests.tolist()], dtype=bool)
            if missing.any():
                known |= _taken(path, encoder, set(digests[missing].tolist()))
        return known

    def _newest(self, suffix: str) -> list[Path]:
        if not self._folder.is_dir():
            return []
        used: dict[Path, float] = {}
        for path in self._folder.iterdir():
            # another process may forget it at this moment
            with suppress(FileNotFoundError):
                if path.name.endswith(suffix):
                    used[path] = path.stat().st_mtime
        return sorted(used, key=lambda path: -used[path])

    def _keep(self, path: Path, write: Callable[[Path], None]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        half_written = path.with_suffix(f".{os.getpid()}.part")
        try:
            write(half_written)
            _to_disk(half_written)
            half_written.replace(path)
            _note_use(path)
        finally:
            # a full disk is not filled further by what did not fit on it
            half_written.unlink(missing_ok=True)
        _to_disk(self._folder)
        for forgotten in self._newest("")[self._most :]:
            forgotten.unlink(missing_ok=True)


def _note_use(*paths: Path) -> None:
    # finer than the file system's own clock, by which two files of one moment are the same age
    at = time.time_ns()
    for path in paths:
        with suppress(OSError):
            os.utime(path, ns=(at, at))


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


def _digests(texts: Sequence[str]) -> npt.NDArray[np.bytes_]:
    return np.array(
        [hashlib.sha256(text.encode()).digest()[:16].hex() for text in texts], dtype="S32"
    )


def _taken(held: Path, encoder: str, wanted: set[bytes]) -> dict[bytes, npt.NDArray[np.float32]]:
    """The vectors of an earlier index of the same encoder; none when it is damaged."""
    try:
        with np.load(held, allow_pickle=False) as arrays:
            if str(arrays["encoder"]) != encoder:
                return {}
            places = {
                each: at for at, each in enumerate(arrays["texts"].tolist()) if each in wanted
            }
        if not places:
            return {}
        vectors = FaissIndex.load(Path(str(held).removesuffix(HELD) + ".faiss")).vectors()
        return {each: vectors[at] for each, at in places.items()}
    except DAMAGED:
        return {}
