"""The adopted encoder: unit vectors that carry meaning, and no stranger's files."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from desk.settings import Settings
from knowledge.encoder import (
    CARD_FILE,
    MAX_TOKENS,
    MODEL_FILE,
    TOKENIZER_FILE,
    EncoderError,
    EncoderMissing,
    OnnxEncoder,
    get_spec,
    list_encoders,
)

ADOPTED = Settings().encoder_dir


@pytest.fixture
def copied(tmp_path: Path, encoder: OnnxEncoder) -> Path:
    """The adopted encoder's folder, to be damaged; the large model file is only linked."""
    (tmp_path / MODEL_FILE).symlink_to(ADOPTED / MODEL_FILE)
    for name in (TOKENIZER_FILE, CARD_FILE):
        shutil.copy(ADOPTED / name, tmp_path / name)
    return tmp_path


@pytest.mark.needs_encoder
class TestEncodeQuery:
    @pytest.mark.parametrize("text", ["我家停电了", "A", "电" * 3000, "😡😡", " "])
    def test_gives_a_vector_of_length_one(self, encoder: OnnxEncoder, text: str) -> None:
        vector = encoder.encode_query(text)

        assert vector.ndim == 1
        assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)

    @pytest.mark.parametrize(
        ("asked", "same", "other"),
        [
            ("我家停电了", "家里突然没电了", "红烧肉怎么做"),
            ("电费在哪里交", "去哪儿缴电费", "今天天气怎么样"),
            ("师傅什么时候到", "抢修人员多久能来", "电费在哪里交"),
        ],
    )
    def test_puts_what_means_the_same_nearer(
        self, encoder: OnnxEncoder, asked: str, same: str, other: str
    ) -> None:
        question = encoder.encode_query(asked)

        near, far = encoder.encode_texts([same, other]) @ question

        assert near > far + 0.1

    def test_reads_no_further_than_the_limit(self, encoder: OnnxEncoder) -> None:
        long = "停电" * MAX_TOKENS

        cut = encoder.encode_query(long)
        longer = encoder.encode_query(long + "红烧肉怎么做" * 50)

        assert cut @ longer == pytest.approx(1.0, abs=1e-5)


@pytest.mark.needs_encoder
class TestEncodeTexts:
    def test_gives_each_text_the_vector_it_gets_alone(self, encoder: OnnxEncoder) -> None:
        texts = [f"第{number}户" + "停电了" * (number % 7) for number in range(70)]

        together = encoder.encode_texts(texts)

        alone = np.stack([encoder.encode_query(text) for text in texts])
        assert np.sum(together * alone, axis=1) == pytest.approx(np.ones(70), abs=1e-4)

    def test_gives_nothing_for_nothing(self, encoder: OnnxEncoder) -> None:
        assert encoder.encode_texts([]).shape == (0, 0)


@pytest.mark.needs_encoder
class TestFingerprint:
    def test_names_the_encoder_and_its_file(self, encoder: OnnxEncoder) -> None:
        name, _, digest = encoder.fingerprint.partition("@")

        assert name == ADOPTED.name
        assert json.loads((ADOPTED / CARD_FILE).read_text())["sha256"][MODEL_FILE].startswith(
            digest
        )

    def test_is_the_same_for_the_same_files_elsewhere(
        self, encoder: OnnxEncoder, copied: Path
    ) -> None:
        assert OnnxEncoder(copied).fingerprint == encoder.fingerprint


class TestOpen:
    def test_says_what_to_do_when_nothing_was_adopted(self, tmp_path: Path) -> None:
        with pytest.raises(EncoderMissing, match="make setup"):
            OnnxEncoder(tmp_path / "m3e-small")

    @pytest.mark.needs_encoder
    def test_refuses_a_model_that_is_not_the_one_adopted(self, copied: Path) -> None:
        (copied / MODEL_FILE).unlink()
        (copied / MODEL_FILE).write_bytes(b"somebody else's model")

        with pytest.raises(EncoderError, match="not the file that was adopted"):
            OnnxEncoder(copied)

    @pytest.mark.needs_encoder
    def test_refuses_a_tokenizer_that_is_not_the_one_adopted(self, copied: Path) -> None:
        tokenizer = json.loads((copied / TOKENIZER_FILE).read_text(encoding="utf-8"))
        words = tokenizer["model"]["vocab"]
        words["电"], words["水"] = words["水"], words["电"]
        (copied / TOKENIZER_FILE).write_text(json.dumps(tokenizer), encoding="utf-8")

        with pytest.raises(EncoderError):
            OnnxEncoder(copied)

    @pytest.mark.needs_encoder
    @pytest.mark.parametrize("name", [MODEL_FILE, TOKENIZER_FILE])
    def test_refuses_a_folder_that_lost_a_file(self, copied: Path, name: str) -> None:
        (copied / name).unlink()

        with pytest.raises(EncoderError):
            OnnxEncoder(copied)

    @pytest.mark.needs_encoder
    @pytest.mark.parametrize("card", ["", '{"name": "m3e-sma', "{}"])
    def test_refuses_a_card_cut_short(self, copied: Path, card: str) -> None:
        (copied / CARD_FILE).write_text(card, encoding="utf-8")

        with pytest.raises(EncoderError):
            OnnxEncoder(copied)

    @pytest.mark.needs_encoder
    @pytest.mark.parametrize("card", ["[]", "null", '{"sha256": {}}'])
    def test_refuses_a_card_that_is_none(self, copied: Path, card: str) -> None:
        (copied / CARD_FILE).write_text(card, encoding="utf-8")

        with pytest.raises(EncoderError):
            OnnxEncoder(copied)


class TestCatalogue:
    def test_holds_the_encoder_of_the_default_settings(self) -> None:
        assert Settings.model_fields["encoder"].default in list_encoders()

    def test_tells_of_every_encoder_its_licence_and_where_it_comes_from(self) -> None:
        for spec in list_encoders().values():
            assert spec.licence
            assert spec.pooling in {"mean", "cls"}
            assert bool(spec.hub) or (spec.package and spec.folder and len(spec.sha256) == 64)

    def test_names_the_known_ones_when_asked_for_another(self) -> None:
        with pytest.raises(EncoderError, match=r"unknown encoder 'gpt'.*m3e-small"):
            get_spec("gpt")
