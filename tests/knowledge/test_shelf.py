"""The shelf of encoders: what lies there, which one is in use, and choices that cannot break it."""

import json
from pathlib import Path

import numpy as np
import pytest

from desk.settings import Settings
from knowledge.encoder import EncoderError, EncoderMissing, OnnxEncoder
from knowledge.shelf import (
    find_encoder,
    list_adopted,
    name_in_use,
    put_in_place,
    scratch,
    use,
)

BASE, TUNED, OTHER = "m3e-small", "m3e-small-tuned-0a1b2c3d", "bge-small-zh-v1.5"


def put(encoders: Path, name: str, *, base: str = "") -> None:
    """An encoder's folder as far as the shelf looks at it."""
    card = {"name": name, "licence": "MIT", "query_instruction": ""}
    card |= {"base": base} if base else {}
    (encoders / name).mkdir(parents=True)
    content = {**card, "sha256": {"model.onnx": f"{name:*<64}", "tokenizer.json": "0" * 64}}
    (encoders / name / "encoder.json").write_text(json.dumps(content), encoding="utf-8")


@pytest.fixture
def encoders(tmp_path: Path) -> Path:
    for name, base in ((BASE, ""), (TUNED, BASE), (OTHER, "")):
        put(tmp_path / "encoders", name, base=base)
    return tmp_path / "encoders"


class TestListAdopted:
    def test_names_each_with_what_it_was_tuned_from(self, encoders: Path) -> None:
        assert {each.name: each.base for each in list_adopted(encoders)} == {
            OTHER: "",
            BASE: "",
            TUNED: BASE,
        }

    def test_leaves_out_what_is_damaged_or_half_made(self, encoders: Path) -> None:
        (encoders / BASE / "encoder.json").write_text("{")
        put(encoders / ".adopting-x", "ready")
        put(encoders, ".hidden")

        assert [each.name for each in list_adopted(encoders)] == [OTHER, TUNED]

    def test_is_empty_where_nothing_was_adopted(self, tmp_path: Path) -> None:
        assert list_adopted(tmp_path / "encoders") == []


class TestNameInUse:
    def test_is_the_setting_until_another_is_chosen(self, encoders: Path) -> None:
        assert name_in_use(encoders, BASE) == BASE

    def test_is_the_chosen_one_while_the_setting_stays(self, encoders: Path) -> None:
        use(encoders, TUNED, setting=BASE)

        assert name_in_use(encoders, BASE) == TUNED

    def test_is_the_setting_again_when_somebody_sets_another(self, encoders: Path) -> None:
        use(encoders, TUNED, setting=BASE)

        assert name_in_use(encoders, OTHER) == OTHER

    def test_is_the_setting_when_the_chosen_one_went_away(self, encoders: Path) -> None:
        use(encoders, TUNED, setting=BASE)
        (encoders / TUNED / "encoder.json").unlink()

        assert name_in_use(encoders, BASE) == BASE

    @pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"setting": "m3e-small"}', '"x"'])
    def test_is_the_setting_when_the_choice_cannot_be_read(self, encoders: Path, text: str) -> None:
        (encoders / "in-use.json").write_text(text)

        assert name_in_use(encoders, BASE) == BASE

    @pytest.mark.parametrize("name", ["../elsewhere", "/etc", "."])
    def test_never_leaves_the_shelf(self, encoders: Path, name: str) -> None:
        put(encoders.parent, "elsewhere")
        choice = {"setting": BASE, "name": name}
        (encoders / "in-use.json").write_text(json.dumps(choice))

        assert name_in_use(encoders, BASE) == BASE


class TestUse:
    def test_goes_back_to_the_base(self, encoders: Path) -> None:
        use(encoders, TUNED, setting=BASE)
        use(encoders, BASE, setting=BASE)

        assert name_in_use(encoders, BASE) == BASE

    def test_refuses_one_that_is_not_here_and_names_those_that_are(self, encoders: Path) -> None:
        with pytest.raises(EncoderMissing, match=f"'gpt' here: .*{TUNED}"):
            use(encoders, "gpt", setting=BASE)

        assert name_in_use(encoders, BASE) == BASE

    def test_leaves_nothing_half_written(self, encoders: Path) -> None:
        use(encoders, TUNED, setting=BASE)

        assert [file.name for file in encoders.iterdir() if file.is_file()] == ["in-use.json"]


class TestFindEncoder:
    @pytest.mark.needs_encoder
    def test_opens_what_a_publication_was_made_with(
        self, encoders: Path, encoder: OnnxEncoder
    ) -> None:
        (encoders / "kept").symlink_to(Settings().encoder_dir)

        found = find_encoder(encoders, encoder.fingerprint)

        assert found is not None
        assert np.array_equal(found.encode_query("停电了"), encoder.encode_query("停电了"))

    def test_finds_nothing_when_it_was_thrown_away(self, encoders: Path) -> None:
        assert find_encoder(encoders, "m3e-small@gone") is None


class TestScratch:
    def test_leaves_nothing_behind(self, encoders: Path) -> None:
        with scratch(encoders) as work:
            (work / "half").write_text("made")

        assert not work.exists()

    def test_is_for_one_at_a_time(self, encoders: Path) -> None:
        with (
            scratch(encoders),
            pytest.raises(EncoderError, match="somebody else adopts or tunes"),
            scratch(encoders),
        ):
            pytest.fail("both work here")

    def test_takes_away_what_a_killed_one_left(self, encoders: Path) -> None:
        (encoders / ".adopting-killed" / "ready").mkdir(parents=True)

        with scratch(encoders) as work:
            assert [each.name for each in encoders.glob(".adopting-*/")] == [work.name]

    def test_says_so_where_nothing_can_be_written(self, encoders: Path) -> None:
        with (
            pytest.raises(EncoderError, match="cannot write in"),
            scratch(encoders / BASE / "encoder.json"),
        ):
            pytest.fail("a file is no folder")


class TestPutInPlace:
    def test_shows_the_folder_whole_and_replaces_what_was_there(self, encoders: Path) -> None:
        with scratch(encoders) as work:
            put(work, "ready", base="new")

            target = put_in_place(work / "ready", encoders / TUNED)

        assert '"base": "new"' in (target / "encoder.json").read_text()
        assert {each.name for each in list_adopted(encoders)} == {BASE, TUNED, OTHER}
