"""Every centre's settings as they stand, and files with a slip in them."""

import shutil
from pathlib import Path

import pytest

from actions.conversation import FAULT_KIND
from actions.filing import OUTCOMES
from conversations.field_values import DETAILS
from conversations.request import BUSINESSES
from desk.settings import ROOT
from profiles.document import DocumentError
from tickets.profile import Profile, load_profile
from tickets.profile_parts import FieldType
from tickets.ticket import Kind, State

PROFILES = ROOT / "profiles"
CENTRES = ("power", "gas", "property")
FAULT_FIELDS = ("fault_kind", "address", "scope", "since", "phone")
OWN, COMMON, DANGERS = "power/profile.yml", "common.yml", "dangers.yml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the power centre and of what it shares, to be spoilt."""
    for name in (OWN, COMMON, DANGERS):
        copy = tmp_path / name
        copy.parent.mkdir(exist_ok=True)
        shutil.copy(PROFILES / name, copy)
    return tmp_path


@pytest.fixture(params=CENTRES, scope="module")
def centre(request: pytest.FixtureRequest) -> Profile:
    return load_profile(PROFILES / str(request.param))


def spoil(folder: Path, name: str, old: str, new: str) -> int:
    """Replace `old` once; returns the line it stood on."""
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def refusal(folder: Path) -> DocumentError:
    """Why the centre cannot be used."""
    with pytest.raises(DocumentError) as refused:
        load_profile(folder / "power")
    return refused.value


class TestLoadProfile:
    def test_reads_the_power_centre(self) -> None:
        power = load_profile(PROFILES / "power")

        assert (power.name, power.hotline, power.timezone) == ("power", "95598", "Asia/Shanghai")
        assert power.greeting.startswith("您好")

    def test_takes_what_all_centres_share(self, folder: Path) -> None:
        power = load_profile(folder / "power")

        assert power.wordings.person == "转人工"
        assert power.fields["phone"].skip == "不留电话"
        assert "praise" in power.businesses
        assert power.kind_labels["fault"] == "故障报修"

    def test_lets_the_centres_own_words_count(self, folder: Path) -> None:
        spoil(folder, OWN, "\nfields:\n", "\ndangers:\n  fire: {call: '12345'}\n\nfields:\n")

        power = load_profile(folder / "power")

        assert "用电地址" in power.fields["address"].ask
        assert "address" in power.businesses["complaint"].fields
        assert power.dangers["fire"].call == "12345"
        assert power.dangers["fire"].steps == load_profile(PROFILES / "power").dangers["fire"].steps
        assert power.dangers["shock"].call == "120"

    def test_puts_the_terms_of_both_together(self, folder: Path) -> None:
        terms = load_profile(folder / "power").terms

        assert {"停电", "充电桩"} <= set(terms)

    def test_says_that_there_is_no_file(self, folder: Path) -> None:
        (folder / OWN).unlink()

        assert "No such file" in str(refusal(folder))


class TestASlip:
    """Each is named with its file, its line and the reason."""

    @pytest.mark.parametrize(
        ("name", "old", "new", "lines_on", "reason"),
        [
            (OWN, "hotline:", "hot_line: 95598\nhotline:", 0, "hot_line: Extra inputs"),
            (
                OWN,
                "    type: place\n",
                "    type: place\n    color: red\n",
                1,
                "fields.address.color: Extra inputs",
            ),
            (OWN, 'hotline: "95598"', "hotline: 95598", 0, "hotline: Input should be a valid str"),
            (OWN, "    type: place", "    type: spot", 0, "fields.address.type: Input should be"),
            (
                OWN,
                "        title: 跳闸\n",
                "",
                -1,
                "fields.fault_kind.choices.1.title: Field required",
            ),
            (
                OWN,
                "        words: [跳闸,",
                "        words: []\n        unless: [跳闸,",
                0,
                "fields.fault_kind.choices.1.words: List should have at least 1",
            ),
            (COMMON, "  person: 转人工\n", "", None, "wordings.person: Field required"),
            (DANGERS, '    call: "120"', "    call: 120", 0, "dangers.shock.call: Input should be"),
        ],
        ids=[
            "a key it does not know",
            "an unknown key deep inside",
            "a number unquoted",
            "a type there is not",
            "a choice without a title",
            "a choice nobody can mean",
            "a wording left out",
            "a number unquoted in a danger",
        ],
    )
    def test_in_the_shape(
        self, folder: Path, name: str, old: str, new: str, lines_on: int | None, reason: str
    ) -> None:
        line = spoil(folder, name, old, new)

        refused = refusal(folder)

        assert refused.path == folder / name
        assert refused.reason.startswith(reason)
        if lines_on is not None:
            assert refused.line == line + lines_on
            assert str(refused).startswith(f"{folder / name}:{line + lines_on}: ")

    @pytest.mark.parametrize(
        ("name", "old", "new", "lines_on", "reason"),
        [
            (
                OWN,
                "    fields: [fault_kind, address, scope,",
                "    fields: [fault_kind, address, colour, scope,",
                0,
                "businesses.fault.fields: there is no field 'colour'",
            ),
            (
                COMMON,
                "    fields: [advice, phone]",
                "    fields: [advice, scope]",
                0,
                "businesses.suggestion.fields: there is no field 'scope'",
            ),
            (
                OWN,
                "    necessary: [fault_kind, address]",
                "    necessary: [fault_kind, name]",
                0,
                "businesses.fault.necessary: 'name' is not among its fields",
            ),
            (
                COMMON,
                "    necessary: [praised]",
                "    necessary: [matter]",
                0,
                "businesses.praise.necessary: 'matter' is not among its fields",
            ),
            (
                COMMON,
                "    type: phone",
                "    type: choice",
                -2,
                "fields.phone: a choice needs choices",
            ),
            (
                OWN,
                "  scope:\n    label: 影响范围\n    type: choice",
                "  scope:\n    label: 影响范围\n    type: story",
                0,
                "fields.scope: a choice needs choices, and only a choice does",
            ),
            (
                OWN,
                "\nfields:\n",
                '\ndangers:\n  fire: {call: "119"}\n  flod: {call: "119"}\n\nfields:\n',
                3,
                "dangers.flod: dangers.yml describes no danger 'flod'",
            ),
            (
                DANGERS,
                "      - shocked_perhaps people",
                "      - shocked_perhaps peopel",
                0,
                "dangers.shock.signs.2: there is no word group 'peopel'",
            ),
            (
                DANGERS,
                "      - numb touches",
                "      - numb tuoches",
                0,
                "dangers.shock.nearby.0: there is no word group 'tuoches'",
            ),
            (
                DANGERS,
                "      - shocked\n",
                '      - ""\n',
                0,
                "dangers.shock.signs.0: there is no word group ''",
            ),
        ],
        ids=[
            "an unknown field",
            "a field that only one centre has",
            "a necessary field that is not asked",
            "the same in what all share",
            "a choice without choices",
            "choices without a choice",
            "a danger nobody describes",
            "a sign of an unknown group",
            "a nearby sign of one",
            "a sign of nothing",
        ],
    )
    def test_in_what_belongs_together(
        self, folder: Path, name: str, old: str, new: str, lines_on: int, reason: str
    ) -> None:
        line = spoil(folder, name, old, new)

        refused = refusal(folder)

        assert (refused.path, refused.line) == (folder / name, line + lines_on)
        assert refused.reason.startswith(reason)

    @pytest.mark.parametrize("kind", ["fault", "complaint", "praise", "callback"])
    def test_in_a_promise_left_out(self, folder: Path, kind: str) -> None:
        before, heading, promises = (
            (folder / OWN).read_text(encoding="utf-8").partition("\npromises:\n")
        )
        start = promises.index(f"  {kind}:\n")
        end = promises.index("\n", promises.index("    source:", start)) + 1
        without = before + heading + promises[:start] + promises[end:]
        (folder / OWN).write_text(without, encoding="utf-8")
        line = before.count("\n") + 2

        refused = refusal(folder)

        assert (refused.path, refused.line) == (folder / OWN, line)
        assert refused.reason == f"promises: what is promised after {kind!r} is missing"


class TestEveryCentre:
    """What the code asks of a profile, each centre has."""

    def test_has_a_label_for_everything_a_ticket_shows(self, centre: Profile) -> None:
        assert set(centre.kind_labels) == set(Kind)
        assert set(centre.state_labels) == set(State)
        assert {"words", "emergency", "since_interval", "ready"} <= set(centre.field_labels)
        assert all(field.label for field in centre.fields.values())

    def test_does_every_business_a_customer_can_ask_for(self, centre: Profile) -> None:
        assert {*BUSINESSES.values(), "withdrawal"} <= set(centre.businesses)

    def test_promises_something_for_every_ticket_that_is_filed(self, centre: Profile) -> None:
        for kind in {*BUSINESSES.values(), Kind.EMERGENCY} & set(Kind):
            promise = centre.promises[kind]

            assert promise.next
            assert promise.by
            assert promise.source

    def test_files_only_what_a_ticket_can_be(self, centre: Profile) -> None:
        done_to_tickets = {"urge", "withdrawal", "rating"}

        assert set(centre.businesses) - done_to_tickets <= set(Kind)

    def test_knows_a_fault_by_its_kind(self, centre: Profile) -> None:
        assert centre.businesses["fault"].fields[0] == FAULT_KIND
        assert centre.fields[FAULT_KIND].type is FieldType.CHOICE

    def test_knows_who_is_not_content(self, centre: Profile) -> None:
        given = {choice.id for choice in centre.fields["satisfaction"].choices}

        assert given == set(OUTCOMES)

    def test_names_every_choice_once(self, centre: Profile) -> None:
        for field in centre.fields.values():
            assert len({choice.id for choice in field.choices}) == len(field.choices)
            assert len({choice.title for choice in field.choices}) == len(field.choices)

    def test_can_read_every_kind_of_field_out_of_a_line(self, centre: Profile) -> None:
        for field in centre.fields.values():
            assert field.type in {*DETAILS, FieldType.CHOICE, FieldType.STORY}

    def test_says_how_long_its_account_numbers_are(self, centre: Profile) -> None:
        for field in centre.fields.values():
            assert bool(field.digits) == (field.type is FieldType.ACCOUNT)

    def test_tells_the_emergency_ticket_number(self, centre: Profile) -> None:
        words = centre.wordings
        for wording in (words.emergency_ticket, words.emergency_known, words.emergency_details):
            assert "2026 1121 0001 2" in wording.format(no="2026 1121 0001 2")

    def test_closes_every_business_with_nothing_left_to_fill_in(self, centre: Profile) -> None:
        given = {"no": "号", "next": "接着", "by": "何时", "times": "1", "state": "已派工"}

        for business in centre.businesses.values():
            assert "{" not in business.closing.format(**given)

    def test_begins_with_buttons_that_say_something(self, centre: Profile) -> None:
        assert centre.starters
        for starter in centre.starters:
            assert starter.title
            assert starter.text


class TestAsksSomething:
    @pytest.mark.parametrize(
        "said", ["电费怎么算", "能不能先不填", "多久能来", "你们营业厅在哪里", "真的吗", "来不来？"]
    )
    def test_knows_a_question(self, power: Profile, said: str) -> None:
        assert power.asks_something(said)

    @pytest.mark.parametrize("said", ["幸福里6栋2单元301", "昨晚八点", "就我一家", "好的"])
    def test_knows_an_answer(self, power: Profile, said: str) -> None:
        assert not power.asks_something(said)


class TestFindPointedField:
    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ("地址错了", "address"),
            ("房号不对", "address"),
            ("电话写错了", "phone"),
            ("手机号要改", "phone"),
            ("时间不对", "since"),
            ("范围不对", "scope"),
            ("故障类别选错了", "fault_kind"),
        ],
    )
    def test_knows_what_is_pointed_at(self, power: Profile, said: str, field: str) -> None:
        assert power.find_pointed_field(said, FAULT_FIELDS) == field

    @pytest.mark.parametrize("said", ["不对", "错了", "改一下"])
    def test_knows_when_nothing_is_pointed_at(self, power: Profile, said: str) -> None:
        assert power.find_pointed_field(said, FAULT_FIELDS) is None

    def test_looks_only_among_what_may_be_meant(self, power: Profile) -> None:
        assert power.find_pointed_field("电话写错了", ["address", "since"]) is None


class TestIsAngry:
    @pytest.mark.parametrize("said", ["什么玩意", "你们就会踢皮球", "我要打12345"])
    def test_knows_anger(self, power: Profile, said: str) -> None:
        assert power.is_angry(said)

    @pytest.mark.parametrize("said", ["我家停电了", "麻烦快一点", "我要投诉"])
    def test_knows_none_in_a_plain_line(self, power: Profile, said: str) -> None:
        assert not power.is_angry(said)


class TestAskedOutright:
    @pytest.mark.parametrize(
        ("said", "intent"),
        [
            ("你好，我要投诉，前年排的队到现在没轮到", "complain"),
            ("投诉，你们挖坏了我的车", "complain"),
            ("想举报楼下偷电", "report_wrong"),
            ("那就给我报修吧", None),
            ("我要投诉怎么弄", None),
            ("投诉了三天没人理", None),
            ("不是来投诉的", None),
        ],
    )
    def test_hears_what_is_said_in_so_many_words(
        self, power: Profile, said: str, intent: str | None
    ) -> None:
        assert power.asked_outright(said) == intent
