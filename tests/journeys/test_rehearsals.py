"""Every scripted customer of tests/rehearsals/ against a centre as it is delivered."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from desk.rehearsal import Outcome, rehearse
from desk.rehearsal_script import Rehearsal, read_scripts
from desk.settings import ROOT
from tests.conftest import PROFILES, RunningDesk, start_desk
from tests.journeys.people import Staff

pytestmark = [pytest.mark.needs_rasa, pytest.mark.needs_encoder]

SCRIPTS = ROOT / "tests" / "rehearsals"
BURST_WINDOW_S = 0.5
# the bot answers one line after the other: more customers would only wait longer
AT_ONCE = 4


@pytest.fixture(scope="module")
def patient_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningDesk]:
    """A desk that reads together what is said in pieces."""
    with start_desk(tmp_path_factory.mktemp("patient"), burst_window_s=BURST_WINDOW_S) as desk:
        yield desk


@pytest.fixture(scope="module")
def rehearsals() -> list[Rehearsal]:
    return read_scripts([SCRIPTS])


class TestScripts:
    def test_are_all_of_a_profile_that_is_delivered(self, rehearsals: list[Rehearsal]) -> None:
        assert {each.script.profile for each in rehearsals} == set(PROFILES)

    def test_are_told_apart_by_their_names(self, rehearsals: list[Rehearsal]) -> None:
        named = [(each.path, each.script.script) for each in rehearsals]

        assert sorted(named) == sorted(set(named))

    def test_all_expect_something(self, rehearsals: list[Rehearsal]) -> None:
        for each in rehearsals:
            expecting = [
                step
                for step in each.script.steps
                if step.expect or step.expect_not or step.expect_ticket or step.expect_buttons
            ]
            assert expecting, (each.path, each.script.script)


@pytest.mark.parametrize("name", PROFILES)
def test_go_as_written(
    name: str,
    rehearsals: list[Rehearsal],
    patient_desk: RunningDesk,
    capsys: pytest.CaptureFixture[str],
) -> None:
    password = patient_desk.hire(f"rehearsal {name}", role="supervisor")
    watcher = Staff.sign_in(patient_desk.api, f"rehearsal {name}", password)
    own = [each for each in rehearsals if each.script.profile == name]

    outcomes = asyncio.run(
        rehearse(
            own,
            url=patient_desk.url,
            staff_token=watcher.token,
            at_once=AT_ONCE,
            told=lambda _: None,
        )
    )

    wrong = [outcome for outcome in outcomes if outcome.faults]
    with capsys.disabled():
        print(f"\n{name}: {len(own) - len(wrong)} of {len(own)} scripts went as written")
    assert not wrong, "\n\n".join(map(told_of, wrong))


def told_of(outcome: Outcome) -> str:
    """What went wrong in a script, and what was said before it did."""
    where = Path(outcome.rehearsal.path).name
    return "\n".join(
        [f"{where}: {outcome.rehearsal.script.script}", *outcome.transcript, *outcome.faults]
    )
