"""What is learnt at set-up beside the dangers: how drafts offend, how addresses are told."""

import re
import tempfile
from pathlib import Path

from conversations.reading import plain
from desk.paths import Paths
from desk.settings import ROOT, Settings
from desk.steps import Say, Stamp
from knowledge.encoder import CARD_FILE
from knowledge.entry import EntryKind
from knowledge.importing.corpus_yaml import read_corpus
from knowledge.layers import LayerEncoder
from knowledge.phrasing import load_phrases
from tickets.profile import load_profile

# how customers tell where they are
SAID = "addresses_said.yml"
# what agents should not write, and what only sounds like it
DRAFTS_SAID = "etiquette_said.yml"
# what joins approved answers to what was said: nobody is warned of it
PHRASES = "phrasing.yml"
_SENTENCE = re.compile(r"[^。！!？?\n]+")
# by these it is learnt how drafts offend, and how they are read: another recipe, another net
TAUGHT_BY = (
    "conversations/draft_fitting.py",
    "conversations/draft_net.py",
    "conversations/line_net.py",
    "conversations/net_fitting.py",
    "knowledge/etiquette.py",
)
DESCRIBED_BY = ("place_labels.py", "place_parts.py", "place_words.yml", "places.py")


def draft_net_stamp(settings: Settings) -> Stamp:
    """Whether the net of drafts is made of today's lines and answers, by today's encoder."""
    said_file, corpora = settings.profiles_dir / DRAFTS_SAID, settings.profiles_dir.glob("*/corpus")
    taught_by = [ROOT / name for name in TAUGHT_BY]
    phrases = settings.profiles_dir / PHRASES
    inputs = [said_file, phrases, *sorted(corpora), settings.encoder_dir / CARD_FILE, *taught_by]
    paths = Paths.of(settings)
    return Stamp(paths.stamps / "draft-net", inputs, made=paths.draft_net)


def ensure_draft_net(settings: Settings, *, say: Say) -> None:
    """Learn how drafts offend, when the lines, the answers or the encoder changed."""
    stamp = draft_net_stamp(settings)
    if stamp.is_fresh():
        return
    said_file = settings.profiles_dir / DRAFTS_SAID
    corpora = sorted(settings.profiles_dir.glob("*/corpus"))
    say("learning how drafts offend")
    # only needed when something is learnt
    from conversations.draft_fitting import fit_net, read_said

    lines, layers = read_said(said_file), LayerEncoder(settings.encoder_dir)
    net = fit_net(
        layers,
        encoder=layers.fingerprint,
        said=lines.said,
        fine=lines.fine,
        daily=[line for folder in corpora for line in _sentences_of(folder)],
        offered=[
            *load_phrases(settings.profiles_dir / PHRASES).sentences(),
            *(line for folder in corpora for line in _sentences_of(folder, EntryKind.SCRIPT)),
        ],
    )
    net.save(Paths.of(settings).draft_net)
    stamp.write()


def _sentences_of(corpus: Path, *kinds: EntryKind) -> list[str]:
    """What is approved to be said, sentence by sentence; what holds blanks is left out."""
    entries = read_corpus(corpus, timezone="UTC")
    answers = (entry.answer for entry in entries if not kinds or entry.kind in kinds)
    sentences = (line.strip() for answer in answers for line in _SENTENCE.findall(answer))
    return list(dict.fromkeys(line for line in sentences if len(line) > 5 and "{" not in line))


def place_labeller_stamp(settings: Settings) -> Stamp:
    """Whether addresses are told by what was learnt of today's lines."""
    # what a line is described by is learnt with: another description, another model
    described = [ROOT / "tickets" / name for name in DESCRIBED_BY]
    paths, inputs = Paths.of(settings), [settings.profiles_dir / SAID, *described]
    return Stamp(paths.stamps / "place-labeller", inputs, made=paths.place_labeller)


def ensure_place_labeller(settings: Settings, *, say: Say) -> None:
    """Learn how addresses are told, when the lines changed."""
    stamp = place_labeller_stamp(settings)
    if stamp.is_fresh():
        return
    said_file, path = settings.profiles_dir / SAID, Paths.of(settings).place_labeller
    say("learning how addresses are told")
    # only needed when something is learnt
    from tickets.place_fitting import fit_labeller, read_said

    profile = load_profile(settings.profiles_dir / settings.profile)
    lines = [plain(line, profile) for line in read_said(said_file).lines()]
    with tempfile.TemporaryDirectory() as folder:
        fit_labeller(lines, folder=Path(folder)).save(path)
    stamp.write()
