"""Private people's data is covered; what a centre tells everybody is not."""

import pytest

from knowledge.importing.masking import Masker
from knowledge.importing.rules import load_rules


@pytest.fixture(scope="module")
def masker() -> Masker:
    return Masker(load_rules().masking, frozenset({"0571-96300"}))


class TestMask:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("手机13812345678", "手机138****5678"),
            ("手机 138 1234 5678", "手机 138****5678"),
            ("手机+86 138-1234-5678。", "手机+86 138****5678。"),
            ("手机1381 234 5678", "手机138****5678"),
            ("家里0571-87654321", "家里0571-******21"),
            ("家庭电话：87654321", "家庭电话：******21"),
            ("身份证33010619900101123X", "身份证330*************3X"),
            ("6222021234567890128 的卡", "6222************128 的卡"),
            ("卡号：6228480012345678", "卡号：6228*********678"),
            ("车牌浙A12345、沪AD12345", "车牌浙A****5、沪A*****5"),
            ("联系人：张三 13812345678", "联系人：张*** 138****5678"),
            ("王丽（13812345678）", "王***（138****5678）"),
            ("投诉人：欧阳修远，已回访", "投诉人：欧阳***，已回访"),
            ("请找张建国经理", "请找张经理"),
            ("业主李明女士来电", "业主李女士来电"),
        ],
    )
    def test_covers_what_is_private(self, masker: Masker, before: str, after: str) -> None:
        assert masker.mask(before)[0] == after

    @pytest.mark.parametrize(
        "text",
        [
            "请拨打95598、12398、12345、96300或119",
            "燃气热线400-800-1234、4008001234、800 810 1234",
            "公司总机0571-96300",
            "服务热线：0571-87654321",
            "营业厅电话 0571-87654321",
            # not a card: the last digit does not fit
            "6222021234567890129 是流水号",
            "户号3301234567890，表号20231234567",
            "工单号20261122001234567",
            "每户最多13800元",
            "中山路138号12幢345室",
            "2026-11-22 08:30:00",
            "依据GB17820-2018和DL/T614",
            "负责人：应在24小时内联系",
            "联系人：王师傅",
            "客户经理、值班经理、物业主任",
            "由客服主管向部门主管汇报",
            "任何女士和先生",
        ],
    )
    def test_leaves_what_is_public_or_nobodys(self, masker: Masker, text: str) -> None:
        assert masker.mask(text) == (text, [])

    def test_trusts_the_title_to_say_whose_number_it_is(self, masker: Masker) -> None:
        number = "0571-87654321"

        assert masker.mask(number, context="城东营业厅的电话")[0] == number
        assert masker.mask(number)[0] != number

    def test_tells_what_it_covered(self, masker: Masker) -> None:
        _, found = masker.mask("联系人：张三 13812345678")

        assert [(each.what, each.after) for each in found] == [
            ("手机号", "138****5678"),
            ("姓名", "张***"),
        ]


class TestHoldsPrivateData:
    @pytest.mark.parametrize("text", ["手机13812345678", "手机138****5678", "浙A12345"])
    def test_sees_it_open_or_covered(self, masker: Masker, text: str) -> None:
        assert masker.holds_private_data(text)

    @pytest.mark.parametrize("text", ["热线95598", "请**注意**安全", "3*4=12"])
    def test_sees_nothing_in_other_words(self, masker: Masker, text: str) -> None:
        assert not masker.holds_private_data(text)
