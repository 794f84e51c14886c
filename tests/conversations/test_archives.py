"""The list of archives that were trained here, and which of them serves."""

from pathlib import Path

import pytest

from conversations.archives import Archives, NothingBefore, NotTrainedHere, Serving
from tests.archives import make_archive
from tests.conftest import SATURDAY_MORNING


def serving(archive: str, *, inputs: str = "i") -> Serving:
    return Serving(archive=archive, inputs=inputs, at=SATURDAY_MORNING.isoformat(), by="小陈")


@pytest.fixture
def archives(tmp_path: Path) -> Archives:
    """Two archives that were trained here, and one that lies beside them."""
    kept = Archives(tmp_path)
    for name in ("one.tar.gz", "two.tar.gz"):
        make_archive(tmp_path / name, f"model of {name}")
        kept.record(name, inputs="i", at=SATURDAY_MORNING)
    make_archive(tmp_path / "strange.tar.gz", "model of somebody")
    return kept


class TestPathOf:
    def test_is_that_of_an_archive_of_the_list(self, archives: Archives, tmp_path: Path) -> None:
        assert archives.path_of("one.tar.gz") == tmp_path / "one.tar.gz"

    def test_is_refused_for_what_only_lies_there(self, archives: Archives) -> None:
        with pytest.raises(NotTrainedHere):
            archives.path_of("strange.tar.gz")

    def test_is_refused_for_one_that_was_changed(self, archives: Archives, tmp_path: Path) -> None:
        make_archive(tmp_path / "one.tar.gz", "another model")

        with pytest.raises(NotTrainedHere):
            archives.path_of("one.tar.gz")

    def test_is_refused_for_a_name_that_leaves_the_folder(self, archives: Archives) -> None:
        with pytest.raises(NotTrainedHere):
            archives.path_of("../one.tar.gz")

    def test_is_refused_for_what_is_no_archive(self, archives: Archives, tmp_path: Path) -> None:
        (tmp_path / "broken.tar.gz").write_bytes(b"not an archive")

        with pytest.raises(NotTrainedHere):
            archives.record("broken.tar.gz", inputs="i", at=SATURDAY_MORNING)


class TestServing:
    def test_is_nothing_at_first(self, archives: Archives) -> None:
        assert archives.serving() is None

    def test_is_what_was_chosen_last_also_for_another_process(
        self, archives: Archives, tmp_path: Path
    ) -> None:
        archives.choose(serving("one.tar.gz"))
        archives.choose(serving("two.tar.gz"))

        assert Archives(tmp_path).serving() == serving("two.tar.gz")

    def test_is_never_what_was_not_trained_here(self, archives: Archives) -> None:
        with pytest.raises(NotTrainedHere):
            archives.choose(serving("strange.tar.gz"))

        assert archives.serving() is None

    def test_goes_on_when_the_desk_itself_changed_the_inputs(self, archives: Archives) -> None:
        archives.choose(serving("one.tar.gz", inputs="before the lesson"))

        archives.hold(was="before the lesson", inputs="after the lesson")

        assert archives.serving() == serving("one.tar.gz", inputs="after the lesson")

    def test_does_not_outlive_inputs_that_others_changed(self, archives: Archives) -> None:
        archives.choose(serving("one.tar.gz", inputs="as it was chosen"))

        archives.hold(was="after somebody's edit", inputs="after the lesson")

        assert archives.serving() == serving("one.tar.gz", inputs="as it was chosen")


class TestBefore:
    def test_is_the_last_other_one_that_is_still_there(
        self, archives: Archives, tmp_path: Path
    ) -> None:
        archives.choose(serving("one.tar.gz"))
        archives.choose(serving("two.tar.gz"))
        assert archives.before().name == "one.tar.gz"

        (tmp_path / "one.tar.gz").unlink()

        with pytest.raises(NothingBefore):
            archives.before()
