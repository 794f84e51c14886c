"""The second net under the words of danger: what it hears, what it leaves, what it is kept in."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from conversations.danger_fitting import read_said
from conversations.danger_net import DangerNet
from conversations.emergency import find_emergency
from conversations.line_net import NONE
from conversations.reading import plain
from desk.paths import Paths
from desk.settings import ROOT, Settings
from desk.steps import SAID, ensure_danger_net
from knowledge.encoder import OnnxEncoder
from profiles.document import DocumentError
from tests.conversations.scripted import Centre, EchoBot
from tickets.profile import Profile
from tickets.ticket import Kind

# nothing in it is a word of danger
DOUBTFUL = "梯子卡半道了 里头俩娃在哭"

pytestmark = pytest.mark.needs_encoder

OpenCentre = Callable[..., Centre]

HERE = Path(__file__).parent
# on lists by another author that nobody learnt from or tuned on: heard at all, alarmed at once
LEAST_HEARD, LEAST_ALARMED = 0.93, 0.75
MOST_ASKED_FOR_NOTHING, MOST_FALSE_ALARMS = 0.18, 0.12
# … and on the list of look-alikes that the words were tuned on, which the net never saw
MOST_FALSE_ALARMS_ON_LOOKALIKES = 0.025


@pytest.fixture(scope="module")
def net(encoder: OnnxEncoder) -> DangerNet:
    """As `make setup` made it; learned here when the lines changed since."""
    settings = Settings()
    ensure_danger_net(settings, say=print)
    return DangerNet.load(Paths.of(settings).danger_net)


def lines_of(name: str) -> list[str]:
    held = yaml.safe_load((HERE / name).read_text("utf-8"))
    return [line for lines in held.values() for line in lines]


def share(flags: list[bool]) -> float:
    return sum(flags) / len(flags)


class Ear:
    """The words of danger and the net together, as the desk hears."""

    def __init__(self, net: DangerNet, encoder: OnnxEncoder, profile: Profile) -> None:
        self._net, self._encoder, self._profile = net, encoder, profile

    def alarms(self, line: str) -> bool:
        text = plain(line, self._profile)
        sensed = self._net.find(text, self._encoder.encode_query(text))
        by_words = find_emergency(text, self._profile) is not None
        return by_words or (sensed is not None and sensed.is_sure)

    def hears(self, line: str) -> bool:
        text = plain(line, self._profile)
        by_words = find_emergency(text, self._profile) is not None
        return by_words or self._net.find(text, self._encoder.encode_query(text)) is not None


@pytest.fixture(scope="module")
def ear(net: DangerNet, encoder: OnnxEncoder, power: Profile) -> Ear:
    return Ear(net, encoder, power)


class TestFind:
    @pytest.mark.parametrize(
        ("said", "dangers"),
        [
            ("灶台下面嗞嗞响 屋里味道辣眼睛 老公说头有点晕", {"gas", "co"}),
            ("梯子卡半道了 里头俩娃在哭", {"trapped"}),
        ],
    )
    def test_hears_what_a_danger_sounds_like(
        self, net: DangerNet, encoder: OnnxEncoder, said: str, dangers: set[str]
    ) -> None:
        sensed = net.find(said, encoder.encode_query(said))

        assert sensed is not None
        assert sensed.danger in dangers

    @pytest.mark.parametrize("said", ["电费怎么交", "您好", "幸福里6栋2单元301", "我要投诉抄表员"])
    def test_leaves_everyday_lines(self, net: DangerNet, encoder: OnnxEncoder, said: str) -> None:
        assert net.find(said, encoder.encode_query(said)) is None

    def test_hears_most_dangers_that_nobody_learnt_from(self, ear: Ear) -> None:
        dangers = lines_of("fresh_dangers.yml")

        heard, alarmed = share(list(map(ear.hears, dangers))), share(list(map(ear.alarms, dangers)))

        print(f"\n{len(dangers)} fresh dangers: {heard:.2f} heard, {alarmed:.2f} alarmed at once")
        assert heard >= LEAST_HEARD
        assert alarmed >= LEAST_ALARMED

    def test_seldom_rings_for_nothing(self, ear: Ear) -> None:
        harmless, lookalikes = lines_of("fresh_harmless.yml"), lines_of("heldout_harmless.yml")

        asked, alarmed = (
            share(list(map(ear.hears, harmless))),
            share(list(map(ear.alarms, harmless))),
        )
        false_alarms = share(list(map(ear.alarms, lookalikes)))

        print(
            f"\n{len(harmless)} fresh look-alikes: {asked:.2f} asked, {alarmed:.2f} alarmed; "
            f"{len(lookalikes)} known ones: {false_alarms:.3f} alarmed"
        )
        assert asked <= MOST_ASKED_FOR_NOTHING
        assert alarmed <= MOST_FALSE_ALARMS
        assert false_alarms <= MOST_FALSE_ALARMS_ON_LOOKALIKES


class TestLoad:
    def test_gives_back_what_was_saved(
        self, net: DangerNet, encoder: OnnxEncoder, tmp_path: Path
    ) -> None:
        net.save(tmp_path / "dangers" / "net.npz")

        again = DangerNet.load(tmp_path / "dangers" / "net.npz")

        said, vector = "墙上插座往外蹦火星子", encoder.encode_query("墙上插座往外蹦火星子")
        assert again.names == net.names
        assert NONE in again.names
        assert np.allclose(
            again.chances([said], vector.reshape(1, -1)), net.chances([said], vector.reshape(1, -1))
        )

    def test_runs_nothing_that_somebody_put_into_the_file(self, tmp_path: Path) -> None:
        path = tmp_path / "net.npz"
        np.savez(path, encoder=np.array([object()], dtype=object))

        with pytest.raises(ValueError, match="allow_pickle"):
            DangerNet.load(path)


class TestReadSaid:
    def test_names_only_dangers_that_are_described(self, power: Profile) -> None:
        assert set(read_said(ROOT / "profiles" / SAID).said) == set(power.dangers)

    def test_says_where_a_file_is_wrong(self, tmp_path: Path) -> None:
        path = tmp_path / "said.yml"
        path.write_text("said:\n  gas: 味道\nharmless: []\n", encoding="utf-8")

        with pytest.raises(DocumentError, match=r"said\.yml:2"):
            read_said(path)


class TestTheCustomer:
    async def test_is_warned_when_it_is_sure(
        self, open_informed_centre: OpenCentre, net: DangerNet, power: Profile
    ) -> None:
        centre = open_informed_centre(EchoBot(), net=replace(net, alarm=net.doubt))
        lihua = await centre.opens()

        await lihua.says(DOUBTFUL)

        (ticket,) = await centre.tickets.list_tickets()
        assert ticket.kind is Kind.EMERGENCY

    async def test_is_asked_when_it_is_in_doubt_and_answered_all_the_same(
        self, open_informed_centre: OpenCentre, net: DangerNet, power: Profile
    ) -> None:
        centre = open_informed_centre(EchoBot(), net=replace(net, alarm=1.1))
        lihua = await centre.opens()

        asked, answer = await lihua.says(DOUBTFUL)

        assert asked == power.wordings.perhaps_danger
        assert answer.startswith("第1句")
        assert await centre.tickets.list_tickets() == []

    async def test_raises_the_alarm_with_one_press(
        self, open_informed_centre: OpenCentre, net: DangerNet, power: Profile
    ) -> None:
        centre = open_informed_centre(EchoBot(), net=replace(net, alarm=1.1))
        lihua = await centre.opens()
        await lihua.says(DOUBTFUL)

        await lihua.says(power.wordings.danger_now, payload='/danger{"danger": "trapped"}')

        (ticket,) = await centre.tickets.list_tickets()
        assert ticket.kind is Kind.EMERGENCY
        assert ticket.urgent
