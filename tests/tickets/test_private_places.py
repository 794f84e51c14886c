"""House and room numbers are hidden however they are written, and nothing else is."""

import pytest

from tickets.private_places import mask_homes


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("幸福里6栋2单元301停电了", "幸福里**栋**单元**停电了"),
        ("翠湖花园3号楼1202室", "翠湖花园**号楼**室"),
        ("文三路88号没气", "文三路**号没气"),
        ("凯旋门11-3-702", "凯旋门**"),
        ("幸福里6-301，昨晚停的", "幸福里**，昨晚停的"),
        ("我住六栋二单元三零一", "我住**栋**单元**"),
        ("６栋３０１", "**栋**"),
    ],
)
def test_hides_which_door_it_is(said: str, shown: str) -> None:
    assert mask_homes(said) == shown


@pytest.mark.parametrize(
    "text",
    [
        "11月20号来过，等了3天",
        "这个月20号之前",
        "2026-11-21 09:30",
        "客服400-800-1234",
        "工单2026112100012",
        "整栋楼停电2小时了",
        "我们这栋30分钟前停的",
        "一户一表，3楼没有电",
        "欠费5200.50元",
        "",
    ],
)
def test_leaves_what_is_no_door(text: str) -> None:
    assert mask_homes(text) == text


def test_hides_nothing_twice() -> None:
    once = mask_homes("幸福里6栋2单元301，文三路88号")

    assert mask_homes(once) == once
