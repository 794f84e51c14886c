"""Passwords and tokens of staff."""

from conversations.people import (
    hash_password,
    hash_token,
    new_password,
    new_token,
    password_fits,
)


class TestPasswordFits:
    def test_knows_the_right_one(self) -> None:
        assert password_fits("幸福里-2026", hash_password("幸福里-2026"))

    def test_knows_a_wrong_one(self) -> None:
        assert not password_fits("幸福里-2027", hash_password("幸福里-2026"))

    def test_fits_nobody_who_is_not_there(self) -> None:
        assert not password_fits("", None)
        assert not password_fits("随便什么", None)


class TestHashPassword:
    def test_cannot_be_read_and_is_never_the_same_twice(self) -> None:
        first, second = hash_password("幸福里-2026"), hash_password("幸福里-2026")

        assert first.startswith("$argon2id$")
        assert "幸福里" not in first
        assert first != second


class TestNewPassword:
    def test_has_no_letters_that_look_alike(self) -> None:
        printed = "".join(new_password() for _ in range(200))

        assert not set(printed) & set("il1o0")

    def test_is_another_one_each_time(self) -> None:
        assert len({new_password() for _ in range(100)}) == 100


class TestToken:
    def test_is_long_and_another_one_each_time(self) -> None:
        tokens = {new_token() for _ in range(100)}

        assert len(tokens) == 100
        assert min(len(token) for token in tokens) >= 43

    def test_is_stored_as_something_that_does_not_open_the_door(self) -> None:
        token = new_token()

        stored = hash_token(token)

        assert stored == hash_token(token)
        assert token not in stored
        assert hash_token(stored) != stored
