"""Reading updates: what each kind says, and that nothing in one makes us stumble."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.telegram_updates import letter_of, plain_phone, read_update
from conversations.door import Heard, Kind, Letter

NOW = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
PRIVATE = {"id": 7001, "type": "private"}
COMMANDS = {"start", "help"}


def heard(**update: Any) -> Heard:
    letter = Letter(channel="telegram", key="9", address="7001", place=9, sent_at=NOW, body=update)
    return read_update(letter, commands=COMMANDS, bot_name="seatmate_bot")


def message(**content: Any) -> dict[str, Any]:
    return {"message_id": 5, "date": 1_795_000_000, "chat": PRIVATE, **content}


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text("a/电", max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["message", "chat", "id", "type", "text", "photo", "file_id", "location", "from"]
                + ["callback_query", "data", "message_id", "date", "latitude", "longitude"]
                + ["edited_message", "caption", "voice", "contact", "phone_number", "sticker"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=8,
)


class TestLetter:
    def test_is_known_by_the_number_of_its_update(self) -> None:
        letter = letter_of({"update_id": 9, "message": message(text="您好")}, bot="123456", now=NOW)

        assert letter is not None
        assert (letter.key, letter.place, letter.address) == ("123456:9", 9, "7001")
        assert letter.sent_at == datetime.fromtimestamp(1_795_000_000, UTC)

    @pytest.mark.parametrize("date", [None, "x", -1, 0, 2**70, True])
    def test_believes_no_impossible_time(self, date: Any) -> None:
        letter = letter_of({"update_id": 9, "message": message(date=date)}, bot="123456", now=NOW)

        assert letter is not None
        assert letter.sent_at == NOW

    def test_believes_no_time_to_come(self) -> None:
        later = int((NOW + timedelta(days=1)).timestamp())
        letter = letter_of({"update_id": 9, "message": message(date=later)}, bot="123456", now=NOW)

        assert letter is not None
        assert letter.sent_at == NOW

    @pytest.mark.parametrize("update", [None, [], "x", {}, {"update_id": "1"}, {"update_id": True}])
    def test_is_none_without_a_number(self, update: Any) -> None:
        assert letter_of(update, bot="123456", now=NOW) is None


class TestRead:
    def test_names_a_message_by_the_bot_that_brought_it(self) -> None:
        letter = letter_of({"update_id": 9, "message": message(text="您好")}, bot="77", now=NOW)
        assert letter is not None

        heard = read_update(letter, commands=COMMANDS, bot_name="seatmate_bot")

        assert heard.message_id == f"77:{message()['message_id']}"

    @given(
        st.dictionaries(
            st.sampled_from(["message", "edited_message", "callback_query"]), json_values
        )
    )
    def test_stumbles_over_nothing(self, update: dict[str, Any]) -> None:
        letter = letter_of({"update_id": 1, **update}, bot="123456", now=NOW)

        assert letter is not None
        assert isinstance(heard(**update), Heard)

    @pytest.mark.parametrize(
        ("text", "command"),
        [("/start", "start"), ("/START", "start"), ("/help@Seatmate_Bot", "help")],
    )
    def test_knows_commands(self, text: str, command: str) -> None:
        said = heard(message=message(text=text))

        assert (said.kind, said.text) == (Kind.COMMAND, command)

    @pytest.mark.parametrize(
        "text", ["/help@another_bot", "/unknown", "/ start", "start", "／start"]
    )
    def test_takes_everything_else_for_text(self, text: str) -> None:
        assert heard(message=message(text=text)).kind is Kind.TEXT

    def test_takes_the_largest_of_the_sizes_of_a_photo(self) -> None:
        sizes = [{"file_id": "s", "file_size": 10}, {"file_id": "l", "file_size": 90}]

        said = heard(message=message(photo=sizes, caption="电表"))

        assert said.file is not None
        assert (said.kind, said.file.ref, said.text) == (Kind.FILE, "l", "电表")

    def test_takes_a_film_for_a_film_though_it_is_also_a_document(self) -> None:
        file = {"file_id": "f", "file_size": 10}

        said = heard(message=message(animation=file, document=file))

        assert said.file is not None
        assert said.file.is_film

    def test_names_somebody_elses_contact(self) -> None:
        contact = {"phone_number": "+8613812345678", "first_name": "伟", "last_name": "王"}

        said = heard(message=message(contact=contact, **{"from": {"id": 7001}}))

        assert (said.kind, said.phone, said.name) == (Kind.CONTACT, "13812345678", "王伟")

    def test_reads_a_place_with_its_name(self) -> None:
        venue = {"address": "中山路1号", "title": "供电所"}

        said = heard(message=message(location={"latitude": 31, "longitude": 121.5}, venue=venue))

        assert (said.place, said.name) == ((31.0, 121.5), "中山路1号供电所")

    @pytest.mark.parametrize("location", [{}, {"latitude": 91, "longitude": 0}, {"latitude": "x"}])
    def test_leaves_an_impossible_place_alone(self, location: dict[str, Any]) -> None:
        assert heard(message=message(location=location)).kind is Kind.NOTHING

    @pytest.mark.parametrize(("status", "kind"), [("kicked", Kind.GONE), ("member", Kind.BACK)])
    def test_hears_that_a_customer_blocks_us_and_comes_back(self, status: str, kind: Kind) -> None:
        change = {"chat": PRIVATE, "new_chat_member": {"status": status}}

        assert heard(my_chat_member=change).kind is kind

    @pytest.mark.parametrize("kind", ["group", "supergroup", "channel"])
    def test_serves_nobody_in_groups(self, kind: str) -> None:
        said = heard(message=message(text="您好", chat={"id": -5, "type": kind}))

        assert said.kind is Kind.GROUP

    def test_says_nothing_of_what_the_service_itself_tells(self) -> None:
        assert heard(message=message(pinned_message={"message_id": 1})).kind is Kind.NOTHING


class TestPhone:
    @pytest.mark.parametrize(
        ("sent", "plain"),
        [
            ("+86 138-1234-5678", "13812345678"),
            ("13812345678", "13812345678"),
            ("021 6543 2100", "02165432100"),
            ("+4915112345678", "4915112345678"),
        ],
    )
    def test_is_written_as_people_here_write_it(self, sent: str, plain: str) -> None:
        assert plain_phone(sent) == plain
