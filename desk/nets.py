"""What was learnt at set-up, as a desk finds it when it starts; whatever is missing is logged."""

import logging
from zipfile import BadZipFile

from conversations.danger_net import DangerNet
from conversations.draft_net import DraftNet, DraftSense
from desk.paths import Paths
from desk.settings import Settings
from knowledge import shelf
from knowledge.encoder import EncoderError, OnnxEncoder
from knowledge.layers import LayerEncoder
from tickets.place_labels import PlaceLabeller

log = logging.getLogger(__name__)


def find_encoder(settings: Settings) -> OnnxEncoder | None:
    """The encoder, or None with a word in the log: search then goes by words alone."""
    try:
        return OnnxEncoder(settings.encoder_dir)
    except EncoderError as error:
        log.error("%s; searching by words alone", error)
        return None


def open_encoder(settings: Settings, fingerprint: str) -> OnnxEncoder | None:
    """The encoder a publication was made with, when it is not the one in use."""
    try:
        return shelf.find_encoder(settings.encoders_dir, fingerprint)
    except EncoderError as error:
        log.error("%s; searching by words alone", error)
        return None


def find_danger_net(settings: Settings, encoder: OnnxEncoder | None) -> DangerNet | None:
    """The second net under the words of danger, or None with a word in the log."""
    try:
        net = DangerNet.load(Paths.of(settings).danger_net)
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        log.error("%s; dangers are heard by their words alone until `seatmate setup`", error)
        return None
    if encoder is None or net.encoder != encoder.fingerprint:
        log.error("the net of dangers was taught with another encoder: run `seatmate setup`")
        return None
    return net


def find_place_labeller(settings: Settings) -> PlaceLabeller | None:
    """What finds addresses, or None with a word in the log."""
    try:
        return PlaceLabeller.load(Paths.of(settings).place_labeller)
    except (OSError, ValueError) as error:
        log.error("%s; addresses are found by rules alone until `seatmate setup`", error)
        return None


def find_draft_sense(settings: Settings) -> DraftSense | None:
    """The second net of etiquette, or None with a word in the log."""
    try:
        net = DraftNet.load(Paths.of(settings).draft_net)
        layers = LayerEncoder(settings.encoder_dir)
    except (OSError, ValueError, KeyError, BadZipFile, EncoderError) as error:
        log.error("%s; drafts are checked by wordings alone until `seatmate setup`", error)
        return None
    if net.encoder != layers.fingerprint:
        log.error("the net of drafts was taught with another encoder: run `seatmate setup`")
        return None
    return DraftSense(net, layers)
