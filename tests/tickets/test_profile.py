"""A centre's settings: the power centre as it stands, and a file with a slip in it."""

from pathlib import Path

import pytest

from actions.faults import FIELDS
from desk.settings import ROOT
from profiles.document import DocumentError
from tickets.profile import Profile, load_profile
from tickets.ticket import Kind, State

POWER = ROOT / "profiles" / "power" / "profile.yml"


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    """A copy of the power centre's folder, to be spoilt."""
    (tmp_path / "profile.yml").write_text(POWER.read_text(encoding="utf-8"), encoding="utf-8")
    return tmp_path


def spoil(centre: Path, old: str, new: str) -> int:
    """Replace `old` once; returns the line it stood on."""
    path = centre / "profile.yml"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


class TestLoadProfile:
    def test_reads_the_power_centre(self) -> None:
        power = load_profile(POWER.parent)

        assert (power.name, power.hotline, power.timezone) == ("power", "95598", "Asia/Shanghai")
        assert power.greeting.startswith("您好")

    def test_refuses_a_key_it_does_not_know(self, centre: Path) -> None:
        line = spoil(centre, "hotline:", "hot_line: 95598\nhotline:")

        with pytest.raises(DocumentError, match="hot_line: Extra inputs") as refused:
            load_profile(centre)

        assert str(refused.value).startswith(f"{centre / 'profile.yml'}:{line}: ")

    def test_refuses_an_unknown_key_deep_inside(self, centre: Path) -> None:
        line = spoil(centre, '    call: "120"\n', '    call: "120"\n    phone: "120"\n') + 1

        with pytest.raises(DocumentError, match=r"emergencies\.0\.phone") as refused:
            load_profile(centre)

        assert refused.value.line == line

    def test_refuses_a_file_without_one_of_its_parts(self, centre: Path) -> None:
        spoil(centre, 'hotline: "95598"\n', "")

        with pytest.raises(DocumentError, match="hotline: Field required") as refused:
            load_profile(centre)

        assert str(refused.value).startswith(f"{centre / 'profile.yml'}:1: ")

    def test_names_the_item_that_lacks_a_part(self, centre: Path) -> None:
        line = spoil(centre, "    title: 跳闸\n", "") - 1

        with pytest.raises(
            DocumentError, match=r"fault_kinds\.1\.title: Field required"
        ) as refused:
            load_profile(centre)

        assert refused.value.line == line

    @pytest.mark.parametrize(
        ("old", "new", "place"),
        [
            ('    call: "120"', "    call: 120", r"emergencies\.0\.call"),
            ("    title: 有人触电", "    title: [有人触电]", r"emergencies\.0\.title"),
        ],
        ids=["a number unquoted", "a list for a title"],
    )
    def test_refuses_a_value_of_the_wrong_kind(
        self, centre: Path, old: str, new: str, place: str
    ) -> None:
        line = spoil(centre, old, new)

        with pytest.raises(DocumentError, match=place) as refused:
            load_profile(centre)

        assert refused.value.line == line

    def test_refuses_a_choice_nobody_can_mean(self, centre: Path) -> None:
        wordless = "fault_kinds:\n  - {id: odd, title: 奇怪的事, words: []}\n"
        line = spoil(centre, "fault_kinds:\n", wordless) + 1

        with pytest.raises(DocumentError, match=r"fault_kinds\.0\.words: .*at least 1") as refused:
            load_profile(centre)

        assert refused.value.line == line

    def test_says_that_there_is_no_file(self, tmp_path: Path) -> None:
        with pytest.raises(DocumentError, match="No such file"):
            load_profile(tmp_path)


class TestPower:
    """What the code asks of a profile, the power centre has."""

    def test_has_a_label_for_everything_a_ticket_shows(self, power: Profile) -> None:
        assert set(power.kind_labels) == set(Kind)
        assert set(power.state_labels) == set(State)
        assert set(FIELDS) <= set(power.field_labels)

    @pytest.mark.parametrize("kind", [Kind.FAULT, Kind.CALLBACK, Kind.COMPLAINT, Kind.EMERGENCY])
    def test_promises_something_for_every_kind_that_is_filed(
        self, power: Profile, kind: Kind
    ) -> None:
        promise = power.promises[kind]

        assert promise.next
        assert promise.by
        assert promise.source

    def test_tells_the_emergency_ticket_number(self, power: Profile) -> None:
        for wording in (power.wordings.emergency_ticket, power.wordings.emergency_details):
            assert "2026 1121 0001 2" in wording.format(no="2026 1121 0001 2")

    def test_names_every_choice_once(self, power: Profile) -> None:
        for choices in (power.fault_kinds, power.scopes):
            assert len({choice.id for choice in choices}) == len(choices)
            assert len({choice.title for choice in choices}) == len(choices)


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
        assert power.find_pointed_field(said) == field

    @pytest.mark.parametrize("said", ["不对", "错了", "改一下"])
    def test_knows_when_nothing_is_pointed_at(self, power: Profile, said: str) -> None:
        assert power.find_pointed_field(said) is None
