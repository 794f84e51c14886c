"""A conversation in the bot's store: however long it grows, nothing known is lost or doubled.

A turn has five events, so 30 turns are more than one session holds and 10 are fewer.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from desk.bot_process import bot_environment
from desk.paths import BOT_PYTHON
from desk.settings import ROOT, Settings

pytestmark = pytest.mark.needs_rasa

SCRIPT = Path(__file__).parent / "long_conversation.py"
LONG, SHORT = 30, 10
EVENTS_OF_A_TURN = 5


def told_of(turns: int, folder: Path) -> dict[str, Any]:
    """The script in .venv-bot, and what it tells."""
    done = subprocess.run(
        [str(BOT_PYTHON), str(SCRIPT), str(folder / "bot.db"), str(turns)],
        cwd=ROOT,
        env={**bot_environment(Settings()), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return told_of(LONG, tmp_path_factory.mktemp("long"))


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return told_of(SHORT, tmp_path_factory.mktemp("short"))


class TestLongConversation:
    def test_goes_on_in_a_shorter_session(self, long: dict[str, Any]) -> None:
        assert len(long["before"]["session"]) > 100
        assert len(long["after"]["session"]) < 20

    def test_keeps_its_slots_and_the_form(self, long: dict[str, Any]) -> None:
        assert long["after"]["slots"] == long["before"]["slots"]
        assert long["after"]["slots"]["talk"]["known"] == {"phone": f"1380013{LONG - 1:04d}"}
        assert long["after"]["slots"]["requested_slot"] == "filed"
        assert long["after"]["loop"] == "request_form"

    def test_keeps_the_last_turns(self, long: dict[str, Any]) -> None:
        assert long["after"]["heard"] == [f"第{LONG - 2}句", f"第{LONG - 1}句"]
        assert long["after"]["said"] == [f"第{LONG - 2}答", f"第{LONG - 1}答"]
        assert long["after"]["latest"] == long["before"]["latest"]

    def test_listens_for_the_next_line(self, long: dict[str, Any]) -> None:
        assert long["after"]["latest_action"] == "action_listen"

    def test_is_told_in_the_order_of_time(self, long: dict[str, Any]) -> None:
        assert long["after"]["times_in_order"]

    def test_is_the_same_when_it_is_read_from_the_database(self, long: dict[str, Any]) -> None:
        assert long["reread"] == {**long["after"], "times_in_order": True}
        assert long["rows_after_rereading"] == long["rows_after"]

    def test_gives_the_earlier_answers_of_the_last_turns(self, long: dict[str, Any]) -> None:
        for number in (LONG - 1, LONG - 2):
            answer = [{"text": f"第{number}答", "buttons": [{"title": "是", "payload": "/affirm"}]}]
            assert long["again"][str(number)] == [answer, answer]

    def test_gives_the_earlier_answer_of_a_turn_of_the_new_session(
        self, long: dict[str, Any]
    ) -> None:
        assert [part["text"] for part in long["again_after_a_turn"]] == [f"第{LONG}答"]

    def test_still_holds_everything_that_was_said(self, long: dict[str, Any]) -> None:
        assert set(long["everything_heard"]) == {f"第{number}句" for number in range(LONG + 2)}


class TestShortConversation:
    def test_stays_in_its_session(self, short: dict[str, Any]) -> None:
        assert short["after"] == short["before"]
        assert short["rows_after"] == short["rows_before"]


@pytest.mark.parametrize("length", ["long", "short"])
class TestSave:
    @pytest.fixture
    def told(self, length: str, request: pytest.FixtureRequest) -> dict[str, Any]:
        found: dict[str, Any] = request.getfixturevalue(length)
        return found

    def test_writes_a_turn_once(self, told: dict[str, Any]) -> None:
        assert told["rows_after_a_turn"] == told["rows_after"] + EVENTS_OF_A_TURN

    def test_writes_nothing_when_nothing_is_new(self, told: dict[str, Any]) -> None:
        assert told["rows_after_saving_twice"] == told["rows_after_a_turn"]

    def test_writes_nothing_that_another_process_has_written(self, told: dict[str, Any]) -> None:
        assert told["rows_after_taking_over"] == told["rows_after_a_turn"]
        assert told["rows_after_a_turn_there"] == told["rows_after_a_turn"] + EVENTS_OF_A_TURN

    def test_leaves_to_another_process_all_that_was_known(self, told: dict[str, Any]) -> None:
        turns = len(set(told["everything_heard"])) - 2

        assert told["taken_over"]["latest"] == f"第{turns}句"
        assert told["taken_over"]["loop"] == "request_form"
        assert told["taken_over"]["slots"]["requested_slot"] == "filed"

    def test_forgets_a_turn_that_failed_half_way(self, told: dict[str, Any]) -> None:
        assert told["after_a_failed_turn"] == told["reread_there"]
