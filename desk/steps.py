"""The steps between a fresh clone and a serving desk; each is skipped when already done."""

from collections.abc import Callable, Iterable
from pathlib import Path

from ruamel.yaml import YAML

from connectors.sign_in import StaffService
from conversations.emergency import find_emergency
from conversations.people import Role, new_password
from conversations.reading import plain
from desk.clock import now
from desk.database import Database, migrate
from desk.digest import digest_of
from desk.paths import Paths
from desk.questions import questions_of
from desk.settings import Settings
from knowledge.encoder import CARD_FILE, OnnxEncoder, get_spec
from knowledge.entry import KnowledgeError, PublicationRefused
from knowledge.examined import Examined
from knowledge.gate import Override, Verdict
from knowledge.importing.corpus_yaml import read_corpus
from knowledge.importing.floors_yaml import read_floors
from knowledge.indexes.cache import IndexCache
from knowledge.merging import ImportReport, import_corpus
from knowledge.publishing import Publisher, Step, nobody_watches
from knowledge.store import KnowledgeStore, Publication
from tickets.profile import load_profile

Say = Callable[[str], None]

FIRST_STAFF = "admin"
# what people said in danger, and what only sounds like it
SAID = "dangers_said.yml"


class StepError(Exception):
    """A step could not be done; the text says what to do."""


def check_data_dir(settings: Settings) -> None:
    """The data folder must be there and writable."""
    probe = settings.data_dir / ".writable"
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        probe.write_text("")
        probe.unlink()
    except OSError as error:
        raise StepError(
            f"cannot write in {settings.data_dir}: {error.strerror}. Make the folder writable, or "
            "set SEATMATE_DATA_DIR to one that is"
        ) from error


def ensure_encoder(settings: Settings, *, say: Say) -> None:
    """Adopt the encoder unless it is there."""
    if (settings.encoder_dir / CARD_FILE).is_file():
        return
    # torch is imported in there, and only when it is needed
    from knowledge.adoption import adopt

    adopt(get_spec(settings.encoder), settings.encoders_dir, say=say)


def ensure_schema(settings: Settings) -> None:
    """Bring the database to the newest schema."""
    migrate(settings.database)


async def bring_in(database: Database, settings: Settings, profile: str) -> ImportReport:
    """Import a profile's corpus files; nothing changes when one of them is wrong."""
    stamps = _Stamps(settings, profile)
    folder = settings.profiles_dir / profile
    wanted = read_corpus(folder / "corpus", timezone=load_profile(folder).timezone)
    async with database.write() as connection:
        report = await import_corpus(KnowledgeStore(connection), profile, wanted, at=now())
    stamps.imported.write()
    return report


async def publish(
    database: Database,
    settings: Settings,
    profile: str,
    *,
    author: str,
    override: Override | None = None,
) -> Publication:
    """Publish a profile's approved entries, unless the gate refuses."""
    stamps = _Stamps(settings, profile)
    folder = settings.profiles_dir / profile
    labelled, tests = await questions_of(database, folder)
    try:
        publication = await publisher_of(database, settings).publish(
            profile,
            encoder=OnnxEncoder(settings.encoder_dir),
            labelled=labelled,
            tests=tests,
            author=author,
            now=now(),
            floors=read_floors(folder),
            override=override,
        )
    except PublicationRefused:
        if stamps.imported.is_fresh():
            stamps.refused.write()
        raise
    if stamps.imported.is_fresh():
        stamps.published.write()
    return publication


async def examine(
    database: Database,
    settings: Settings,
    profile: str,
    *,
    on_step: Callable[[Step], None] = nobody_watches,
) -> Examined:
    """All of a publication but going live; nothing is written down."""
    labelled, tests = await questions_of(database, settings.profiles_dir / profile)
    return await publisher_of(database, settings, on_step=on_step).examine(
        profile,
        encoder=OnnxEncoder(settings.encoder_dir),
        labelled=labelled,
        tests=tests,
        now=now(),
        floors=read_floors(settings.profiles_dir / profile),
    )


def publisher_of(
    database: Database, settings: Settings, *, on_step: Callable[[Step], None] = nobody_watches
) -> Publisher:
    """The publisher of this installation."""
    indexes = IndexCache(settings.data_dir / "indexes")
    return Publisher(write=database.write, read=database.read, indexes=indexes, on_step=on_step)


def centres_of(settings: Settings) -> list[str]:
    """The profiles that have a corpus, in the order of their names."""
    return sorted(path.parent.name for path in settings.profiles_dir.glob("*/corpus"))


async def unpublished(database: Database, settings: Settings, *, say: Say) -> list[str]:
    """The profiles whose files or encoder changed since they were published or refused."""
    async with database.read() as connection:
        live = await KnowledgeStore(connection).live_numbers()
    found = []
    for profile in centres_of(settings):
        stamps = _Stamps(settings, profile)
        if profile not in live or not (stamps.published.is_fresh() or stamps.refused.is_fresh()):
            found.append(profile)
        elif not stamps.published.is_fresh():
            say(f"the gate has refused the corpus of {profile}; the one before stays in service")
    return found


async def ensure_published(
    database: Database, settings: Settings, *, say: Say, only: str | None = None
) -> None:
    """Import and publish every profile (or one) whose files or encoder changed.

    A wrong file is named; while something is live it stays in service, else the error is raised.
    """
    async with database.read() as connection:
        live = await KnowledgeStore(connection).live_numbers()
    for profile in await unpublished(database, settings, say=say):
        if only not in (None, profile):
            continue
        say(f"publishing the corpus of {profile}")
        try:
            _tell_import(await bring_in(database, settings, profile), say)
            publication = await publish(database, settings, profile, author="make run")
        except KnowledgeError as error:
            if profile not in live:
                raise
            say(f"the corpus of {profile} was not published; the one before stays in service")
            say(str(error))
            continue
        _tell_publication(publication, say)


def _tell_import(report: ImportReport, say: Say) -> None:
    for name in (*report.kept, *report.conflicts):
        say(f"{name} was changed in the desk and stands so, whatever the files say")


def _tell_publication(publication: Publication, say: Say) -> None:
    figures = publication.ruling.figures
    say(
        f"publication {publication.no}: hit@1 {figures['hit@1']:.3f}, hit@3 "
        f"{figures['hit@3']:.3f} on the test questions"
    )
    if publication.ruling.verdict is Verdict.FIRST:
        below = ", ".join(each.name for each in publication.ruling.below)
        say(f"below the floor: {below}; live all the same, because nothing was before it")


def danger_net_stamp(settings: Settings) -> "Stamp":
    """Whether the danger net is made of today's lines, by today's encoder."""
    said_file, taught = settings.profiles_dir / SAID, settings.training_data / "nlu"
    inputs = [said_file, taught, settings.encoder_dir / CARD_FILE]
    paths = Paths.of(settings)
    return Stamp(paths.stamps / "danger-net", inputs, made=paths.danger_net)


def ensure_danger_net(settings: Settings, *, say: Say) -> None:
    """Learn how dangers sound, when the lines or the encoder changed."""
    stamp = danger_net_stamp(settings)
    if stamp.is_fresh():
        return
    said_file, taught = settings.profiles_dir / SAID, settings.training_data / "nlu"
    say("learning how dangers sound")
    # scikit-learn is imported in there, and only when it is needed
    from conversations.danger_fitting import fit_net, read_said

    profile = load_profile(settings.profiles_dir / settings.profile)
    lines = read_said(said_file)
    everyday = [plain(line, profile) for line in taught_lines(taught)]
    net = fit_net(
        OnnxEncoder(settings.encoder_dir),
        said={name: [plain(line, profile) for line in said] for name, said in lines.said.items()},
        harmless=[plain(line, profile) for line in lines.harmless],
        everyday=[line for line in everyday if find_emergency(line, profile) is None],
    )
    net.save(Paths.of(settings).danger_net)
    stamp.write()


def taught_lines(folder: Path) -> list[str]:
    """What the bot is taught that customers say."""
    return [
        line.strip().removeprefix("- ")
        for file in sorted(folder.glob("*.yml"))
        for item in YAML(typ="safe").load(file)["nlu"]
        for line in item["examples"].splitlines()
        if line.strip()
    ]


async def ensure_first_staff(staff: StaffService) -> str | None:
    """On the first run, an administrator; returns the password, to be shown once."""
    if not await staff.has_nobody():
        return None
    password = new_password()
    await staff.add(FIRST_STAFF, Role.ADMIN, password)
    return password


class _Stamps:
    """What was done last with a profile's files; nothing is done twice with the same ones."""

    def __init__(self, settings: Settings, profile: str) -> None:
        folder, made = settings.profiles_dir / profile, Paths.of(settings).stamps
        corpus = folder / "corpus"
        inputs = [corpus, folder / "questions", settings.encoder_dir / CARD_FILE]
        self.imported = Stamp(made / f"imported-{profile}", [corpus])
        self.published = Stamp(made / f"published-{profile}", inputs)
        # the floors decide too
        self.refused = Stamp(made / f"refused-{profile}", [*inputs, folder / "profile.yml"])


class Stamp:
    """Remembers from which inputs something was made: the file `made`, if it is one."""

    def __init__(self, path: Path, inputs: Iterable[Path], *, made: Path | None = None) -> None:
        self._path, self._digest, self._made = path, digest_of(inputs), made

    def is_fresh(self) -> bool:
        """Whether it was made from exactly these inputs, and is still there."""
        is_there = self._made is None or self._made.is_file()
        return is_there and self._path.is_file() and self._path.read_text() == self._digest

    def write(self) -> None:
        """It has been made."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(self._digest)
