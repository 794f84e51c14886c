"""How staff come in, how long they may stay, and how guessing is slowed down."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from connectors.sign_in import FAILURES_ALLOWED, PAUSE, SESSION, StaffService
from conversations.people import NameTaken, PeopleError, Role, SignInFailed
from tests.conftest import Clock
from tests.connectors.conftest import Doors, Opening, problem_of

PASSWORD = "电表-三零五"
A_SECOND = timedelta(seconds=1)


@pytest.fixture
async def staff(doors: Doors) -> StaffService:
    """小李 works here as an agent."""
    await doors.staff.add("小李", Role.AGENT, PASSWORD)
    return doors.staff


async def fail_to_sign_in(staff: StaffService, *, times: int, name: str = "小李") -> None:
    for _ in range(times):
        with pytest.raises(SignInFailed):
            await staff.sign_in(name, "猜的")


class TestSignIn:
    async def test_gives_name_role_and_a_token_that_opens_the_door(
        self, http: httpx.AsyncClient, staff: StaffService
    ) -> None:
        entered = await http.post("/sign-in", json={"name": "小李", "password": PASSWORD})

        member = entered.json()
        assert (entered.status_code, member["name"], member["role"]) == (200, "小李", "agent")
        headers = {"Authorization": f"Bearer {member['token']}"}
        assert (await http.get("/tickets", headers=headers)).status_code == 200

    async def test_gives_another_token_each_time_and_lets_both_in(
        self, staff: StaffService
    ) -> None:
        (_, phone), (_, desk) = [await staff.sign_in("小李", PASSWORD) for _ in range(2)]

        assert phone != desk
        assert await staff.get(phone) == await staff.get(desk)

    async def test_does_not_tell_whether_the_name_or_the_password_is_wrong(
        self, http: httpx.AsyncClient, staff: StaffService
    ) -> None:
        wrong_password = await http.post("/sign-in", json={"name": "小李", "password": "猜的"})
        wrong_name = await http.post("/sign-in", json={"name": "小王", "password": PASSWORD})

        assert problem_of(wrong_password)["status"] == 401
        assert problem_of(wrong_password) == problem_of(wrong_name)

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"name": "小李"},
            {"name": "小李", "password": ""},
            {"name": "", "password": PASSWORD},
            {"name": "小李", "password": PASSWORD * 100},
            {"name": 7, "password": PASSWORD},
            [],
        ],
    )
    async def test_refuses_a_wrong_body_without_repeating_the_password(
        self, http: httpx.AsyncClient, body: object
    ) -> None:
        refused = await http.post("/sign-in", json=body)

        assert problem_of(refused)["type"] == "/problems/invalid_request"
        assert PASSWORD not in refused.text


class TestPause:
    async def test_comes_after_five_failures_even_for_the_right_password(
        self, staff: StaffService
    ) -> None:
        await fail_to_sign_in(staff, times=FAILURES_ALLOWED)

        with pytest.raises(SignInFailed, match="wait a minute"):
            await staff.sign_in("小李", PASSWORD)

    async def test_does_not_come_after_four(self, staff: StaffService) -> None:
        await fail_to_sign_in(staff, times=FAILURES_ALLOWED - 1)

        member, _ = await staff.sign_in("小李", PASSWORD)

        assert member.name == "小李"

    async def test_lasts_one_minute(self, staff: StaffService, clock: Clock) -> None:
        await fail_to_sign_in(staff, times=FAILURES_ALLOWED)

        clock.move(PAUSE - A_SECOND)
        with pytest.raises(SignInFailed, match="wait a minute"):
            await staff.sign_in("小李", PASSWORD)
        clock.move(A_SECOND)
        member, _ = await staff.sign_in("小李", PASSWORD)

        assert member.name == "小李"

    async def test_is_not_made_longer_by_trying_during_it(
        self, staff: StaffService, clock: Clock
    ) -> None:
        await fail_to_sign_in(staff, times=FAILURES_ALLOWED)
        clock.move(PAUSE - A_SECOND)
        await fail_to_sign_in(staff, times=3)

        clock.move(A_SECOND)
        member, _ = await staff.sign_in("小李", PASSWORD)

        assert member.name == "小李"

    async def test_leaves_five_tries_again_when_it_is_over(
        self, staff: StaffService, clock: Clock
    ) -> None:
        await fail_to_sign_in(staff, times=FAILURES_ALLOWED)
        clock.move(PAUSE)
        await fail_to_sign_in(staff, times=FAILURES_ALLOWED - 1)

        member, _ = await staff.sign_in("小李", PASSWORD)

        assert member.name == "小李"

    async def test_does_not_count_failures_before_a_success(self, staff: StaffService) -> None:
        await fail_to_sign_in(staff, times=FAILURES_ALLOWED - 1)
        await staff.sign_in("小李", PASSWORD)
        await fail_to_sign_in(staff, times=FAILURES_ALLOWED - 1)

        member, _ = await staff.sign_in("小李", PASSWORD)

        assert member.name == "小李"

    async def test_is_not_for_a_colleague_of_another_name(self, staff: StaffService) -> None:
        await staff.add("小王", Role.AGENT, PASSWORD)
        await fail_to_sign_in(staff, times=FAILURES_ALLOWED, name="小王")

        member, _ = await staff.sign_in("小李", PASSWORD)

        assert member.name == "小李"

    async def test_is_the_same_for_a_name_nobody_has(self, staff: StaffService) -> None:
        await fail_to_sign_in(staff, times=FAILURES_ALLOWED, name="小鬼")

        with pytest.raises(SignInFailed, match="wait a minute"):
            await staff.sign_in("小鬼", "猜的")

    async def test_does_not_close_a_session_that_is_open(self, staff: StaffService) -> None:
        _, token = await staff.sign_in("小李", PASSWORD)

        await fail_to_sign_in(staff, times=FAILURES_ALLOWED)

        assert (await staff.get(token)).name == "小李"

    async def test_counts_guesses_made_at_the_same_moment(self, staff: StaffService) -> None:
        guesses = ["猜的"] * FAILURES_ALLOWED + [PASSWORD]

        tried = await asyncio.gather(
            *(staff.sign_in("小李", guess) for guess in guesses), return_exceptions=True
        )

        assert isinstance(tried[-1], SignInFailed)


class TestToken:
    async def test_of_a_session_lasts_twelve_hours(self, staff: StaffService, clock: Clock) -> None:
        _, token = await staff.sign_in("小李", PASSWORD)

        clock.move(SESSION - A_SECOND)
        still = await staff.get(token)
        clock.move(A_SECOND)

        assert still.name == "小李"
        with pytest.raises(SignInFailed, match="expired"):
            await staff.get(token)

    async def test_of_an_expired_session_is_answered_with_401(
        self, http: httpx.AsyncClient, staff: StaffService, clock: Clock
    ) -> None:
        _, token = await staff.sign_in("小李", PASSWORD)
        clock.move(SESSION)

        refused = await http.get("/tickets", headers={"Authorization": f"Bearer {token}"})

        assert problem_of(refused)["type"] == "/problems/SignInFailed"

    async def test_made_for_a_program_never_ends_by_itself(
        self, staff: StaffService, clock: Clock
    ) -> None:
        token = await staff.make_token("小李")

        clock.move(timedelta(days=3650))

        assert (await staff.get(token)).name == "小李"

    async def test_of_any_kind_ends_with_the_password(self, staff: StaffService) -> None:
        _, session = await staff.sign_in("小李", PASSWORD)
        program = await staff.make_token("小李")

        await staff.set_password("小李", "新密码-七零二")

        for token in (session, program):
            with pytest.raises(SignInFailed):
                await staff.get(token)

    @pytest.mark.parametrize("token", ["", "guessed", "' OR '1'='1"])
    async def test_that_nobody_was_given_opens_nothing(
        self, staff: StaffService, token: str
    ) -> None:
        with pytest.raises(SignInFailed):
            await staff.get(token)

    async def test_of_a_customer_is_no_token_of_the_staff(
        self, staff: StaffService, open_conversation: Opening
    ) -> None:
        customer = await open_conversation()

        with pytest.raises(SignInFailed):
            await staff.get(customer.token)

    async def test_is_made_for_nobody_unknown(self, staff: StaffService) -> None:
        with pytest.raises(SignInFailed, match="there is no 小王"):
            await staff.make_token("小王")


class TestAdd:
    async def test_refuses_a_name_that_is_taken(self, staff: StaffService) -> None:
        with pytest.raises(NameTaken, match="there is already a 小李"):
            await staff.add("小李", Role.ADMIN, "别的密码")

        member, _ = await staff.sign_in("小李", PASSWORD)
        assert member.role is Role.AGENT

    @pytest.mark.parametrize("name", ["", "长" * 81])
    async def test_refuses_a_name_nobody_could_sign_in_with(
        self, staff: StaffService, name: str
    ) -> None:
        with pytest.raises(PeopleError, match="1 to 80 characters"):
            await staff.add(name, Role.AGENT, PASSWORD)

    @pytest.mark.parametrize("name", ["bot", "customer", "desk"])
    async def test_refuses_a_name_by_which_histories_mean_nobody_of_the_staff(
        self, staff: StaffService, name: str
    ) -> None:
        with pytest.raises(NameTaken):
            await staff.add(name, Role.ADMIN, PASSWORD)

    async def test_takes_a_name_once_when_two_ask_at_the_same_moment(self, doors: Doors) -> None:
        added = await asyncio.gather(
            *(doors.staff.add("小王", role, PASSWORD) for role in (Role.LEAD, Role.ADMIN)),
            return_exceptions=True,
        )

        assert sorted(isinstance(each, NameTaken) for each in added) == [False, True]


class TestSetPassword:
    async def test_lets_the_new_one_in_and_the_old_one_out(self, staff: StaffService) -> None:
        await staff.set_password("小李", "新密码-七零二")

        member, _ = await staff.sign_in("小李", "新密码-七零二")
        assert member.name == "小李"
        with pytest.raises(SignInFailed):
            await staff.sign_in("小李", PASSWORD)

    async def test_knows_nobody_who_was_never_added(self, staff: StaffService) -> None:
        with pytest.raises(SignInFailed, match="there is no 小王"):
            await staff.set_password("小王", PASSWORD)
