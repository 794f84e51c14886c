"""What the roles of the centres' documents may and may not do."""

import pytest

from conversations.people import Role
from conversations.rights import RIGHTS, Right, may
from tickets.limits import MAY_KNOW_OF_REPORTS


class TestTable:
    def test_shows_reports_to_those_whom_their_alarms_are_for(self) -> None:
        seeing = {role for role in Role if may(role, Right.READ_REPORTS)}

        assert seeing == set(MAY_KNOW_OF_REPORTS)

    @pytest.mark.parametrize("role", Role)
    def test_lets_everybody_ask_for_help(self, role: Role) -> None:
        assert may(role, Right.HELP)

    def test_gives_a_lead_all_that_an_agent_has(self) -> None:
        assert RIGHTS[Role.AGENT] < RIGHTS[Role.LEAD] < RIGHTS[Role.SUPERVISOR]

    def test_keeps_a_trainer_away_from_customers(self) -> None:
        assert RIGHTS[Role.TRAINER] == {
            Right.HELP,
            Right.TEACH,
            Right.TEACH_BOT,
            # without personal data, and without whose they are
            Right.READ_NUMBERS,
            Right.PRACTISE,
        }

    def test_lets_quality_look_and_touch_nothing(self) -> None:
        assert may(Role.QUALITY, Right.READ_OTHERS_TALKS)
        for right in (Right.SERVE, Right.WORK_TICKETS, Right.WHOLE_PHONES, Right.TEACH):
            assert not may(Role.QUALITY, right)

    def test_lets_a_clerk_follow_every_ticket_and_write_to_no_customer(self) -> None:
        assert may(Role.CLERK, Right.REVIEW)
        assert not may(Role.CLERK, Right.SERVE)

    @pytest.mark.parametrize("role", sorted(set(Role) - {Role.SUPERVISOR, Role.ADMIN}))
    def test_keeps_informants_and_the_log_from_all_who_do_not_answer_for_the_centre(
        self, role: Role
    ) -> None:
        assert not may(role, Right.READ_REPORTS)
        assert not may(role, Right.READ_AUDIT)
