"""Where an event is: which addresses lie together, and what of them is said to strangers."""

import pytest

from tickets.event import Level
from tickets.event_place import covers, key_of, lies_within, read_spot

ADDRESSES = [
    "幸福里6栋2单元301",
    "幸福里小区六号楼302",
    "西城区幸福里6栋",
    "杨柳路16号",
    "红旗村5组",
    "东风镇红旗村三组",
    "幸福里6-2-301",
    "幸福里二期6栋101",
    "幸福里东区6栋101",
    "建设路阳光花园3栋",
    "万科城市花园B区12号楼2101",
    "金地国际A3栋1201",
    "紫荆苑8#202",
]


class TestReadSpot:
    @pytest.mark.parametrize(
        ("address", "community", "building"),
        [
            ("幸福里6栋2单元301", "幸福里", "幸福里6栋"),
            ("西城区幸福里小区六号楼302", "西城区幸福里小区", "西城区幸福里小区六号楼"),
            ("幸福里6-2-301", "幸福里", "幸福里6栋"),
            ("东风镇红旗村三组", "东风镇红旗村", "东风镇红旗村三组"),
            ("万科城市花园B区12号楼2101", "万科城市花园", "万科城市花园B区12号楼"),
        ],
    )
    def test_says_estate_and_building_and_no_home(
        self, address: str, community: str, building: str
    ) -> None:
        spot = read_spot(address)

        assert spot is not None
        assert spot.area_at(Level.COMMUNITY) == community
        assert spot.area_at(Level.BUILDING) == building

    def test_tells_the_road_where_one_is_named(self) -> None:
        spot = read_spot("杨柳路16号")

        assert spot is not None
        assert spot.area_at(Level.ROAD) == "杨柳路"
        assert spot.area_at(Level.COMMUNITY) == ""

    @pytest.mark.parametrize("address", ["", "6栋301", "（31.20000，121.40000）", "就在这里"])
    def test_finds_nothing_where_no_estate_village_or_road_is_named(self, address: str) -> None:
        assert read_spot(address) is None

    @pytest.mark.parametrize("address", ADDRESSES)
    def test_reads_every_area_it_says_as_the_same_place(self, address: str) -> None:
        spot = read_spot(address)
        assert spot is not None

        for area in filter(None, map(spot.area_at, Level)):
            assert covers(area, address)
            assert read_spot(area) is not None


class TestCovers:
    @pytest.mark.parametrize(
        ("area", "address"),
        [
            ("幸福里6栋", "幸福里6栋2单元301"),
            ("幸福里6栋", "幸福里小区六号楼302"),
            ("幸福里6栋", "幸福里6-2-301"),
            ("幸福里六幢", "西城区幸福里6#501"),
            ("幸福里", "西城区幸福里小区6栋301"),
            ("幸福里", "幸福里二期8栋101"),
            ("西城区幸福里", "幸福里6栋301"),
            ("杨柳路", "杨柳路16号"),
            ("杨柳路", "杨柳路16号幸福里6栋301"),
            ("红旗村", "东风镇红旗村三组"),
            ("红旗村3组", "红旗村三组王家"),
        ],
    )
    def test_takes_in_however_it_is_written(self, area: str, address: str) -> None:
        assert covers(area, address)

    @pytest.mark.parametrize(
        ("area", "address"),
        [
            ("幸福里6栋", "幸福里16栋301"),
            ("幸福里6栋", "幸福里"),
            ("幸福里", "阳光花园6栋301"),
            ("西城区幸福里", "东城区幸福里6栋301"),
            ("幸福里一期6栋", "幸福里二期6栋301"),
            ("幸福里东区6栋", "幸福里西区6栋301"),
            ("杨柳路16号", "杨柳路18号"),
            ("杨柳路16号", "杨柳路幸福里16栋"),
            ("红旗村3组", "红旗村5组"),
            ("幸福里", "幸福路5号"),
            ("幸福里", "6栋301"),
        ],
    )
    def test_leaves_out_what_lies_elsewhere(self, area: str, address: str) -> None:
        assert not covers(area, address)

    def test_goes_by_the_words_of_an_area_that_cannot_be_read(self) -> None:
        assert covers("老一中对面", "城关老一中对面小卖部")
        assert not covers("老一中对面", "城关一中旁边")
        assert not covers(" ", "幸福里6栋301")


class TestLiesWithin:
    def test_is_one_way_for_a_building_in_its_estate(self) -> None:
        assert lies_within("幸福里6栋", "幸福里")
        assert not lies_within("幸福里", "幸福里6栋")


class TestKeyOf:
    def test_is_the_same_for_the_same_place(self) -> None:
        assert key_of("幸福里6栋") == key_of("幸福里小区六号楼")
        assert key_of("幸福里6栋") != key_of("幸福里16栋")
        assert key_of("一中 ") == key_of("一中")
