"""Columns of people are known by their names, however these are spelt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from measurement.parsing import FIELDS, names_a_person

BY = [
    "performed by", "processed by", "handled by", "entered by", "created by", "approved by",
    "last modified by", "done by", "made by", "signed by", "erfasst von", "bearbeitet von",
    "geprüft von", "geprueft von", "freigegeben von", "saisi par", "traité par", "validé par",
    "assigned to",
]  # fmt: skip
PEOPLE = [
    "pernr", "personalnummer", "personal", "badge", "ssn", "ahv", "uname", "ernam", "aenam",
    "initials", "kürzel", "matricule", "staff", "worker", "agent", "analyst", "reviewer",
    "approver", "user", "employee", "mitarbeiter", "sachbearbeiterin", "prüfer", "opérateur",
    "signataire", "emp",
]  # fmt: skip
RESTS = ["", "id", "nr", "no", "number", "name", "2"]
SPELLINGS = {
    "snake": "_".join,
    "kebab": "-".join,
    "spaced": " ".join,
    "title": lambda words: " ".join(word.capitalize() for word in words),
    "camel": lambda words: words[0] + "".join(word.capitalize() for word in words[1:]),
    "pascal": lambda words: "".join(word.capitalize() for word in words),
    "glued": "".join,
    "dotted": ".".join,
}


@given(
    st.sampled_from([*BY, *PEOPLE]),
    st.sampled_from(RESTS),
    st.sampled_from(sorted(SPELLINGS)),
    st.sampled_from([str, str.upper, str.lower]),
)
def test_column_of_people_is_known_however_it_is_spelt(name, rest, spelling, case):
    words = [*name.split(), *filter(None, [rest])]

    assert names_a_person(case(SPELLINGS[spelling](words)))


@pytest.mark.parametrize(
    "name",
    [
        *FIELDS, "rework", "checked", "score", "pages", "right_first_time", "error_count", "cost",
        "Vorgang", "Auftragsnummer", "Antrags-Nr.", "von_datum", "valid_from", "started_by_date",
        "entered_at", "processed_at", "erledigt_am", "standby", "nearby",
        "dossier", "montant", "pages_par_dossier", "en_cours", "nominal", "reviews", "approvals",
        "activity name", "concept:name", "Event Name", "Prozessname", "Nom de l'étape",
        "handover_count", "team_size", "release_number", "step code", "amount2",
    ],
)  # fmt: skip
def test_column_of_the_work_is_left_alone(name):
    assert not names_a_person(name)


@pytest.mark.parametrize(
    "name", ["name", "case:concept:customer", "task owner name", "activity user", "event_agent"]
)
def test_name_of_somebody_beside_an_activity_is_a_persons(name):
    assert names_a_person(name)
