"""The limits of every centre as they stand, and files with a slip in them."""

import shutil
from pathlib import Path

import pytest

from desk.settings import ROOT
from profiles.document import DocumentError
from tickets.limits import Limits, Span, Unit, What
from tickets.limits_file import load_limits
from tickets.ticket import Kind

PROFILES = ROOT / "profiles"


@pytest.fixture(params=["power", "gas", "property"], scope="module")
def limits(request: pytest.FixtureRequest) -> Limits:
    return load_limits(PROFILES / str(request.param))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the property centre's limits, to be spoilt."""
    shutil.copy(PROFILES / "property/limits.yml", tmp_path)
    return tmp_path


def refusal(folder: Path, old: str, new: str) -> tuple[str, bool]:
    """Why the file is refused after a change, and whether the line of the change is named."""
    path = folder / "limits.yml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DocumentError) as refused:
        load_limits(folder)
    assert refused.value.path == path
    line = text[: text.index(old)].count("\n") + 1
    return refused.value.reason, refused.value.line == line


class TestLoadLimits:
    def test_reads_every_centre(self, limits: Limits) -> None:
        assert limits.limits

    def test_every_value_names_its_source(self, limits: Limits) -> None:
        assert all(each.source.strip() for each in limits.limits)

    def test_what_has_no_figure_is_open(self, limits: Limits) -> None:
        assert all(each.open for each in limits.limits if each.within is None)

    def test_keeps_the_figures_of_requirements(self) -> None:
        power = load_limits(PROFILES / "power")
        on_site = {
            each.area: each.within
            for each in power.limits
            if each.kind is Kind.FAULT and each.what is What.ON_SITE
        }

        assert on_site == {
            "urban": Span(45, Unit.MINUTES),
            "rural": Span(90, Unit.MINUTES),
            "remote": Span(120, Unit.MINUTES),
        }

    def test_only_the_supervisor_judges_a_complaint_invalid(self) -> None:
        limits = load_limits(PROFILES / "property")

        may = [role for role in limits.roles if limits.may_judge(role, Kind.COMPLAINT, "invalid")]

        assert may == ["service_supervisor"]
        assert not limits.may_judge("service_supervisor", Kind.FAULT, "invalid")

    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            ("  on_hold: {", "  answered: {", "nothing is parked in answered"),
            ("within: 1 天, source", "within: 1, source", "1 has no unit"),
            ("within: 15 分钟", "within: 15", "15 has no unit"),
            ("within: 15 分钟", "within: 15 min", "unknown unit 'min'"),
            ("within: 15 分钟", "within: 很快", "is no limit"),
            ("within: 15 分钟", "within: 0 分钟", "more than nothing"),
            ("within: 15 分钟", "within: -5 分钟", "is no limit"),
            ("within: 15 分钟", "within: 9000 小时", "at most a year"),
            ("department: engineering", "department: enginering", "no department 'enginering'"),
            ("what: on_site", "what: onsite", "Input should be"),
            ("kind: fault", "kind: faults", "Input should be"),
            ("class: minor", "class: tiny", "complaint has no class 'tiny'"),
            ("hours: day", "hours: night", "no opening hours 'night'"),
            ("judged_by: [front_desk, building_agent]", "judged_by: []", "at least 1 item"),
            ("judged_by: [front_desk, building_agent]", "judged_by: [boss]", "no role 'boss'"),
            ("role: service_supervisor", "role: building_chief", "no role 'building_chief'"),
            ("tell: [property_manager, ", "tell: [boss, ", "no role 'boss' to be told"),
            ("    - id: minor", "    - id: important", "there twice"),
            ("complaint: minor", "complaint: tiny", "complaint has no class 'tiny'"),
            ("from: resolved", "from: waiting", "no clock starts from 'waiting'"),
            ("warn: 80%", "warn: 0%", "from the start"),
            ("warn: 80%", "warn: 早点", "is no limit"),
            ("stops: true", "stopps: true", "Extra inputs"),
            ("source: 客服部制度汇编（002）15 分钟", 'source: "" # ', "at least 1 character"),
        ],
    )
    def test_says_where_a_slip_is(self, folder: Path, old: str, new: str, reason: str) -> None:
        said, names_its_line = refusal(folder, old, new)

        assert reason in said
        assert names_its_line or old == "    - id: minor"

    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            ("    within: 15 分钟\n", "", "it has no figure"),
            ('week: {mon-sun: ["7:50-18:00"]}', 'week: {mon-sun: ["18:00-7:50"]}', "two blocks"),
            (
                "    class: minor\n    what: resolve",
                "    class: minor\n    what: answer",
                "already",
            ),
            ("within: 15 分钟", "within: 15 分钟\n    area: moon", "no area 'moon'"),
            ("within: 15 分钟", "within: 15 分钟\n    until: closing", "only a limit in days"),
            ("within: 2 天", "within: 2 天\n    until: closing", "name the `hours`"),
            ("within: 2 天", "within: 2 天\n    hours: day", "until: closing"),
            ("within: 2 天", "within: 2 天\n    warn: 3 小时", "cannot be counted in 2 天"),
            ("within: 2 天", "within: 2 天\n    warn: 2 天", "before the limit of 2 天 starts"),
            ("warn: 80%", "warn: 20 分钟", "before the limit of 15 分钟 starts"),
            (
                "title: 人工值班",
                "title: 人工值班\n    on_holiday: []\n    on_make_up: ['8:00-9:00']",
                "follow",
            ),
        ],
    )
    def test_refuses_what_contradicts_itself(
        self, folder: Path, old: str, new: str, reason: str
    ) -> None:
        assert reason in refusal(folder, old, new)[0]

    @pytest.mark.parametrize(
        ("nobody", "old", "reason"),
        [
            ("front_desk", "{role: front_desk}", "nobody would be told: no one among the posts"),
            ("general_manager", "tell: [property_manager, general_manager]", "nobody would be"),
        ],
    )
    def test_refuses_to_tell_a_post_that_nobody_holds(
        self, folder: Path, nobody: str, old: str, reason: str
    ) -> None:
        path = folder / "limits.yml"
        posts, rest = path.read_text(encoding="utf-8").split("chain:", 1)
        held = posts.index("posts:")
        # the role is known, and may judge beside others
        posts = posts[:held] + posts[held:].replace(nobody, "service_supervisor")
        path.write_text(f"{posts}chain:{rest}", encoding="utf-8")

        said, names_its_line = refusal(folder, old, old)

        assert reason in said
        assert nobody in said
        assert names_its_line

    def test_refuses_a_chain_in_which_nobody_may_know_of_a_report(self, folder: Path) -> None:
        path = folder / "limits.yml"
        text = path.read_text(encoding="utf-8")
        for line in (
            "{role: service_manager, after: 30 分钟}",
            "{role: property_manager, after: 2 小时}",
        ):
            text = text.replace(f"    - {line}\n", "")
        path.write_text(text, encoding="utf-8")

        said, names_its_line = refusal(folder, "rungs:", "rungs:")

        assert "nobody would be told of a report" in said
        assert names_its_line

    def test_runs_no_tags(self, folder: Path) -> None:
        said, _ = refusal(folder, "warn: 80%", "warn: !!python/object/apply:os.system [true]")

        assert "os.system" in said
