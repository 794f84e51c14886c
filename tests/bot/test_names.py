"""Names that cross the process border agree on both sides, because no import can check them."""

import ast
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from actions.cards import progress_words
from actions.conversation import FAULT_KIND, FILED, FORM, SCOPE, TALK
from actions.filing import OUTCOMES, Filing
from actions.server import make_executor
from conversations.absorbing import INTERVAL
from conversations.alarming import NEEDED_IN_EMERGENCY
from conversations.answering import ATTACHED
from conversations.asking import correct, inform
from conversations.danger_net import DANGER
from conversations.field_values import DETAILS
from conversations.filling import SHORT
from conversations.leaving import ASIDES, COMMANDS, LEAVES_A_STORY
from conversations.queueing import CALL_BACK, RATE
from conversations.request import BUSINESSES, READY, REMEMBERED
from desk.bot_process import bot_environment
from desk.intents import INTENTS
from desk.settings import ROOT, Settings
from tests.bot.taught import SUBJECTS, Domain, many_names, read, read_domain, steps_of
from tests.conftest import SATURDAY_MORNING
from tickets.details import read_details
from tickets.profile import Profile
from tickets.profile_parts import FieldType
from tickets.ticket import Kind, State, Ticket

# Rasa's own: never named in a domain
OF_RASA = frozenset({"action_listen", "action_default_fallback", "nlu_fallback", "requested_slot"})
SAID_BY_RASA = frozenset({"utter_default"})
# they change a ticket that is there and file none of their own
OF_A_TICKET = frozenset({"urge", "withdrawal", "rating"})
# what the desk reads in a line and what no field is: it only gets the customer an answer
READ_FOR_AN_ANSWER = frozenset({"wrong_ticket_no"})


@pytest.fixture(scope="module")
def domain() -> Domain:
    return read_domain()


@pytest.fixture(scope="module")
def registered(power: Profile) -> set[str]:
    executor = make_executor(
        # no action runs here, so none of them needs what it is built with
        knowledge=None,  # type: ignore[arg-type]
        tickets=None,  # type: ignore[arg-type]
        handovers=None,  # type: ignore[arg-type]
        duty=None,  # type: ignore[arg-type]
        events=None,  # type: ignore[arg-type]
        follow_up=None,  # type: ignore[arg-type]
        files=None,  # type: ignore[arg-type]
        profiles={"power": power},
        default_profile="power",
        clock=lambda: SATURDAY_MORNING,
    )
    return {action.name for action in executor.list_actions()}


class TestIntents:
    def test_are_taught_exactly_as_the_domain_names_them(self, domain: Domain) -> None:
        files = (ROOT / "training_data" / "nlu").glob("*.yml")

        taught = {
            block["intent"] for file in files for block in read(file)["nlu"] if "intent" in block
        }

        # the desk sends this one itself
        assert taught == domain.intents - {ATTACHED.removeprefix("/")}

    def test_that_requests_listen_for_are_in_the_domain(self, domain: Domain) -> None:
        listened_for = {*BUSINESSES, *ASIDES, *COMMANDS, *LEAVES_A_STORY, *SHORT}

        assert listened_for <= domain.intents

    def test_that_trainers_may_teach_are_in_the_domain(self, domain: Domain) -> None:
        assert INTENTS.keys() <= domain.intents

    def test_of_every_business_and_of_everything_said_on_the_side_have_a_rule(self) -> None:
        ruled = {
            step["intent"]
            for file in (ROOT / "training_data" / "rules").glob("*.yml")
            for step in steps_of(file)
            if "intent" in step
        }

        assert {*BUSINESSES, *ASIDES, *COMMANDS} <= ruled

    @pytest.mark.parametrize(
        "payload", [inform("address", "幸福里"), correct("address"), ATTACHED, "/affirm"]
    )
    def test_of_the_buttons_that_code_makes_are_in_the_domain(
        self, payload: str, domain: Domain
    ) -> None:
        intent, entities = taken_apart(payload)

        assert intent in domain.intents
        assert entities <= domain.entities

    def test_of_the_buttons_that_the_code_writes_out_are_in_the_domain(
        self, domain: Domain
    ) -> None:
        folders = [ROOT / "actions", ROOT / "conversations"]
        written = {
            node.value.removeprefix("/")
            for folder in folders
            for node in every(ast.Constant, folder)
            if isinstance(node.value, str) and re.fullmatch(r"/[a-z_]+", node.value)
        }

        assert {"affirm", "deny", "unsure", "cancel", "request_person"} <= written
        # the desk itself answers the press of an alarm and of a hand-over
        ours = {each.removeprefix("/") for each in (DANGER, CALL_BACK, RATE)}
        assert written - {"actions/webhook"} - ours <= domain.intents


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

    def test_fill_the_one_form_of_the_domain(self, domain: Domain) -> None:
        assert domain.forms == {FORM: [FILED]}

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

    def test_keep_what_is_asked_for_in_slots_of_the_domain(self, domain: Domain) -> None:
        assert {TALK, FILED} == set(domain.slots)

    def test_turn_on_no_word_of_the_talk(self, domain: Domain) -> None:
        turning = {name for name, slot in domain.slots.items() if slot["influence_conversation"]}

        assert turning == set()


class TestResponses:
    def test_that_code_and_rules_say_are_written(self, domain: Domain) -> None:
        assert said() <= set(domain.responses)

    def test_are_all_said_somewhere(self, domain: Domain) -> None:
        assert set(domain.responses) <= said() | SAID_BY_RASA

    def test_of_a_tickets_progress_have_every_word_they_show(
        self, domain: Domain, profile: Profile
    ) -> None:
        words = progress_words(a_ticket(Kind.FAULT), profile)

        assert placeholders(domain.responses["utter_progress"]) <= set(words)

    def test_offer_only_buttons_the_bot_understands(self, domain: Domain) -> None:
        for name, variants in domain.responses.items():
            for button in (b for variant in variants for b in variant.get("buttons", [])):
                intent, entities = payload(button["payload"])
                assert intent in domain.intents, name
                assert entities <= domain.entities, name

    def test_speak_for_every_centre_and_so_of_no_trade(self, domain: Domain) -> None:
        texts = [v["text"] for variants in domain.responses.values() for v in variants]

        assert [text for text in texts if re.search("电费|停电|燃气|煤气|物业", text)] == []


class TestDetails:
    @pytest.mark.parametrize(
        ("line", "details"),
        [
            (
                "我家停电了，幸福里6栋301，昨晚八点开始整栋楼都没电，13800138000",
                {"address", "phone", "since"},
            ),
            ("我姓王，户号1234567890，多收了86.5元", {"name", "account_no", "amount"}),
            ("工单2026112200019", {"ticket_no", "wrong_ticket_no"}),
        ],
    )
    def test_that_the_desk_reads_are_what_fields_are_filled_from(
        self, line: str, details: set[str], power: Profile
    ) -> None:
        found = set(read_details(line, power, SATURDAY_MORNING))

        assert found & details
        assert found <= {*DETAILS.values(), INTERVAL, *READ_FOR_AN_ANSWER}

    def test_that_are_remembered_are_read_in_lines(self) -> None:
        assert {*REMEMBERED, *NEEDED_IN_EMERGENCY} <= set(DETAILS.values())


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


class TestProfiles:
    """What code and domain expect of every centre's profile."""

    def test_do_every_business_that_can_be_asked_for(self, profile: Profile) -> None:
        assert {*BUSINESSES.values(), "withdrawal"} == set(profile.businesses)

    def test_file_only_real_kinds_of_tickets(self, profile: Profile) -> None:
        assert set(profile.businesses) - OF_A_TICKET <= {*Kind}

    def test_change_tickets_only_where_the_code_does(self) -> None:
        filing = Filing(None, None, None, clock=lambda: SATURDAY_MORNING)  # type: ignore[arg-type]

        assert set(filing._verbs) == OF_A_TICKET

    def test_name_every_kind_and_state(self, profile: Profile) -> None:
        assert set(profile.kind_labels) == {*Kind}
        assert set(profile.state_labels) == {*State}

    def test_promise_something_for_every_kind_the_bot_files(self, profile: Profile) -> None:
        filed = {*profile.businesses} - OF_A_TICKET | {Kind.EMERGENCY}

        assert filed == set(profile.promises)

    def test_label_everything_on_a_ticket_that_is_no_field(self, profile: Profile) -> None:
        assert {"words", "emergency", INTERVAL, READY} == set(profile.field_labels)

    @pytest.mark.parametrize("name", sorted(set(DETAILS.values())))
    def test_have_a_field_for_every_detail_the_desk_reads(
        self, profile: Profile, name: str
    ) -> None:
        types = {read: kind for kind, read in DETAILS.items()}

        assert profile.fields[name].type is types[name]

    def test_choose_among_choices_where_the_code_looks_for_them(self, profile: Profile) -> None:
        for name in (FAULT_KIND, "application_kind", "satisfaction"):
            assert profile.fields[name].type is FieldType.CHOICE
        if SCOPE in profile.fields:
            assert profile.fields[SCOPE].type is FieldType.CHOICE
        assert {choice.id for choice in profile.fields["satisfaction"].choices} == set(OUTCOMES)

    def test_say_only_words_that_are_known_when_they_file(self, profile: Profile) -> None:
        words = {"urge": {"no", "times", "state"}, "withdrawal": {"no"}, "rating": {"no"}}

        for kind, business in profile.businesses.items():
            known = words.get(kind, {"no", "next", "by"})
            assert blanks(business.closing) <= known, kind
            assert "no" in blanks(business.closing), kind

    @pytest.mark.parametrize(
        ("wording", "words"),
        [
            ("emergency_ticket", {"no"}),
            ("emergency_known", {"no"}),
            ("emergency_details", {"no"}),
            ("call_back_details", {"no"}),
            ("read_back", {"title", "summary"}),
            ("read_back_lead", {"title"}),
            ("needed", {"label"}),
            ("digits", {"count"}),
            ("cannot_withdraw", {"no", "state"}),
            ("cannot_urge", {"no", "state"}),
            ("resumed", {"title"}),
            ("event_running", {"area", "matter", "cause", "restore"}),
            ("event_cause", {"cause"}),
            ("event_restore", {"at"}),
            ("event_today", {"time"}),
            ("event_day", {"month", "day", "time"}),
            ("event_joined", {"area"}),
            ("event_over", {"matter", "area", "at"}),
            ("photo_added", {"no"}),
            ("follow_up", {"kind", "no"}),
            ("follow_up_again", {"kind", "no"}),
        ],
    )
    def test_fill_in_only_words_that_are_known(
        self, wording: str, words: set[str], profile: Profile
    ) -> None:
        assert blanks(getattr(profile.wordings, wording)) == words

    def test_leave_no_blank_in_any_other_sentence(self, profile: Profile) -> None:
        filled = {"emergency_ticket", "emergency_known", "emergency_details", "read_back"}
        filled |= {"call_back_details"}
        filled |= {"read_back_lead", "needed", "digits", "cannot_withdraw", "cannot_urge"}
        filled |= {"resumed", "event_running", "event_cause", "event_restore", "event_today"}
        filled |= {"event_day", "event_joined", "event_news", "event_over"}
        filled |= {"follow_up", "follow_up_again", "photo_added"}

        plain = profile.wordings.model_dump(exclude=filled)

        assert {name for name, text in plain.items() if blanks(text)} == set()


class TestSettings:
    def test_that_the_bot_reads_are_given_to_it(self, tmp_path: Path) -> None:
        files = [ROOT / "bot" / "endpoints.yml", *(ROOT / "bot").rglob("*.py")]
        wanted = {n for file in files for n in re.findall(r"SEATMATE_\w+", file.read_text())}

        given = bot_environment(Settings(data_dir=tmp_path))

        assert wanted
        assert wanted <= set(given)


def said() -> set[str]:
    """Every utter_ name in the actions, the rules and the stories."""
    plain = {
        node.value
        for node in every(ast.Constant)
        if isinstance(node.value, str) and re.fullmatch(r"utter_\w*[a-z]", node.value)
    }
    folders = [ROOT / "training_data" / "rules", ROOT / "training_data" / "stories"]
    told = {
        step["action"]
        for folder in folders
        for file in folder.glob("*.yml")
        for step in steps_of(file)
        if step.get("action", "").startswith("utter_")
    }
    return plain | told


def placeholders(variants: list[dict[str, Any]]) -> set[str]:
    return {name for variant in variants for name in blanks(variant["text"])}


def blanks(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def payload(text: str) -> tuple[str, set[str]]:
    """A response's button: intent and names of entities, braces doubled as Rasa wants them."""
    intent, _, rest = text.removeprefix("/").partition("{")
    return intent, set(re.findall(r'"(\w+)":', rest))


def taken_apart(text: str) -> tuple[str, set[str]]:
    """A button that code has made: intent, and entities as the JSON that Rasa will read."""
    intent, brace, rest = text.removeprefix("/").partition("{")
    return intent, set(json.loads(brace + rest)) if brace else set()


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


def every(kind: type[ast.AST], folder: Path = ROOT / "actions") -> Iterator[Any]:
    """Every node of this kind in the code of a folder."""
    for file in folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, kind):
                yield node
