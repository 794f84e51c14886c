"""Names that cross the process border agree on both sides, because no import can check them."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from actions import faults, forms, handover
from actions.conversation import Centres
from actions.faults import ValidateFaultForm
from actions.forms import DetailsForm
from actions.handover import ValidateCallbackForm
from actions.server import make_executor
from actions.tickets import progress_words, ticket_card
from desk.bot_process import bot_environment
from desk.settings import ROOT, Settings
from tests.bot.taught import SUBJECTS, Domain, many_names, read, read_domain, steps_of
from tickets.details import read_details
from tickets.profile import Profile, load_profile
from tickets.ticket import Kind, State, Ticket

# Rasa's own: never named in a domain
OF_RASA = frozenset({"action_listen", "action_default_fallback", "nlu_fallback", "requested_slot"})
SAID_BY_RASA = frozenset({"utter_default"})
EVERY_DETAIL = "2026112200019 我家停电了，幸福里6栋301，昨晚八点开始整栋楼都没电，13800138000"
PROFILES = sorted(folder.parent for folder in (ROOT / "profiles").glob("*/profile.yml"))


@pytest.fixture(scope="module")
def domain() -> Domain:
    return read_domain()


@pytest.fixture(scope="module")
def registered(power: Profile) -> set[str]:
    executor = make_executor(
        # no action runs here, so none of them needs what it is built with
        knowledge=None,  # type: ignore[arg-type]
        tickets=None,  # type: ignore[arg-type]
        profiles={"power": power},
        default_profile="power",
    )
    return {action.name for action in executor.list_actions()}


class TestIntents:
    def test_are_taught_exactly_as_the_domain_names_them(self, domain: Domain) -> None:
        files = (ROOT / "training_data" / "nlu").glob("*.yml")

        taught = {
            block["intent"] for file in files for block in read(file)["nlu"] if "intent" in block
        }

        assert taught == domain.intents

    def test_that_forms_listen_for_are_in_the_domain(self, domain: Domain) -> None:
        listened_for = forms.ANSWERS | forms.LEAVES

        assert listened_for <= domain.intents | OF_RASA

    def test_in_the_mappings_of_slots_are_in_the_domain(self, domain: Domain) -> None:
        mappings = [m for slot in domain.slots.values() for m in slot["mappings"]]

        named = {i for m in mappings for key in ("intent", "not_intent") for i in many(m.get(key))}

        assert named <= domain.intents


class TestActions:
    def test_of_the_domain_are_the_registered_ones(
        self, domain: Domain, registered: set[str]
    ) -> None:
        assert registered == domain.actions

    def test_ask_for_every_slot_of_every_form(self, domain: Domain) -> None:
        asked = {slot for required in domain.forms.values() for slot in required}

        for slot in asked:
            assert {f"utter_ask_{slot}", f"action_ask_{slot}"} & (
                domain.actions | set(domain.responses)
            ), slot

    def test_read_only_entities_of_the_domain(self, domain: Domain) -> None:
        read_in_code = {
            called.args[0].value
            for called in every(ast.Call)
            if isinstance(called.func, ast.Attribute)
            and called.func.attr == "get_latest_entity_values"
            and isinstance(called.args[0], ast.Constant)
        }

        assert read_in_code
        assert read_in_code <= domain.entities


class TestResponses:
    def test_that_code_and_rules_say_are_written(self, domain: Domain) -> None:
        assert said(domain) <= set(domain.responses)

    def test_are_all_said_somewhere(self, domain: Domain) -> None:
        asked = {f"utter_ask_{slot}" for required in domain.forms.values() for slot in required}

        assert set(domain.responses) <= said(domain) | asked | SAID_BY_RASA

    def test_of_a_filed_ticket_have_every_word_they_show(
        self, domain: Domain, power: Profile
    ) -> None:
        _, words = ticket_card(a_ticket(Kind.FAULT), power, lead="")

        for name in ("utter_fault_filed", "utter_callback_filed"):
            assert placeholders(domain.responses[name]) <= set(words), name

    def test_of_a_tickets_progress_have_every_word_they_show(
        self, domain: Domain, power: Profile
    ) -> None:
        words = progress_words(a_ticket(Kind.FAULT), power)

        assert placeholders(domain.responses["utter_progress"]) <= set(words)

    def test_offer_only_buttons_the_bot_understands(self, domain: Domain) -> None:
        for name, variants in domain.responses.items():
            for button in (b for variant in variants for b in variant.get("buttons", [])):
                intent, entities = payload(button["payload"])
                assert intent in domain.intents, name
                assert entities <= domain.entities, name


class TestDetails:
    def test_that_the_desk_reads_are_entities_of_the_domain(
        self, domain: Domain, power: Profile
    ) -> None:
        details = read_details(EVERY_DETAIL, power)

        assert len(details) == 6
        assert set(details) <= domain.entities

    def test_that_a_fault_ticket_needs_are_slots_of_its_form(self, domain: Domain) -> None:
        assert [*faults.FIELDS, "fault_confirmed"] == domain.forms["fault_form"]

    def test_that_are_forgotten_are_slots(self, domain: Domain) -> None:
        assert {*faults.COLLECTED, *handover.COLLECTED} <= set(domain.slots)

    @pytest.mark.parametrize("form", [ValidateFaultForm, ValidateCallbackForm])
    def test_treated_specially_by_a_form_are_slots_of_it(
        self, form: type[DetailsForm], domain: Domain
    ) -> None:
        required = set(domain.forms[form(Centres({}, default="")).form_name()])

        assert form.places | form.optional <= required

    def test_that_fill_slots_are_entities_of_the_domain(self, domain: Domain) -> None:
        mappings = [m for slot in domain.slots.values() for m in slot["mappings"]]

        assert {m["entity"] for m in mappings if "entity" in m} <= domain.entities

    def test_that_name_a_kind_of_ticket_name_a_real_one(self, domain: Domain) -> None:
        kinds = {mapping.get("value") for mapping in domain.slots["callback_kind"]["mappings"]}

        assert kinds <= {*Kind}


class TestStoriesAndRules:
    @pytest.mark.parametrize(
        "file",
        [
            *sorted((ROOT / "training_data" / "rules").glob("*.yml")),
            *sorted((ROOT / "training_data" / "stories").glob("*.yml")),
            *sorted((ROOT / "tests" / "bot" / "stories").glob("*.yml")),
        ],
        ids=lambda file: f"{file.parent.name}/{file.name}",
    )
    def test_name_nothing_unknown(self, file: Path, domain: Domain) -> None:
        for step in steps_of(file):
            doing = domain.actions | set(domain.forms) | set(domain.responses) | OF_RASA
            known = {
                "intent": domain.intents | OF_RASA,
                "action": doing,
                "active_loop": {*domain.forms, None},
                "slot_was_set": set(domain.slots) | OF_RASA,
            }
            for kind, allowed in known.items():
                if kind in step:
                    assert set(many_names(step[kind])) <= allowed, step

    @pytest.mark.parametrize("folder", ["nlu", "rules", "stories"])
    def test_keep_the_subjects_of_the_domain(self, folder: str) -> None:
        named = {file.stem for file in (ROOT / "training_data" / folder).glob("*.yml")}

        assert named <= {*SUBJECTS, "patterns"}


@pytest.mark.parametrize("folder", PROFILES, ids=lambda folder: folder.name)
class TestProfiles:
    def test_label_every_field_a_ticket_may_have(self, folder: Path) -> None:
        fields = {*faults.FIELDS, "words", "emergency"}

        assert fields <= set(load_profile(folder).field_labels)

    def test_point_only_at_fields_that_exist(self, folder: Path) -> None:
        assert set(load_profile(folder).field_words) <= set(faults.FIELDS)

    def test_name_every_kind_and_state(self, folder: Path) -> None:
        profile = load_profile(folder)

        assert set(profile.kind_labels) == {*Kind}
        assert set(profile.state_labels) == {*State}

    def test_promise_something_for_every_kind_the_bot_files(self, folder: Path) -> None:
        filed = {Kind.FAULT, Kind.CALLBACK, Kind.COMPLAINT, Kind.EMERGENCY}

        assert filed <= set(load_profile(folder).promises)


class TestSettings:
    def test_that_the_bot_reads_are_given_to_it(self, tmp_path: Path) -> None:
        files = [ROOT / "bot" / "endpoints.yml", *(ROOT / "bot").rglob("*.py")]
        wanted = {n for file in files for n in re.findall(r"SEATMATE_\w+", file.read_text())}

        given = bot_environment(Settings(data_dir=tmp_path))

        assert wanted
        assert wanted <= set(given)


def said(domain: Domain) -> set[str]:
    """Every utter_ name in the actions, the rules and the stories; patterns with every slot."""
    plain = {
        node.value
        for node in every(ast.Constant)
        if isinstance(node.value, str) and re.fullmatch(r"utter_\w*[a-z]", node.value)
    }
    prefixes = {
        str(node.values[0].value)
        for node in every(ast.JoinedStr)
        if isinstance(node.values[0], ast.Constant)
        and str(node.values[0].value).startswith("utter_")
    }
    assert prefixes <= {"utter_ask_", "utter_hint_"}, "teach this test the new pattern"
    required = {slot for slots in domain.forms.values() for slot in slots}
    hints = {f"utter_hint_{slot}" for slot in required}
    questions = {
        f"utter_{name.removeprefix('action_')}"
        for name in domain.actions
        # the read-back asks with its own words
        if name.startswith("action_ask_") and name != "action_ask_fault_confirmed"
    }
    folders = [ROOT / "training_data" / "rules", ROOT / "training_data" / "stories"]
    told = {
        step["action"]
        for folder in folders
        for file in folder.glob("*.yml")
        for step in steps_of(file)
        if step.get("action", "").startswith("utter_")
    }
    return plain | hints | questions | told


def placeholders(variants: list[dict[str, Any]]) -> set[str]:
    found = (name for v in variants for _, name, _, _ in Formatter().parse(v["text"]))
    return {name for name in found if name}


def payload(text: str) -> tuple[str, set[str]]:
    """A button's intent and the names of its entities, braces doubled as Rasa wants them."""
    intent, _, rest = text.removeprefix("/").partition("{")
    return intent, set(re.findall(r'"(\w+)":', rest))


def a_ticket(kind: Kind) -> Ticket:
    return Ticket(
        no="2026112200019",
        profile="power",
        kind=kind,
        state=State.REGISTERED,
        conversation_id=None,
        fields={},
        registered_at=datetime(2026, 11, 22, tzinfo=UTC),
    )


def every(kind: type[ast.AST]) -> Iterator[Any]:
    """Every node of this kind in the actions' code."""
    for file in (ROOT / "actions").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, kind):
                yield node


def many(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else value or []
