"""What each role may do: one table, asked by every door. Pure.

The roles are those of the service centres' documents (requirements 1.3, row 26): 坐席员, 值长 and
组长 (one role here), 工单管理岗, 培训管理岗 and 知识库管理岗 (one role), 质量管理岗, 主管; and who
keeps the machines running.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from conversations.people import Role


class Right(StrEnum):
    """Something that some of the staff may do."""

    HELP = "help"  # search the rules, ask for wordings, check a draft, change one's own password
    SERVE = "serve"  # be on duty: the queue, take a conversation, write to the customer
    READ_TALKS = "read_talks"  # conversations nobody else is talking in
    READ_OTHERS_TALKS = "read_others_talks"  # also while another agent talks there
    # is told how long customers waited and what they were not content with, and takes note of it
    ANSWER_FOR_TALKS = "answer_for_talks"
    READ_TICKETS = "read_tickets"
    WORK_TICKETS = "work_tickets"  # register, amend, urge, postpone, link; events too
    REVIEW = "review"  # every owner's day
    REOPEN = "reopen"  # take up again what is over
    EXPORT = "export"  # tables over many customers
    WHOLE_PHONES = "whole_phones"  # of customers one is not serving oneself
    READ_REPORTS = "read_reports"  # that somebody informed; who did is sealed besides
    TEACH = "teach"  # entries, wordings, publications
    TEACH_BOT = "teach_bot"  # what lines mean, trainings, which bot serves
    READ_AUDIT = "read_audit"
    READ_NUMBERS = "read_numbers"  # how often what was answered; talks only for who reads them
    PRACTISE = "practise"  # answer customers' lines of a case, and see one's own results


_TICKETS = frozenset({Right.HELP, Right.READ_TALKS, Right.READ_TICKETS, Right.WORK_TICKETS})
_AGENT = _TICKETS | {Right.SERVE, Right.PRACTISE}
_LEAD = _AGENT | {
    Right.READ_OTHERS_TALKS,
    Right.ANSWER_FOR_TALKS,
    Right.REVIEW,
    Right.REOPEN,
    Right.EXPORT,
    Right.WHOLE_PHONES,
    Right.READ_NUMBERS,
}

RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.AGENT: _AGENT,
        Role.LEAD: _LEAD,
        # 将工单传递至相关部门,并跟踪处理情况 (000): every ticket, and no talk with customers
        Role.CLERK: _TICKETS | {Right.REVIEW, Right.EXPORT, Right.WHOLE_PHONES},
        Role.TRAINER: frozenset(
            {Right.HELP, Right.TEACH, Right.TEACH_BOT, Right.READ_NUMBERS, Right.PRACTISE}
        ),
        # judges how it was said and done, and changes none of it
        Role.QUALITY: frozenset(
            {
                Right.HELP,
                Right.READ_TALKS,
                Right.READ_OTHERS_TALKS,
                Right.READ_TICKETS,
                Right.REVIEW,
                Right.EXPORT,
                Right.READ_NUMBERS,
                Right.PRACTISE,
            }
        ),
        Role.SUPERVISOR: frozenset(Right),
        Role.ADMIN: frozenset(Right),
    }
)


def may(role: Role, right: Right) -> bool:
    """Whether a role may do this."""
    return right in RIGHTS[role]
