"""What was built, on disk: found again, rebuilt when damaged, never mixed up."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from knowledge.encoder import EncoderError, OnnxEncoder, Vectors
from knowledge.indexes.cache import Arrays, IndexCache
from knowledge.indexes.faiss_index import FaissIndex

pytestmark = pytest.mark.needs_encoder

TEXTS = ["我家停电了", "电费在哪里交", "过户需要什么材料"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "indexes"


def no_encoder(texts: Sequence[str]) -> Vectors:
    raise EncoderError("the encoder is away")


def nearest_text(folder: Path, encoder: OnnxEncoder, question: str) -> tuple[str, float]:
    """What the cached index finds first, built by the encoder if it must be."""
    index = IndexCache(folder).get(TEXTS, encoder="m3e@1", encode=encoder.encode_texts)
    found = index.nearest(encoder.encode_query(question), count=1)
    return TEXTS[found.rows[0]], float(found.similarities[0])


class TestGet:
    def test_builds_what_is_not_there(self, folder: Path, encoder: OnnxEncoder) -> None:
        text, similarity = nearest_text(folder, encoder, "电费在哪里交")

        assert (text, similarity) == ("电费在哪里交", pytest.approx(1.0, abs=1e-4))

    def test_needs_no_encoder_the_second_time(self, folder: Path, encoder: OnnxEncoder) -> None:
        cache = IndexCache(folder)
        cache.get(TEXTS, encoder="m3e@1", encode=encoder.encode_texts)

        index = cache.get(TEXTS, encoder="m3e@1", encode=no_encoder)

        found = index.nearest(encoder.encode_query("我家停电了"), count=1)
        assert TEXTS[found.rows[0]] == "我家停电了"

    @pytest.mark.parametrize("fingerprint", ["m3e@2", "bge@1"])
    def test_takes_nothing_made_by_another_encoder(
        self, folder: Path, encoder: OnnxEncoder, fingerprint: str
    ) -> None:
        cache = IndexCache(folder)
        cache.get(TEXTS, encoder="m3e@1", encode=encoder.encode_texts)

        with pytest.raises(EncoderError, match="the encoder is away"):
            cache.get(TEXTS, encoder=fingerprint, encode=no_encoder)

    @pytest.mark.parametrize(
        ("texts", "new"),
        [
            ([TEXTS[0], "灯一闪一闪", *TEXTS[1:]], ["灯一闪一闪"]),
            (TEXTS[:2], []),
            (TEXTS[::-1], []),
            ([*TEXTS, *TEXTS], []),
            (["我家停电了电费在哪里交", TEXTS[2]], ["我家停电了电费在哪里交"]),
            (["灯一闪一闪", "电表走得快"], ["灯一闪一闪", "电表走得快"]),
        ],
        ids=["one more", "one less", "another order", "twice", "joined", "all others"],
    )
    def test_encodes_only_what_no_index_before_it_holds(
        self, folder: Path, encoder: OnnxEncoder, texts: list[str], new: list[str]
    ) -> None:
        cache = IndexCache(folder)
        cache.get(TEXTS, encoder="m3e@1", encode=encoder.encode_texts)
        encoded: list[str] = []

        def encode(some: Sequence[str]) -> Vectors:
            encoded.extend(some)
            return encoder.encode_texts(some)

        index = cache.get(texts, encoder="m3e@1", encode=encode)

        assert encoded == new
        assert index.vectors() == pytest.approx(encoder.encode_texts(texts), abs=1e-5)

    def test_leaves_nothing_half_written_behind(self, folder: Path, encoder: OnnxEncoder) -> None:
        nearest_text(folder, encoder, "我家停电了")

        assert sorted(file.suffix for file in folder.iterdir()) == [".faiss", ".npz"]


class TestDamage:
    @pytest.fixture
    def file(self, folder: Path, encoder: OnnxEncoder) -> Path:
        """A good index file, about to be damaged."""
        nearest_text(folder, encoder, "我家停电了")
        (file,) = folder.glob("*.faiss")
        return file

    @pytest.mark.parametrize("kept", [0, 1, 30, 1000])
    def test_rebuilds_a_file_cut_short(
        self, folder: Path, encoder: OnnxEncoder, file: Path, kept: int
    ) -> None:
        whole = file.read_bytes()
        file.write_bytes(whole[:kept])

        text, similarity = nearest_text(folder, encoder, "过户需要什么材料")

        assert (text, similarity) == ("过户需要什么材料", pytest.approx(1.0, abs=1e-4))
        assert file.read_bytes() == whole

    def test_rebuilds_a_file_of_other_words(
        self, folder: Path, encoder: OnnxEncoder, file: Path
    ) -> None:
        whole = file.read_bytes()
        file.write_text("这不是索引。" * 1000)

        text, _ = nearest_text(folder, encoder, "过户需要什么材料")

        assert text == "过户需要什么材料"
        assert file.read_bytes() == whole

    # in the hash, in what FAISS reads first, in the number of floats that follow, in the last one
    @pytest.mark.parametrize("place", [0, 33, 76, -1])
    def test_rebuilds_a_file_with_one_byte_turned(
        self, folder: Path, encoder: OnnxEncoder, file: Path, place: int
    ) -> None:
        whole = file.read_bytes()
        damaged = bytearray(whole)
        damaged[place] ^= 0x7F
        file.write_bytes(bytes(damaged))

        text, _ = nearest_text(folder, encoder, "过户需要什么材料")

        assert text == "过户需要什么材料"
        assert file.read_bytes() == whole

    def test_rebuilds_a_whole_index_of_other_texts(
        self, folder: Path, encoder: OnnxEncoder, file: Path
    ) -> None:
        whole = file.read_bytes()
        FaissIndex.build(encoder.encode_texts(TEXTS[:2])).save(file)

        nearest_text(folder, encoder, "过户需要什么材料")

        assert file.read_bytes() == whole

    def test_leaves_the_damage_to_be_told_when_there_is_no_encoder(
        self, folder: Path, file: Path
    ) -> None:
        file.write_bytes(b"")

        with pytest.raises(EncoderError, match="the encoder is away"):
            IndexCache(folder).get(TEXTS, encoder="m3e@1", encode=no_encoder)


def weights() -> Arrays:
    return {"duals": np.arange(12, dtype=np.float32).reshape(3, 4), "unseen": np.eye(2)}


def not_again() -> Arrays:
    raise AssertionError("it was kept, and is made again")


def assert_same(found: Arrays, expected: Arrays) -> None:
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        assert found[name].dtype == array.dtype
        assert np.array_equal(found[name], array)


class Bomb:
    """Touches a file when it is unpickled."""

    def __init__(self, fuse: Path) -> None:
        self._fuse = fuse

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self._fuse,)


class TestArrays:
    def test_makes_what_is_not_there(self, folder: Path) -> None:
        assert_same(IndexCache(folder).arrays([1, "words"], weights), weights())

    def test_gives_the_same_without_making_it_again(self, folder: Path) -> None:
        IndexCache(folder).arrays([1, "words"], weights)

        assert_same(IndexCache(folder).arrays([1, "words"], not_again), weights())

    @pytest.mark.parametrize("made_from", [[2, "words"], [1, "meaning"], [1, "words", []], [1]])
    def test_takes_nothing_made_from_anything_else(self, folder: Path, made_from: object) -> None:
        cache = IndexCache(folder)
        cache.arrays([1, "words"], weights)

        found = cache.arrays(made_from, lambda: {"other": np.zeros(1)})

        assert_same(found, {"other": np.zeros(1)})
        assert_same(cache.arrays([1, "words"], not_again), weights())

    def test_leaves_nothing_half_written_behind(self, folder: Path) -> None:
        IndexCache(folder).arrays([1, "words"], weights)

        assert [file.suffix for file in folder.iterdir()] == [".npz"]

    def test_leaves_nothing_behind_when_it_cannot_be_made(self, folder: Path) -> None:
        with pytest.raises(AssertionError, match="made again"):
            IndexCache(folder).arrays([1, "words"], not_again)

        assert not folder.exists()


class TestDamagedArrays:
    @pytest.fixture
    def file(self, folder: Path) -> Path:
        """A good file of arrays, about to be damaged."""
        IndexCache(folder).arrays([1, "words"], weights)
        (file,) = folder.iterdir()
        return file

    @pytest.mark.parametrize("kept", [0, 1, 30, 200, -1])
    def test_makes_again_what_was_cut_short(self, folder: Path, file: Path, kept: int) -> None:
        whole = file.read_bytes()
        file.write_bytes(whole[:kept])

        found = IndexCache(folder).arrays([1, "words"], weights)

        assert_same(found, weights())
        assert file.read_bytes() == whole

    def test_makes_again_a_file_of_other_words(self, folder: Path, file: Path) -> None:
        whole = file.read_bytes()
        file.write_text("这不是数组。" * 1000)

        assert_same(IndexCache(folder).arrays([1, "words"], weights), weights())
        assert file.read_bytes() == whole

    def test_notices_a_number_that_changed(self, folder: Path, file: Path) -> None:
        changed = bytearray(file.read_bytes())
        changed[changed.index(np.float32(11).tobytes())] ^= 0x01
        file.write_bytes(bytes(changed))

        assert_same(IndexCache(folder).arrays([1, "words"], weights), weights())

    def test_unpickles_nothing(self, folder: Path, file: Path, tmp_path: Path) -> None:
        fuse = tmp_path / "went off"
        with file.open("wb") as planted:
            np.savez(planted, duals=np.array([Bomb(fuse)], dtype=object))

        found = IndexCache(folder).arrays([1, "words"], weights)

        assert_same(found, weights())
        assert not fuse.exists()

    def test_keeps_nothing_that_would_need_a_pickle(self, folder: Path) -> None:
        with pytest.raises(ValueError, match="allow_pickle"):
            IndexCache(folder).arrays([2], lambda: {"any": np.array([{}], dtype=object)})

        assert list(folder.iterdir()) == []


class TestForgets:
    def test_what_was_not_used_for_longest(self, folder: Path) -> None:
        cache = IndexCache(folder, most=3)
        made: list[int] = []

        def make(number: int) -> Arrays:
            return cache.arrays(number, lambda: made.append(number) or {"n": np.array([number])})

        for number in (0, 1, 2, 0, 3):
            make(number)
        made.clear()
        for number in (0, 2, 3, 1):
            make(number)

        assert made == [1]
        assert len(list(folder.iterdir())) == 3
