import pytest
from django.utils.translation.trans_real import DjangoTranslation

from surveys.operations.closing import KEY_LOST, WENT_LIVE
from surveys.operations.opening import LIVE_ALREADY


@pytest.fixture
def german_reasons(monkeypatch):
    """What German says for the reasons of the portal itself, whatever the catalogue does."""
    told = {
        WENT_LIVE: "Sie ist im Einsatz.",
        KEY_LOST: "Der Schlüssel fehlt.",
        LIVE_ALREADY: "Sie war schon im Einsatz.",
    }
    known = DjangoTranslation.gettext

    def translated(catalogue, message):
        if catalogue.language() == "de" and message in told:
            return told[message]
        return known(catalogue, message)

    monkeypatch.setattr(DjangoTranslation, "gettext", translated)
    return told


@pytest.fixture
def without_french(monkeypatch):
    """Calling it with a sentence takes that sentence out of the French catalogue."""
    lost = set()
    known = DjangoTranslation.gettext

    def translated(catalogue, message):
        if catalogue.language() == "fr" and message in lost:
            return message
        return known(catalogue, message)

    monkeypatch.setattr(DjangoTranslation, "gettext", translated)
    return lost.add
