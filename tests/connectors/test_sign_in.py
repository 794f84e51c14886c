"""How staff come in, how long they may stay, and how guessing is slowed down."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import httpx
import pytest

from connectors.sign_in import StaffService
from conversations.audit_store import Wanted
from conversations.auditing import Act
from conversations.lock_out import OF_A_NAME, OF_AN_ADDRESS, Tries
from conversations.people import (
    IDLE,
    SESSION,
    AccountLocked,
    NameTaken,
    PeopleError,
    Role,
    SignInFailed,
    TooManyTries,
    WeakPassword,
)
from conversations.people_store import StaffStore
from desk.database import Database
from tests.conftest import Clock
from tests.connectors.conftest import Doors, Opening, problem_of

PASSWORD = "电表-三零五"
NEW_PASSWORD = "自己选的新密码-七零二"
A_SECOND = timedelta(seconds=1)
FAILURES_ALLOWED, (PAUSE, NEXT_PAUSE, _) = OF_A_NAME.tries, OF_A_NAME.pauses


@pytest.fixture
async def staff(doors: Doors) -> StaffService:
    """小李 works here as an agent."""
    await doors.staff.add("小李", Role.AGENT, PASSWORD)
    return doors.staff


Guessing = Callable[[str], Awaitable[None]]


@pytest.fixture
def nearly_too_many_from(database: Database, clock: Clock) -> Guessing:
    """All guesses from an address but the last that is borne."""

    async def guess(address: str) -> None:
        tries = Tries(count=OF_AN_ADDRESS.tries - 1, pauses=0, last_at=clock())
        async with database.write() as connection:
            await StaffStore(connection).save_tries(f"address:{address}", tries)

    return guess


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

        with pytest.raises(TooManyTries, match="try again in 1 min"):
            await staff.sign_in("小李", PASSWORD)

    async def test_does_not_come_after_four(self, staff: StaffService) -> None:
        await fail_to_sign_in(staff, times=FAILURES_ALLOWED - 1)

        member, _ = await staff.sign_in("小李", PASSWORD)

        assert member.name == "小李"

    async def test_lasts_one_minute(self, staff: StaffService, clock: Clock) -> None:
        await fail_to_sign_in(staff, times=FAILURES_ALLOWED)

        clock.move(PAUSE - A_SECOND)
        with pytest.raises(TooManyTries):
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

        with pytest.raises(TooManyTries):
            await staff.sign_in("小鬼", "猜的")

    async def test_does_not_close_a_session_that_is_open(self, staff: StaffService) -> None:
        _, token = await staff.sign_in("小李", PASSWORD)

        await fail_to_sign_in(staff, times=FAILURES_ALLOWED)

        assert (await staff.get(token)).name == "小李"

    async def test_grows_longer_with_every_round(self, staff: StaffService, clock: Clock) -> None:
        await fail_to_sign_in(staff, times=FAILURES_ALLOWED)
        clock.move(PAUSE)
        await fail_to_sign_in(staff, times=FAILURES_ALLOWED)

        clock.move(NEXT_PAUSE - A_SECOND)
        with pytest.raises(TooManyTries):
            await staff.sign_in("小李", PASSWORD)
        clock.move(A_SECOND)

        member, _ = await staff.sign_in("小李", PASSWORD)
        assert member.name == "小李"

    async def test_goes_on_when_the_desk_is_started_again(
        self, staff: StaffService, database: Database, clock: Clock
    ) -> None:
        await fail_to_sign_in(staff, times=FAILURES_ALLOWED)
        started_again = StaffService(write=database.write, read=database.read, clock=clock)

        with pytest.raises(TooManyTries):
            await started_again.sign_in("小李", PASSWORD)

    async def test_tells_when_to_come_again(
        self, http: httpx.AsyncClient, staff: StaffService, clock: Clock
    ) -> None:
        await fail_to_sign_in(staff, times=FAILURES_ALLOWED)
        clock.move(timedelta(seconds=20))

        refused = await http.post("/sign-in", json={"name": "小李", "password": PASSWORD})

        problem = problem_of(refused)
        assert (problem["type"], problem["status"]) == ("/problems/TooManyTries", 429)
        assert (problem["retry_after_s"], refused.headers["retry-after"]) == (40, "40")
        assert "请 1 分钟后再试" in problem["detail"]

    async def test_is_for_an_address_that_tries_many_names(
        self, staff: StaffService, nearly_too_many_from: Guessing
    ) -> None:
        await nearly_too_many_from("10.0.0.7")
        with pytest.raises(SignInFailed, match="wrong"):
            await staff.sign_in("小鬼", "猜的", address="10.0.0.7")

        with pytest.raises(TooManyTries):
            await staff.sign_in("小李", PASSWORD, address="10.0.0.7")
        member, _ = await staff.sign_in("小李", PASSWORD, address="10.0.0.8")
        assert member.name == "小李"

    async def test_does_not_come_for_an_address_where_many_sign_in(
        self, staff: StaffService, nearly_too_many_from: Guessing
    ) -> None:
        await nearly_too_many_from("10.0.0.7")

        for _ in range(2):
            member, _ = await staff.sign_in("小李", PASSWORD, address="10.0.0.7")

        assert member.name == "小李"

    async def test_is_over_at_once_when_a_supervisor_ends_it(self, staff: StaffService) -> None:
        await fail_to_sign_in(staff, times=FAILURES_ALLOWED)

        await staff.unlock("小李")

        member, _ = await staff.sign_in("小李", PASSWORD)
        assert member.name == "小李"

    async def test_counts_guesses_made_at_the_same_moment(self, staff: StaffService) -> None:
        tried = await asyncio.gather(
            *(staff.sign_in("小李", "猜的") for _ in range(FAILURES_ALLOWED + 3)),
            return_exceptions=True,
        )

        assert [type(each) for each in tried].count(TooManyTries) == 3


class TestToken:
    async def test_of_a_session_lasts_twelve_hours(self, staff: StaffService, clock: Clock) -> None:
        _, token = await staff.sign_in("小李", PASSWORD)

        until = clock() + SESSION - A_SECOND
        while clock() < until:
            clock.move(min(IDLE - A_SECOND, until - clock()))
            still = await staff.get(token)
        clock.move(A_SECOND)

        assert still.name == "小李"
        with pytest.raises(SignInFailed, match="expired"):
            await staff.get(token)

    async def test_of_a_session_ends_when_nobody_uses_it_for_an_hour(
        self, staff: StaffService, clock: Clock
    ) -> None:
        _, token = await staff.sign_in("小李", PASSWORD)

        clock.move(IDLE - A_SECOND)
        await staff.get(token)
        clock.move(IDLE - A_SECOND)
        await staff.get(token)
        clock.move(IDLE)

        with pytest.raises(SignInFailed, match="expired"):
            await staff.get(token)

    async def test_of_a_session_is_not_kept_up_by_a_page_of_somebody_on_a_break(
        self, staff: StaffService, clock: Clock
    ) -> None:
        _, token = await staff.sign_in("小李", PASSWORD)

        clock.move(IDLE - A_SECOND)
        await staff.get(token, is_use=False)
        clock.move(A_SECOND)

        with pytest.raises(SignInFailed, match="expired"):
            await staff.get(token, is_use=False)

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

        await staff.set_password("小李", NEW_PASSWORD)

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
        await staff.set_password("小李", NEW_PASSWORD)

        member, _ = await staff.sign_in("小李", NEW_PASSWORD)
        assert member.name == "小李"
        with pytest.raises(SignInFailed):
            await staff.sign_in("小李", PASSWORD)

    async def test_knows_nobody_who_was_never_added(self, staff: StaffService) -> None:
        with pytest.raises(SignInFailed, match="there is no 小王"):
            await staff.set_password("小王", PASSWORD)


class TestLock:
    async def test_ends_all_that_is_open_and_lets_nobody_in(self, staff: StaffService) -> None:
        _, session = await staff.sign_in("小李", PASSWORD)
        program = await staff.make_token("小李")

        await staff.lock("小李")

        for token in (session, program):
            with pytest.raises(SignInFailed):
                await staff.get(token)
        with pytest.raises(AccountLocked):
            await staff.sign_in("小李", PASSWORD)

    async def test_is_told_only_to_who_knows_the_password(self, staff: StaffService) -> None:
        await staff.lock("小李")

        with pytest.raises(SignInFailed, match="wrong"):
            await staff.sign_in("小李", "猜的")

    async def test_is_over_when_it_is_undone(self, staff: StaffService) -> None:
        await staff.lock("小李")

        await staff.unlock("小李")

        member, _ = await staff.sign_in("小李", PASSWORD)
        assert member.name == "小李"


class TestRole:
    async def test_holds_from_the_next_call_of_an_open_session(
        self, http: httpx.AsyncClient, staff: StaffService
    ) -> None:
        _, token = await staff.sign_in("小李", PASSWORD)
        headers = {"Authorization": f"Bearer {token}"}
        assert (await http.get("/audit", headers=headers)).status_code == 403

        await staff.set_role("小李", Role.SUPERVISOR)

        assert (await http.get("/audit", headers=headers)).status_code == 200


class TestChangePassword:
    async def change(
        self, http: httpx.AsyncClient, token: str, *, old: str = PASSWORD, new: str = NEW_PASSWORD
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return await http.post("/password", json={"old": old, "new": new}, headers=headers)

    async def test_ends_every_other_session_and_goes_on_with_a_new_token(
        self, http: httpx.AsyncClient, staff: StaffService
    ) -> None:
        (_, here), (_, elsewhere) = [await staff.sign_in("小李", PASSWORD) for _ in range(2)]

        changed = await self.change(http, here)

        assert (await staff.get(changed.json()["token"])).name == "小李"
        for token in (here, elsewhere):
            with pytest.raises(SignInFailed):
                await staff.get(token)
        await staff.sign_in("小李", NEW_PASSWORD)

    async def test_needs_the_old_one_and_counts_guesses_at_it(
        self, http: httpx.AsyncClient, staff: StaffService
    ) -> None:
        _, token = await staff.sign_in("小李", PASSWORD)

        refused = [await self.change(http, token, old="猜的") for _ in range(FAILURES_ALLOWED + 1)]

        assert [each.status_code for each in refused] == [401] * FAILURES_ALLOWED + [429]
        assert (await staff.get(token)).name == "小李"

    @pytest.mark.parametrize("new", ["短", PASSWORD])
    async def test_refuses_one_that_is_too_short(
        self, http: httpx.AsyncClient, staff: StaffService, new: str
    ) -> None:
        await staff.set_password("小李", PASSWORD * 2)
        _, token = await staff.sign_in("小李", PASSWORD * 2)

        refused = await self.change(http, token, old=PASSWORD * 2, new=new)

        assert problem_of(refused)["type"] == "/problems/WeakPassword"
        assert (await staff.get(token)).name == "小李"

    async def test_refuses_the_old_one_again(self, staff: StaffService) -> None:
        await staff.set_password("小李", NEW_PASSWORD)
        member, _ = await staff.sign_in("小李", NEW_PASSWORD)

        with pytest.raises(WeakPassword):
            await staff.change_password(member, old=NEW_PASSWORD, new=NEW_PASSWORD, address="")


class TestRecord:
    async def test_tells_who_came_in_and_who_failed_to(
        self, http: httpx.AsyncClient, staff: StaffService
    ) -> None:
        await http.post("/sign-in", json={"name": "小李", "password": "猜的"})
        await http.post("/sign-in", json={"name": "小李", "password": PASSWORD})

        came_in, failed, *_ = await staff.audit.list_lines(Wanted(actor="小李"))

        assert (came_in.act, failed.act) == (Act.SIGNED_IN, Act.SIGN_IN_FAILED)
        assert came_in.address == failed.address != ""

    async def test_keeps_no_name_that_may_be_a_password(self, staff: StaffService) -> None:
        with pytest.raises(SignInFailed):
            await staff.sign_in(PASSWORD, "猜的")

        assert PASSWORD not in str(await staff.audit.list_lines(Wanted()))

    async def test_tells_what_was_done_to_an_account(self, staff: StaffService) -> None:
        await staff.set_role("小李", Role.LEAD)
        await staff.lock("小李")
        await staff.unlock("小李")

        lines = await staff.audit.list_lines(Wanted(subject="小李"))

        assert [line.act for line in lines] == [
            Act.STAFF_UNLOCKED,
            Act.STAFF_LOCKED,
            Act.ROLE_CHANGED,
            Act.STAFF_ADDED,
        ]
        assert lines[2].detail == Role.LEAD
