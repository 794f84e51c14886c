"""Reading what Telegram sends: an update as a letter, and what a letter says. Pure.

An update is read as plain data and not as python-telegram-bot's objects: one of a shape nobody
has seen yet must not keep those behind it waiting.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from conversations.door import FarFile, Heard, Kind, Letter

CHANNEL = "telegram"
# the kinds of update we ask for; others that come all the same are kept and left alone
WANTED = ["message", "edited_message", "callback_query", "my_chat_member"]
_GONE = frozenset({"kicked", "left"})
# a feeling without its sign
WORDLESS = "🙂"
# what is shown and heard, but is neither photo, paper nor voice
_FILMS = ("video", "video_note", "animation", "audio")
_NOTHING = Heard(kind=Kind.NOTHING)


def letter_of(update: Any, *, bot: str, now: datetime) -> Letter | None:
    """An update as a letter, before its content is read; None when it is no update at all.

    Each bot counts its updates, and its messages in a chat, from anywhere: only with the bot's own
    id is a number of theirs nobody else's.
    """
    if not isinstance(update, Mapping) or not _is_int(update.get("update_id")):
        return None
    number = update["update_id"]
    chat = _part(_holder(update), "chat")
    return Letter(
        channel=CHANNEL,
        key=f"{bot}:{number}",
        # by which it was kept before letters named their bot
        old_key=str(number),
        address=str(chat["id"]) if _is_int(chat.get("id")) else "",
        place=number,
        sent_at=_sent_at(update, now),
        body=update,
    )


def read_update(letter: Letter, *, commands: Collection[str], bot_name: str) -> Heard:
    """What a letter's update says; whatever is in it."""
    heard = _read(letter.body, commands, bot_name)
    # of the bot that brought it, which need not be the one of now
    bot = letter.key.rpartition(":")[0]
    if not bot or not heard.message_id:
        return heard
    return replace(heard, message_id=f"{bot}:{heard.message_id}", old_id=heard.message_id)


def _read(update: Mapping[str, Any], commands: Collection[str], bot_name: str) -> Heard:
    holder = _holder(update)
    chat = _part(holder, "chat")
    if not _is_int(chat.get("id")):
        return _NOTHING
    is_private = chat.get("type") == "private"
    if "my_chat_member" in update:
        return _membership(_part(update, "my_chat_member"), is_private=is_private)
    if not is_private:
        return Heard(kind=Kind.GROUP) if "message" in update else _NOTHING
    if "callback_query" in update:
        return _press(_part(update, "callback_query"))
    message_id = holder.get("message_id")
    if not _is_int(message_id):
        return _NOTHING
    if "edited_message" in update:
        return _edited(holder, str(message_id))
    return _message(holder, str(message_id), commands, bot_name)


def _message(
    message: Mapping[str, Any], message_id: str, commands: Collection[str], bot_name: str
) -> Heard:
    text = _text(message, "text")
    if text:
        return _command(text, message_id, commands, bot_name) or Heard(
            kind=Kind.TEXT, message_id=message_id, text=text
        )
    place = _part(message, "location")
    if place:
        return _place(message, place, message_id)
    contact = _part(message, "contact")
    if _text(contact, "phone_number"):
        return _contact(message, contact, message_id)
    caption = _text(message, "caption")
    file = _file(message, message_id)
    if file is not None:
        kind = Kind.VOICE if "voice" in message else Kind.FILE
        return Heard(kind=kind, message_id=message_id, text=caption, file=file)
    if _part(message, "sticker"):
        sign = _text(_part(message, "sticker"), "emoji") or WORDLESS
        return Heard(kind=Kind.WORDLESS, message_id=message_id, text=sign)
    if any(name in message for name in ("dice", "game", "poll", "story", "venue")):
        return Heard(kind=Kind.WORDLESS, message_id=message_id, text=WORDLESS)
    # of the service's own messages ("pinned", "auto-delete changed") the customer said none
    return Heard(kind=Kind.TEXT, message_id=message_id, text=caption) if caption else _NOTHING


def _command(text: str, message_id: str, commands: Collection[str], bot_name: str) -> Heard | None:
    first, _, rest = text.partition(" ")
    name, _, addressed = first.removeprefix("/").partition("@")
    is_ours = not addressed or addressed.lower() == bot_name.lower()
    if not text.startswith("/") or name.lower() not in commands or not is_ours:
        return None
    return Heard(
        kind=Kind.COMMAND, message_id=message_id, text=name.lower(), rest=rest.strip()[:64]
    )


def _press(query: Mapping[str, Any]) -> Heard:
    number = _part(query, "message").get("message_id")
    return Heard(
        kind=Kind.PRESS,
        mark=_text(query, "data"),
        press_id=_text(query, "id"),
        pressed_in=str(number) if _is_int(number) else "",
    )


def _place(message: Mapping[str, Any], place: Mapping[str, Any], message_id: str) -> Heard:
    latitude, longitude = _number(place, "latitude", 90), _number(place, "longitude", 180)
    if latitude is None or longitude is None:
        return _NOTHING
    venue = _part(message, "venue")
    name = f"{_text(venue, 'address')}{_text(venue, 'title')}"[:200]
    where = (latitude, longitude)
    return Heard(kind=Kind.PLACE, message_id=message_id, place=where, name=name)


def _contact(message: Mapping[str, Any], contact: Mapping[str, Any], message_id: str) -> Heard:
    is_own = contact.get("user_id") == _part(message, "from").get("id")
    names = (_text(contact, "last_name"), _text(contact, "first_name"))
    return Heard(
        kind=Kind.CONTACT,
        message_id=message_id,
        phone=plain_phone(_text(contact, "phone_number")),
        name="" if is_own else "".join(names)[:80],
    )


def plain_phone(phone: str) -> str:
    """The number as people here write it: digits only, without the country's own code."""
    digits = "".join(each for each in phone if each.isascii() and each.isdigit())
    return digits.removeprefix("86") if len(digits) == 13 else digits


def _file(message: Mapping[str, Any], message_id: str) -> FarFile | None:
    photos = message.get("photo")
    if isinstance(photos, list) and photos:
        sizes = [each for each in photos if isinstance(each, Mapping)]
        largest = max(sizes, key=lambda each: _size(each), default={})
        return _far_file(largest, name=f"{message_id}.jpg")
    # a film also comes as the document it is
    for name in (*_FILMS, "document", "voice"):
        held = _part(message, name)
        if held:
            shown = _text(held, "file_name") or message_id
            return _far_file(held, name=shown, is_film=name in _FILMS)
    return None


def _far_file(held: Mapping[str, Any], *, name: str, is_film: bool = False) -> FarFile | None:
    ref = _text(held, "file_id")
    if not ref:
        return None
    return FarFile(ref=ref, name=name[:200], size=_size(held), is_film=is_film)


def _edited(message: Mapping[str, Any], message_id: str) -> Heard:
    text = _text(message, "text") or _text(message, "caption")
    is_live_place = bool(_part(message, "location"))
    if not text or is_live_place:
        return _NOTHING
    # a caption is corrected in the line of its file
    file = None if "text" in message else _file(message, message_id)
    return Heard(kind=Kind.EDIT, message_id=message_id, text=text, file=file)


def _membership(change: Mapping[str, Any], *, is_private: bool) -> Heard:
    status = _text(_part(change, "new_chat_member"), "status")
    if not is_private:
        return _NOTHING if status in _GONE or not status else Heard(kind=Kind.GROUP)
    return Heard(kind=Kind.GONE if status in _GONE else Kind.BACK)


def _holder(update: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part of an update that names the chat."""
    query = _part(update, "callback_query")
    if query:
        return _part(query, "message") or {"chat": {**_part(query, "from"), "type": "private"}}
    for name in ("message", "edited_message", "my_chat_member"):
        if _part(update, name):
            return _part(update, name)
    return {}


def _sent_at(update: Mapping[str, Any], now: datetime) -> datetime:
    """When it was sent; a press tells no time, and what tells a time to come is not believed."""
    holder = {} if "callback_query" in update else _holder(update)
    seconds = holder.get("edit_date", holder.get("date"))
    if not _is_int(seconds) or not 0 < seconds <= now.timestamp():
        return now
    return datetime.fromtimestamp(seconds, UTC)


def _part(held: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = held.get(name)
    return found if isinstance(found, Mapping) else {}


def _text(held: Mapping[str, Any], name: str) -> str:
    found = held.get(name)
    return found if isinstance(found, str) else ""


def _size(held: Mapping[str, Any]) -> int:
    found = held.get("file_size")
    return found if isinstance(found, int) else 0


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63


def _number(held: Mapping[str, Any], name: str, most: float) -> float | None:
    found = held.get(name)
    return float(found) if isinstance(found, int | float) and abs(found) <= most else None
