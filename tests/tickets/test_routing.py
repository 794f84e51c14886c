"""To which department a ticket goes, by the rules of the centres as they are delivered."""

from typing import Any

import pytest

from tests.tickets.timed import TERMS
from tickets.routing import Matter, Rule, route
from tickets.ticket import Kind


def goes(profile: str, kind: Kind, *, area: str | None = None, **fields: str) -> str | None:
    terms = TERMS[profile]
    return route(Matter(kind=kind, fields=fields, area=area), terms.routing, terms.limits)


class TestEveryCentre:
    @pytest.mark.parametrize(
        ("profile", "kind", "fields", "department"),
        [
            ("power", Kind.FAULT, {"fault_kind": "停电"}, "repair"),
            ("power", Kind.FAULT, {"fault_kind": "电表异常"}, "metering"),
            ("power", Kind.APPLICATION, {"application_kind": "充电桩报装"}, "business"),
            ("power", Kind.APPLICATION, {"application_kind": "过户"}, "service"),
            ("power", Kind.REPORT, {"matter": "有人偷电"}, "inspection"),
            ("gas", Kind.FAULT, {"fault_kind": "停气", "scope": "只有我家"}, "repair"),
            ("gas", Kind.FAULT, {"fault_kind": "停气", "scope": "整个小区或一片"}, "emergency"),
            ("gas", Kind.FAULT, {"fault_kind": "管道阀门"}, "emergency"),
            ("gas", Kind.APPLICATION, {"application_kind": "过户"}, "service"),
            ("gas", Kind.APPLICATION, {"application_kind": "报装"}, "business"),
            ("property", Kind.FAULT, {"fault_kind": "电梯"}, "engineering"),
            ("property", Kind.EMERGENCY, {"emergency": "有人被困"}, "duty"),
            ("property", Kind.EMERGENCY, {"emergency": "电力设备被淹"}, "engineering"),
            ("property", Kind.APPLICATION, {"application_kind": "搬家放行"}, "order"),
            # the front desk keeps it; another department is for the supervisor to say
            ("property", Kind.COMPLAINT, {"matter": "电梯又坏了，保安也不管"}, "service"),
        ],
    )
    def test_sends_it_to_those_who_have_to_do_with_it(
        self, profile: str, kind: Kind, fields: dict[str, str], department: str
    ) -> None:
        assert goes(profile, kind, **fields) == department

    @pytest.mark.parametrize("profile", ["power", "gas", "property"])
    @pytest.mark.parametrize("kind", list(Kind))
    def test_has_somebody_for_every_kind(self, profile: str, kind: Kind) -> None:
        assert goes(profile, kind) in TERMS[profile].limits.departments


class TestRoute:
    def test_follows_the_area(self) -> None:
        assert goes("power", Kind.FAULT, area="rural", fault_kind="停电") == "station"
        assert goes("power", Kind.FAULT, area="urban", fault_kind="停电") == "repair"

    def test_takes_the_first_rule_that_fits(self) -> None:
        # an electricity meter in the country
        assert goes("power", Kind.FAULT, area="rural", fault_kind="电表异常") == "metering"

    @pytest.mark.parametrize(
        ("words", "department"),
        [
            ("楼下垃圾没人收", "environment"),
            ("消防通道停满了车", "order"),
            ("健身器材松了", "engineering"),
        ],
    )
    def test_reads_what_the_customer_said(self, words: str, department: str) -> None:
        assert goes("property", Kind.FAULT, fault_kind="其他报修", words=words) == department

    def test_reads_no_address(self) -> None:
        told = {"fault_kind": "其他报修", "address": "绿化路5号"}

        assert goes("property", Kind.FAULT, **told) == "engineering"

    @pytest.mark.parametrize(
        ("class_id", "department"),
        [
            ("major", "duty"),
            ("important", "service"),
            # until it is judged, and when its class is gone, it counts as minor
            (None, "order"),
            ("of old", "order"),
        ],
    )
    def test_follows_the_class(self, class_id: str | None, department: str) -> None:
        rules = [rule(class_id="major", department="duty"), rule(class_id="minor")]
        matter = Matter(kind=Kind.COMPLAINT, fields={}, class_id=class_id)

        assert route(matter, rules, TERMS["property"].limits) == department

    def test_wants_every_condition_met(self) -> None:
        both = rule(fields={"scope": ("自家", "公共区域")}, words=("灯",))

        def sent(**fields: str) -> str | None:
            matter = Matter(kind=Kind.COMPLAINT, fields=fields)
            return route(matter, [both], TERMS["property"].limits)

        assert sent(scope="自家", words="灯不亮") == "order"
        assert sent(scope="自家", words="门坏了") == sent(words="灯不亮") == "service"


def rule(**more: Any) -> Rule:
    given = {"kind": Kind.COMPLAINT, "department": "order", "source": "本中心", **more}
    return Rule(**given)
