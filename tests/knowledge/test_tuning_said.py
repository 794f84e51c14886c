"""What people said is learned from where it was found right, and never what is tested."""

from dataclasses import replace

import pytest

from knowledge.encoder import OnnxEncoder
from knowledge.entry import EntryKind
from knowledge.importing.questions_yaml import LabelledQuestion
from knowledge.picks import Outcome
from knowledge.tuning_material import gather
from knowledge.tuning_proof import Centre
from knowledge.tuning_said import Judged, Said, found_right, teachable, to_keep_away
from tests.knowledge.small_corpus import PAYING, SMALL_CORPUS, WAITING

PICKED, EDITED = Outcome.PICKED, Outcome.EDITED
IGNORED, WRONG = Outcome.IGNORED, Outcome.WRONG
PAY = PAYING.entry_id


class TestFoundRight:
    def test_takes_a_line_whose_wording_was_sent_as_it_was_or_edited(self) -> None:
        judged = [Judged("上哪儿交电费", PAY, PICKED), Judged("电费咋付", PAY, EDITED)]

        assert found_right(judged) == [Said("上哪儿交电费", PAY), Said("电费咋付", PAY)]

    def test_leaves_what_nobody_sent(self) -> None:
        assert found_right([Judged("上哪儿交电费", PAY, IGNORED)]) == []

    def test_leaves_what_another_agent_called_wrong(self) -> None:
        judged = [Judged("上哪儿交电费？", PAY, PICKED), Judged("上哪儿交电费", PAY, WRONG)]

        assert found_right(judged) == []

    def test_takes_a_line_once_however_often_it_was_answered(self) -> None:
        judged = [Judged("上哪儿交电费", PAY, PICKED), Judged("上哪儿交电费!", PAY, PICKED)]

        assert len(found_right(judged)) == 1


class TestTeachable:
    def test_leaves_a_line_that_names_nothing(self) -> None:
        assert teachable([Said("嗯好的", PAY)], SMALL_CORPUS) == []

    def test_leaves_a_script_which_the_moment_calls_for(self) -> None:
        script = replace(PAYING, entry_id="greeting", kind=EntryKind.SCRIPT)

        assert teachable([Said("我要交电费呀", "greeting")], [script]) == []

    def test_leaves_what_was_said_to_an_entry_that_is_gone(self) -> None:
        assert teachable([Said("我要交电费呀", "gone")], SMALL_CORPUS) == []


@pytest.mark.needs_encoder
class TestKeptAway:
    def test_is_every_held_out_question_whatever_its_punctuation(
        self, encoder: OnnxEncoder
    ) -> None:
        away = to_keep_away([], ["电费，怎么交？"], encode=encoder.encode_texts)

        assert away == {"电费怎么交"}

    def test_is_what_people_said_in_nearly_the_same_words(self, encoder: OnnxEncoder) -> None:
        near, far = Said("师傅多长时间能赶到呢", PAY), Said("银行卡里怎么自动扣电费", PAY)

        away = to_keep_away([near, far], ["抢修师傅多长时间能赶到"], encode=encoder.encode_texts)

        assert "师傅多长时间能赶到呢" in away
        assert "银行卡里怎么自动扣电费" not in away

    def test_is_no_part_of_the_material_even_where_an_entry_holds_it_by_now(
        self, encoder: OnnxEncoder
    ) -> None:
        tested = "抢修师傅多长时间能赶到"
        confirmed = Said("师傅多长时间能赶到呢", WAITING.entry_id)
        fresh = Said("停了两个钟头的电还没人来", WAITING.entry_id)
        held = replace(WAITING, questions=(*WAITING.questions, tested, confirmed.text))
        centre = Centre(
            profile="power",
            entries=[held, *(each for each in SMALL_CORPUS if each is not WAITING)],
            held_out=[],
            tests=[LabelledQuestion(text=tested, relevant=frozenset({WAITING.entry_id}))],
            said=[confirmed, fresh],
        )

        gathered = gather([centre], encoder.encode_texts)

        learned = gathered.materials[0].texts()
        assert fresh.text in learned
        assert tested not in learned
        assert confirmed.text not in learned
        assert (gathered.said, gathered.kept_away) == (1, 1)

    def test_is_what_another_centre_is_tested_with(self, encoder: OnnxEncoder) -> None:
        said = Said("停了两个钟头的电还没人来", WAITING.entry_id)
        ours = Centre(profile="power", entries=SMALL_CORPUS, held_out=[], said=[said])
        asked = LabelledQuestion(text=said.text, relevant=frozenset())
        theirs = Centre(profile="gas", entries=SMALL_CORPUS, held_out=[], tests=[asked])

        gathered = gather([ours, theirs], encoder.encode_texts)

        assert (gathered.said, gathered.kept_away) == (0, 1)
