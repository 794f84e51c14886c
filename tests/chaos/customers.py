"""The customers of a kill test: they ask, correct, report faults and press, and try again."""

import random
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.chaos.verdict import Expected
from tests.connectors.bot_api import BROKEN, SILENCE, TOO_MANY, BotApi, Call, keyboard_of

FIRST_CUSTOMER = 50_000
DANGER = "电线掉下来了在冒火花"
YES = "确认提交"
QUESTIONS = (
    "过户需要什么材料",
    "电费怎么查",
    "充电桩报装要什么材料",
    "怎么申请校验电表",
    "不用电了怎么销户",
    "家里容量不够想增容怎么办",
    "电表灯是什么意思",
    "电表坏了谁出钱",
    "居民新装电表多久能通电",
    "表箱门坏了怎么办",
)
# of the messages, and of the customers who report a fault
REPEATED, CORRECTED, FAILING, DANGEROUS, REPORTING = 0.05, 0.05, 0.05, 0.03, 0.2
# a reporter who is told that the bot is away writes it again after so long. Nobody writes it again
# for want of an answer: who says yes to the same thing twice gets two tickets, and rightly
AFTER_AWAY_S, MOST_REPORTS = 30.0, 30
# of the words that tell of a ticket
FILED = "工单号"


@dataclass
class Customer:
    """One customer: the lines still to write, and how far a report of theirs has got."""

    who: int
    left: int
    report_at: int | None = None
    # whether an answer to the report is waited for
    is_waiting: bool = False
    again_at: float | None = None
    # the press on what was read back, and what was read back since
    press: str = ""
    newer: Call | None = None
    reports: int = 0

    @property
    def fault(self) -> str:
        """Everything in one breath; no two customers live at one place."""
        number = self.who - FIRST_CUSTOMER
        return (
            f"我家电表坏了不走字，地址是幸福路{number + 1}号，只有我家这样，"
            f"从昨晚八点开始，电话{13800000000 + number}"
        )


@dataclass
class Play:
    """What the customers do, in the order in which they do it."""

    api: BotApi
    customers: int
    messages: int
    chance: random.Random
    away: str
    old_button: str
    expected: Expected = field(default_factory=Expected)
    _people: dict[int, Customer] = field(default_factory=dict)
    _seen: int = 0
    _new: dict[int, deque[Call]] = field(default_factory=lambda: defaultdict(deque))
    _told: int = 0

    def run(self) -> Iterator[int]:
        """Write message after message; gives how many were written, each time one was."""
        self._people = {who: self._customer(who) for who in self._numbers()}
        waiting, written = deque(self._people.values()), 0
        while written < self.messages and waiting:
            self.look()
            customer = waiting.popleft()
            if customer.is_waiting:
                # in the middle of a report nothing else is said
                waiting.append(customer)
                if all(each.is_waiting for each in waiting):
                    time.sleep(0.2)
                continue
            self._write(customer)
            written += 1
            if customer.left:
                waiting.append(customer)
            yield written

    def look(self) -> bool:
        """Look at what has come; press and complain. Whether nobody waits for a report any more."""
        calls = self.api.called("sendMessage")
        for call in calls[self._seen :]:
            self._new[int(call.data["chat_id"])].append(call)
        self._seen = len(calls)
        self._look_at_presses()
        waiting = [each for each in self._people.values() if each.is_waiting]
        for customer in waiting:
            while customer.is_waiting and self._new[customer.who]:
                self._react(customer, self._new[customer.who].popleft())
            if customer.again_at is not None and time.monotonic() > customer.again_at:
                self._report_again(customer)
        return not waiting

    def _numbers(self) -> range:
        return range(FIRST_CUSTOMER, FIRST_CUSTOMER + self.customers)

    def _customer(self, who: int) -> Customer:
        own = self.messages // self.customers
        extra = who - FIRST_CUSTOMER < self.messages % self.customers
        customer = Customer(who, own + extra)
        if self.chance.random() < REPORTING and customer.left:
            customer.report_at = self.chance.randint(1, customer.left)
            self.expected.faults.add(who)
        return customer

    # ------------------------------------------------------------ what they write

    def _write(self, customer: Customer) -> None:
        customer.left -= 1
        if customer.report_at == customer.left + 1:
            self._report(customer)
            return
        is_reporter = customer.report_at is not None
        is_danger = not is_reporter and self.chance.random() < DANGEROUS
        text = DANGER if is_danger else QUESTIONS[customer.left % len(QUESTIONS)]
        update = self._send(customer.who, text)
        if self.chance.random() < CORRECTED and not is_danger:
            self._correct(customer.who, update["message"])

    def _send(self, who: int, text: str) -> dict[str, dict[str, int]]:
        update = self.api.writes(text, who=who, date=int(time.time()))
        self.expected.add(who, update["message"]["message_id"], text)
        if self.chance.random() < REPEATED:
            self.api.push_again(update)
            self.expected.repeats += 1
        if self.chance.random() < FAILING:
            self.api.answer_next("sendMessage", self.chance.choice([BROKEN, SILENCE, TOO_MANY]))
            self.expected.failures += 1
        return update

    def _correct(self, who: int, message: dict[str, int]) -> None:
        corrected = f"{message['text']}（更正）"
        changed = {**message, "text": corrected, "edit_date": int(time.time())}
        self.api.push(edited_message=changed)
        self.expected.correct(who, message["message_id"], corrected)

    # ------------------------------------------------------------ a report

    def _report(self, customer: Customer) -> None:
        self._new[customer.who].clear()
        customer.reports += 1
        customer.press, customer.newer, customer.again_at = "", None, None
        customer.is_waiting = True
        self._send(customer.who, customer.fault)
        self.expected.again += customer.reports > 1

    def _react(self, customer: Customer, call: Call) -> None:
        titles = [key["text"] for row in keyboard_of(call) for key in row]
        text = call.data.get("text", "")
        if self.away in text:
            self.expected.away += 1
            customer.again_at = time.monotonic() + AFTER_AWAY_S
        elif YES in titles and customer.press:
            customer.newer = call
        elif YES in titles:
            self._press(customer, call, titles.index(YES))
        elif customer.press and FILED in text:
            customer.is_waiting = False

    def _press(self, customer: Customer, call: Call, index: int) -> None:
        update = self.api.presses(call, index, chat=customer.who)
        self.expected.presses += 1
        customer.press, customer.newer = update["callback_query"]["id"], None
        if self.chance.random() < REPEATED:
            self.api.push_again(update)
            self.expected.repeats += 1

    def _look_at_presses(self) -> None:
        """Who is told that the button is old, by a report written again, presses the newer one."""
        answers = self.api.called("answerCallbackQuery")
        old = {
            each.data["callback_query_id"]
            for each in answers[self._told :]
            if each.data.get("text") == self.old_button
        }
        self._told = len(answers)
        for customer in self._people.values():
            if customer.press in old:
                customer.press, newer = "", customer.newer
                if newer is not None:
                    self._react(customer, newer)

    def _report_again(self, customer: Customer) -> None:
        if customer.reports < MOST_REPORTS:
            self._report(customer)
        else:
            customer.is_waiting = False
