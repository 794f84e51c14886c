"""Twelve entries told apart by one word, and questions in which other words are louder.

An encoder that was never told looks at the story around the word; a tuned one at the word.
"""

from dataclasses import replace

from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.tuning_proof import Centre
from tests.knowledge.small_corpus import make_entry

THINGS = ("电表", "水表", "燃气灶", "热水器", "门禁卡", "路灯")
THINGS += ("电梯", "车位锁", "信箱", "垃圾桶", "井盖", "充电桩")
OTHERS = ("股票", "机票", "红烧肉", "电影票", "手机壳", "健身卡")
STORIES = (
    "下班回来正在做饭孩子等着吃，{}出毛病了",
    "明天亲戚要来家里住，发现{}有点问题",
    "老人一个人在家不敢动，说{}不太对劲",
    "搬家公司把东西搬完，{}就不好使了",
    "昨天下了一夜的大雨，今天{}不灵了",
    "快递员刚走我才看见，{}怎么这样了",
    "物业群里好几个人都说，自家{}也坏了",
    "装修师傅干完活以后，{}一直没恢复",
    "我在外地出差回不去，邻居讲{}有异常",
    "早上着急送孩子上学，碰上{}出故障",
    "刚交完钱还不到一周，{}又不行了",
    "半夜被响声吵醒一看，是{}的毛病",
)


def confusing_centre() -> Centre:
    """Each thing in every third story is a similar question; in the others it is asked."""
    entries, asked = [], []
    for number, thing in enumerate(THINGS):
        told = [story for place, story in enumerate(STORIES) if (place + number) % 3 == 0]
        questions = [story.format(thing) for story in told]
        entry_id = f"thing-{number}"
        entries.append(
            make_entry(entry_id, f"{thing}报修", *questions, answer=f"{thing}马上来修。")
        )
        asked += [labelled(story.format(thing), entry_id) for story in STORIES if story not in told]
    asked += [labelled(story.format(other)) for other in OTHERS for story in STORIES[:4]]
    return Centre(profile="property", entries=tuple(entries), held_out=asked)


def slipped_by_a_row(centre: Centre) -> Centre:
    """The same, after somebody's sheet slipped: each entry has its neighbour's questions."""
    entries = centre.entries
    neighbours = (*entries[1:], entries[0])
    mixed = [
        replace(entry, questions=neighbour.questions)
        for entry, neighbour in zip(entries, neighbours, strict=True)
    ]
    return replace(centre, entries=tuple(mixed))


def labelled(text: str, *entries: str) -> LabelledQuestion:
    """What is asked and the entries that answer it."""
    return LabelledQuestion(text=text, relevant=frozenset(entries))
