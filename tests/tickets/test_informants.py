"""What others see of a report, and a seal that cannot be used."""

from datetime import datetime
from pathlib import Path

import pytest

from desk.settings import ROOT
from profiles.document import DocumentError
from tests.conftest import SATURDAY_MORNING
from tickets.informants import Seal, load_seal
from tickets.ticket import HistoryLine, Kind, State, Ticket

ROLES = ("agent", "supervisor", "admin")
SEALED = "〔已密封〕"


@pytest.fixture(scope="module")
def seal() -> Seal:
    return load_seal(ROOT / "profiles" / "informants.yml", roles=ROLES)


def report(kind: Kind = Kind.REPORT, at: datetime = SATURDAY_MORNING, **fields: str) -> Ticket:
    return Ticket(
        no="2026112100012",
        profile="power",
        kind=kind,
        state=State.REGISTERED,
        conversation_id=None,
        fields=fields,
        registered_at=at,
        history=(
            HistoryLine(
                at=at, actor="小李", state=State.REGISTERED, note="回电 138-0013-8000，3号楼"
            ),
        ),
    )


class TestSealedTicket:
    def test_hides_who_informed(self, seal: Seal) -> None:
        ticket = report(name="张三", phone="13800138000", address="幸福里6栋301", matter="偷电")

        seen = seal.sealed_ticket(ticket)

        assert seen.fields == {"name": SEALED, "phone": SEALED, "address": SEALED, "matter": "偷电"}

    def test_hides_numbers_wherever_they_were_written_down(self, seal: Seal) -> None:
        seen = seal.sealed_ticket(report(matter="找我打13800138000，3号楼偷电5天"))

        assert seen.fields["matter"] == f"找我打{SEALED}，3号楼偷电5天"
        assert seen.history[0].note == f"回电 {SEALED}，3号楼"

    def test_leaves_other_tickets_alone(self, seal: Seal) -> None:
        fault = report(Kind.FAULT, phone="13800138000")

        assert seal.sealed_ticket(fault) is fault


class TestChanges:
    def test_never_writes_a_mask_over_what_it_hides(self, seal: Seal) -> None:
        ticket = report(phone="13800138000")

        changed = seal.changes(ticket, {"phone": SEALED, "matter": "偷电，金额很大"})

        assert changed == {"matter": "偷电，金额很大"}

    def test_takes_a_new_phone(self, seal: Seal) -> None:
        assert seal.changes(report(), {"phone": "139"}) == {"phone": "139"}


class TestLoadSeal:
    def test_names_file_line_and_reason_for_a_role_nobody_has(self, tmp_path: Path) -> None:
        file = tmp_path / "informants.yml"
        file.write_text("kinds: [report]\nsealed: [phone]\nshown_to: [督察]\nmask: x\n", "utf-8")

        with pytest.raises(DocumentError, match=r"informants\.yml:3: shown_to: there is no role"):
            load_seal(file, roles=ROLES)

    def test_refuses_a_seal_nobody_may_open(self, tmp_path: Path) -> None:
        file = tmp_path / "informants.yml"
        file.write_text("kinds: [report]\nsealed: [phone]\nshown_to: []\nmask: x\n", "utf-8")

        with pytest.raises(DocumentError, match=r"informants\.yml:3: shown_to"):
            load_seal(file, roles=ROLES)
