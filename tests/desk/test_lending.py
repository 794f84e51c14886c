"""A desk of another centre learns beside what `make setup` learnt, never over it."""

from pathlib import Path

from tests.lending import LEARNT, lend


def made_in(folder: Path) -> Path:
    (folder / "stamps").mkdir(parents=True)
    (folder / "bot" / "models").mkdir(parents=True)
    for name, stamp in LEARNT.items():
        (folder / name).mkdir()
        (folder / name / "learnt").write_text("of the delivered centres")
        (folder / "stamps" / stamp).write_text("its inputs")
    return folder


class TestLend:
    def test_what_is_learnt_in_the_other_folder_leaves_ours_as_it_was(self, tmp_path: Path) -> None:
        made, other = made_in(tmp_path / "made"), tmp_path / "other"

        lend(made, other)
        for name in LEARNT:
            (other / name / "learnt").write_text("of a centre with six entries")

        kept = {(made / name / "learnt").read_text() for name in LEARNT}
        assert kept == {"of the delivered centres"}

    def test_what_was_learnt_comes_with_its_stamp_or_not_at_all(self, tmp_path: Path) -> None:
        made, other = made_in(tmp_path / "made"), tmp_path / "other"
        (made / "stamps" / "draft-net").unlink()

        lend(made, other)

        assert sorted(path.name for path in (other / "stamps").iterdir()) == [
            "danger-net",
            "place-labeller",
        ]
        assert not (other / "drafts").exists()

    def test_indexes_and_encoders_are_shared(self, tmp_path: Path) -> None:
        made, other = made_in(tmp_path / "made"), tmp_path / "other"

        lend(made, other)
        (other / "indexes" / "one.npz").write_text("kept by its hash")

        assert (made / "indexes" / "one.npz").is_file()
