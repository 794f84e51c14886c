"""The HTTP API for suggested wordings: what an agent may send, and what became of it."""

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, model_validator

from connectors.api import Centres
from connectors.sign_in import StaffDoor, StaffService
from connectors.talks import Talks
from conversations.message import MAX_TEXT
from conversations.people import NotAllowed, Staff
from conversations.rights import Right, may
from conversations.suggesting import Asked, Suggested, Suggesting
from knowledge.phrasing import Phrases
from knowledge.picks import Outcome
from knowledge.preferring import Suggestion
from tickets.informants import InformantSealed


class SuggestionForm(BaseModel):
    """Body of `POST /suggestions`: a line, a conversation, or a line in a conversation."""

    model_config = ConfigDict(extra="forbid")

    text: str = Field("", max_length=MAX_TEXT, description="what the customer says")
    conversation_id: str | None = Field(None, max_length=40)
    profile: str | None = Field(None, description="only without a conversation, which has its own")
    surname: str = Field("", max_length=4)
    honorific: str = Field("", max_length=6)
    opening: bool = Field(False, description="the agent's first line, without a conversation")

    @model_validator(mode="after")
    def _names_a_line(self) -> "SuggestionForm":
        if not self.text.strip() and self.conversation_id is None:
            raise ValueError("text or conversation_id is needed")
        return self


class OutcomeForm(BaseModel):
    """Body of `POST /suggestions/outcome`: of a suggestion's id, or of a line and an entry."""

    model_config = ConfigDict(extra="forbid")

    outcome: Outcome
    suggestion_id: str | None = Field(None, max_length=40)
    line: str = Field("", max_length=MAX_TEXT)
    entry_id: str | None = Field(None, max_length=80)
    conversation_id: str | None = Field(None, max_length=40)
    profile: str | None = None

    @model_validator(mode="after")
    def _names_a_suggestion(self) -> "OutcomeForm":
        if self.suggestion_id is None and not (self.line.strip() and self.entry_id):
            raise ValueError("suggestion_id, or line and entry_id, are needed")
        return self


def make_router(
    *,
    staff: StaffService,
    suggesting: Suggesting,
    centres: Centres,
    talks: Talks,
) -> APIRouter:
    """Wordings for agents; nothing is sent to a customer from here."""
    router = APIRouter(tags=["staff"])
    Anyone = Annotated[Staff, Depends(StaffDoor(staff, Right.HELP))]

    async def asked(member: Staff, form: SuggestionForm | OutcomeForm, text: str) -> Asked:
        """The question, once it is sure that this member may read the conversation.

        Of a talk in which somebody informed only the line itself is looked at.
        """
        name, conversation_id = form.profile, form.conversation_id
        if conversation_id is not None:
            if not may(member.role, Right.READ_TALKS):
                raise NotAllowed(f"role {member.role} may not read conversations")
            name = await suggesting.profile_of(conversation_id)
            if (await talks.open(member, conversation_id)).is_sealed:
                if not text:
                    raise InformantSealed(f"somebody informed in {conversation_id}")
                return Asked(profile=centres.get(name), text=text, is_sealed=True)
        return Asked(profile=centres.get(name), text=text, conversation_id=conversation_id)

    @router.post("/suggestions", summary="Up to three wordings for a line, best first, or none")
    async def suggest(member: Anyone, form: SuggestionForm) -> dict[str, Any]:
        question = await asked(member, form, form.text.strip())
        found = await suggesting.suggest(
            replace(
                question,
                surname=form.surname.strip(),
                honorific=form.honorific.strip(),
                opening=form.opening,
            )
        )
        return suggested_data(found, suggesting.phrases)

    @router.post("/suggestions/outcome", summary="What the agent did with a wording")
    async def tell(member: Anyone, form: OutcomeForm) -> dict[str, Any]:
        if form.suggestion_id is not None:
            await suggesting.tell(form.suggestion_id, form.outcome, actor=member.name)
            return {"suggestion_id": form.suggestion_id, "outcome": form.outcome}
        question = await asked(member, form, form.line)
        told = await suggesting.tell_of(
            question, form.entry_id or "", form.outcome, actor=member.name
        )
        return {"suggestion_id": told, "outcome": form.outcome}

    return router


def suggested_data(found: Suggested, phrases: Phrases) -> dict[str, Any]:
    """Wordings as the desk page gets them; `reason` says why there are none."""
    return {
        "line": found.line,
        "suggestions": [
            suggestion_data(suggestion_id, each, phrases) for suggestion_id, each in found.wordings
        ],
        "reason": found.reason,
    }


def suggestion_data(suggestion_id: str, suggestion: Suggestion, phrases: Phrases) -> dict[str, Any]:
    """One wording with where it comes from and how long that holds."""
    entry = suggestion.entry
    return {
        "suggestion_id": suggestion_id,
        "text": suggestion.text,
        "short": suggestion.short,
        "entry_id": entry.entry_id,
        "version": entry.version,
        "kind": entry.kind,
        "title": entry.title,
        "phase": entry.phase or phrases.answering,
        "probability": round(suggestion.probability, 4),
        "source": entry.source,
        "region": entry.region,
        "valid_from": entry.valid_from.isoformat(),
        "valid_to": entry.valid_until.isoformat() if entry.valid_until else None,
    }
