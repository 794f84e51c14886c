"""The learnt labeller of addresses: what it finds, where it leaves the rules alone, its file."""

import re
import sys
import time
from pathlib import Path

import pytest
import yaml

from conversations.reading import plain
from desk.settings import ROOT
from profiles.document import DocumentError
from tickets.place_fitting import Marked, read_said
from tickets.place_labels import PlaceLabeller
from tickets.places import choose_place, find_address, read_line
from tickets.profile import Profile

SAID = ROOT / "profiles" / "addresses_said.yml"
# said by the authors of training_data/nlu; the labeller learns from none of them
HELD_APART = yaml.safe_load(Path(__file__).with_name("developed_addresses.yml").read_text("utf-8"))
LEAST_F1 = 0.87
MOST_MS = 10.0


def bare(place: str | None) -> str | None:
    return re.sub(r"[\W_]", "", place) if place else None


def f1(labeller: PlaceLabeller | None, lines: list[Marked]) -> float:
    right = wrong = 0
    for marked in lines:
        told = choose_place(marked.line, marked.addresses)
        found = find_address(marked.line, labeller)
        if told and bare(told) == bare(found):
            right += 1
        else:
            wrong += (told is not None) + (found is not None)
    return 2 * right / (2 * right + wrong)


class TestFindAddress:
    @pytest.mark.parametrize(
        ("said", "address"),
        [
            ("我在晴川里，家里没气了", "晴川里"),
            ("麻烦查下丹霞苑12栋2单元801的余额", "丹霞苑12栋2单元801"),
            ("老火车站出站口对面，有根线掉地上了", "老火车站出站口对面"),
            ("我家搁前杨庄，电压低得很", "前杨庄"),
            ("我要报装 金沙里 200千瓦 找王总", "金沙里"),
        ],
    )
    def test_finds_what_the_rules_get_wrong(
        self, labeller: PlaceLabeller, said: str, address: str
    ) -> None:
        assert find_address(said) != address
        assert find_address(said, labeller) == address

    @pytest.mark.parametrize(
        "said",
        [
            "楼上天天拖椅子",
            "营业厅几点下班",
            "3号的账单怎么还没出来",
            "5月1号停电吗",
            "8楼停电了没有",
            "坏了两栋楼",
            "一户一表怎么办",
            "户号 3 3 0 1 8 8 7 7 6 6",
            "我的电话是幺三八二二六七五五零九",
        ],
    )
    def test_finds_none_where_none_is_told(self, labeller: PlaceLabeller, said: str) -> None:
        assert find_address(said, labeller) is None

    def test_leaves_it_to_the_rules_when_it_is_not_sure(self, labeller: PlaceLabeller) -> None:
        said = "幸福里6栋2单元301停电了"

        doubting = PlaceLabeller(labeller.model, sure=1.1)

        assert doubting.find(read_line(said)) is None
        assert find_address(said, doubting) == find_address(said) == "幸福里6栋2单元301"

    def test_is_ahead_of_the_rules_on_lines_held_apart(
        self, labeller: PlaceLabeller, power: Profile
    ) -> None:
        lines = [Marked.of(plain(line, power)) for line in HELD_APART["lines"]]

        alone, together = f1(None, lines), f1(labeller, lines)

        print(f"\naddresses held apart: rules {alone:.3f}, both {together:.3f}", file=sys.stderr)
        assert together >= max(LEAST_F1, alone)

    def test_is_quick(self, labeller: PlaceLabeller, power: Profile) -> None:
        lines = [Marked.of(plain(line, power)).line for line in HELD_APART["lines"]]
        begun = time.process_time()

        for line in lines:
            find_address(line, labeller)

        spent = (time.process_time() - begun) * 1000 / len(lines)
        print(f"\n{spent:.2f} ms a line", file=sys.stderr)
        assert spent < MOST_MS

    @pytest.mark.parametrize("said", ["", " ", "\n", "〔", "a" * 2000, "3栋" * 700])
    def test_bears_any_line(self, labeller: PlaceLabeller, said: str) -> None:
        find_address(said, labeller)


class TestLoad:
    def test_gives_back_what_was_saved(self, labeller: PlaceLabeller, tmp_path: Path) -> None:
        labeller.save(tmp_path / "places" / "labels.crf")

        again = PlaceLabeller.load(tmp_path / "places" / "labels.crf")

        reading = read_line("我在晴川里，家里没气了")
        assert again.sure == labeller.sure
        assert again.label(reading) == labeller.label(reading)

    @pytest.mark.parametrize("held", [b"", b"lCRF", b"\0" * 100])
    def test_refuses_a_file_that_is_not_whole(self, tmp_path: Path, held: bytes) -> None:
        path = tmp_path / "labels.crf"
        path.write_bytes(held)

        with pytest.raises(ValueError, match="not as it was written"):
            PlaceLabeller.load(path)


class TestReadSaid:
    def test_learns_from_no_line_that_is_held_apart(self) -> None:
        learnt = {Marked.of(line).line for line in read_said(SAID).lines()}

        apart = {Marked.of(line).line for line in HELD_APART["lines"]}
        for name in ("heldout_details.yml", "fresh_details.yml"):
            held = yaml.safe_load(Path(__file__).with_name(name).read_text("utf-8"))
            apart |= {each["line"] for each in held["lines"]}
        shared = learnt & apart
        assert not shared, f"{len(shared)} lines are in both"

    @pytest.mark.parametrize("line", ["我在〔幸福里", "〔幸福〔里〕6栋〕", "幸福里〕"])
    def test_says_where_brackets_do_not_fit(self, tmp_path: Path, line: str) -> None:
        path = tmp_path / "said.yml"
        path.write_text(
            f"said:\n  estates:\n    - {line}\n    - 〔甲〕\n    - 〔乙〕\n    - 〔丙〕\n"
            "    - 〔丁〕\ncarriers: []\nnone: [一, 二, 三, 四, 五]\n",
            encoding="utf-8",
        )

        with pytest.raises(DocumentError, match=r"said\.yml:3.*brackets"):
            read_said(path)

    def test_marks_the_address_and_other_places(self) -> None:
        marked = Marked.of("不是〈6栋〉，是〔8栋〕")

        assert marked.line == "不是6栋，是8栋"
        assert marked.labels() == ["O", "O", "b", "i", "O", "O", "B", "I"]
