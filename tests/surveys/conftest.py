import pytest
from django.utils.translation.trans_real import DjangoTranslation

from surveys.operations.closing import KEY_LOST, WENT_LIVE


@pytest.fixture
def german_reasons(monkeypatch):
    """What German says for the reasons of the portal itself, whatever the catalogue does."""
    told = {WENT_LIVE: "Sie ist im Einsatz.", KEY_LOST: "Der Schlüssel fehlt."}
    known = DjangoTranslation.gettext

    def translated(catalogue, message):
        if catalogue.language() == "de" and message in told:
            return told[message]
        return known(catalogue, message)

    monkeypatch.setattr(DjangoTranslation, "gettext", translated)
    return told
