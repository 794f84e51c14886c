"""What `seatmate doctor` tells of the doors: the token, the webhook, the clock."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx
from telegram import WebhookInfo

from connectors.telegram_bot import in_our_words, make_bot
from conversations.door import DeliveryError
from desk.findings import Finding
from desk.settings import Settings

WITHIN_S = 15.0
# signed messages are refused when they are five minutes old, and Telegram's own times are seconds
LARGEST_DRIFT = timedelta(seconds=30)
# an error at the webhook that is older was got over
RECENTLY = timedelta(hours=1)


async def diagnose_doors(settings: Settings) -> list[Finding]:
    """One line for each door that is off, and several for one that is on."""
    findings = await _telegram(settings)
    if settings.webhook_url:
        findings.append(Finding(True, f"signed webhook: lines go to {settings.webhook_url}"))
        if not settings.telegram_token:
            # what it signs is refused when the clocks differ
            findings.append(await _clock(settings.webhook_url, "the other system's"))
    return findings


async def _telegram(settings: Settings) -> list[Finding]:
    if not settings.telegram_token:
        return [Finding(True, "Telegram: off (SEATMATE_TELEGRAM_TOKEN is empty)")]
    try:
        clock = await _clock(settings.telegram_api, "Telegram's", proxy=settings.telegram_proxy)
        return [clock, *await asyncio.wait_for(_bot(settings), WITHIN_S)]
    except TimeoutError:
        text = f"Telegram: {settings.telegram_api} does not answer within {WITHIN_S:.0f} s"
        return [Finding(False, f"{text}; a proxy can be named in SEATMATE_TELEGRAM_PROXY")]


async def _bot(settings: Settings) -> list[Finding]:
    bot = make_bot(
        settings.telegram_token, api=settings.telegram_api, proxy=settings.telegram_proxy
    )
    try:
        async with in_our_words(settings.telegram_token):
            await bot.initialize()
            info = await bot.get_webhook_info()
    except DeliveryError as error:
        return [Finding(False, f"Telegram: {error}")]
    finally:
        await bot.shutdown()
    return [
        Finding(True, f"Telegram: the token belongs to @{bot.username}"),
        _webhook(settings, info, now=datetime.now(UTC)),
    ]


def _webhook(settings: Settings, info: WebhookInfo, *, now: datetime) -> Finding:
    """Whether messages come the way the settings say."""
    waiting = f"{info.pending_update_count} updates wait"
    if not settings.telegram_webhook:
        if info.url:
            said = f"a webhook is set at {info.url}, and so polling gets nothing"
            return Finding(False, f"Telegram: {said}; a start of the desk takes it away")
        return Finding(True, f"Telegram: the desk polls; {waiting}")
    if not settings.telegram_webhook.startswith("https://"):
        return Finding(False, "Telegram: SEATMATE_TELEGRAM_WEBHOOK must begin with https://")
    if info.url != settings.telegram_webhook:
        told = info.url or "none"
        return Finding(False, f"Telegram: it knows another webhook ({told}): start the desk")
    failed_at = info.last_error_date
    if failed_at is not None and now - failed_at < RECENTLY:
        said = info.last_error_message or ""
        return Finding(False, f"Telegram: it cannot reach the webhook: {said}; {waiting}")
    return Finding(True, f"Telegram: the webhook {info.url} works; {waiting}")


async def _clock(url: str, whose: str, *, proxy: str = "") -> Finding:
    """Whether this machine's clock agrees with the one behind an address."""
    try:
        async with httpx.AsyncClient(timeout=WITHIN_S, proxy=proxy or None) as http:
            answer = await http.head(url)
        told = parsedate_to_datetime(answer.headers["Date"])
    except (httpx.HTTPError, KeyError, ValueError):
        return Finding(True, "clock: nobody to compare it with")
    drift = datetime.now(UTC) - told
    text = f"clock: {abs(drift).total_seconds():.0f} s off {whose}"
    if abs(drift) <= LARGEST_DRIFT:
        return Finding(True, text)
    return Finding(False, f"{text}: set this machine's clock (NTP)")
