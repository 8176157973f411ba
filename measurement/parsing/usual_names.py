"""What sources usually call our fields, in the three languages of the portal; most usual first."""

import re
import unicodedata
from collections.abc import Iterable

from measurement.parsing.columns import EVENT_FIELDS, FIELDS
from measurement.parsing.people_columns import names_a_person

# Small letters without accents, words joined by one blank.
USUAL = {
    "case_id": """case concept name; case id; caseid; case; case number; case no; ticket id;
        ticket number; ticket; incident id; incident; request id; order id; order number;
        process instance; trace id; vorgangsnummer; vorgangsnr; vorgang nr; vorgang id; vorgang;
        fallnummer; fall nr; fall; auftragsnummer; auftrag nr; auftrag; antragsnummer; aktenzeichen;
        numero de dossier; numero dossier; n dossier; dossier; reference; referenz; id; number;
        nummer; numero; nr; no""",
    "started_at": """started at; start time; start date; start timestamp; started; start; opened at;
        opened; created at; created; received at; received; begin; startzeit; startdatum; beginn;
        begonnen am; begonnen; gestartet am; gestartet; eroffnet am; eroffnet;
        erstellt am; erstellt; angelegt am; eingangsdatum; eingang;
        eingegangen am; date de debut; date debut; debut; commence le; ouvert le; date d ouverture;
        ouverture; cree le; date de creation; date creation; recu le""",
    "completed_at": """completed at; completed; end time; end date; end timestamp; ended at; ended;
        end; finished at; finished; closed at; closed; resolved at; resolved; done at; done;
        endzeit; enddatum; ende; abschluss; abschlussdatum; abgeschlossen am; abgeschlossen;
        erledigt am; erledigt;
        geschlossen am; beendet am; date de fin; date fin; fin; termine le; clos le;
        date de cloture; date cloture; cloture; ferme le""",
    "status": "status; state; zustand; statut; etat",
    "kind": """kind; case type; type; category; case category; vorgangsart; fallart; art; typ;
        kategorie; categorie; genre""",
    "last_event_at": """last event at; last event; last update; last updated; updated at; updated;
        last changed; modified; letzte anderung; geandert am; letzte aktivitat; modifie le;
        derniere modification; maj""",
    "activity": """concept name; activity; activity name; activity id; event name; event; task name;
        task; step name; step; action; operation; aktivitat; tatigkeit; arbeitsschritt; schritt;
        ereignis; aufgabe; activite; etape; tache; evenement""",
    "at": """time timestamp; at; complete timestamp; completed at; completion time; end timestamp;
        end time; timestamp; event time; event timestamp; date time; datetime; time; date;
        zeitstempel; zeitpunkt; datum uhrzeit; endzeit; zeit; datum; horodatage; date heure;
        date et heure; heure de fin; heure; moment""",
    "began_at": """began at; start timestamp; started at; start time; start; begin; startzeit;
        beginn; heure de debut; debut""",
    "lifecycle": "lifecycle transition; lifecycle; transition",
}
# How case systems call the states of a case; in small letters.
_STATES = {
    "open": """open; new; pending; in progress; offen; neu; in arbeit; in bearbeitung; laufend;
        ouvert; nouveau; en cours; en attente""",
    "completed": """completed; complete; closed; done; finished; resolved; erledigt; abgeschlossen;
        geschlossen; beendet; fertig; gelöst; terminé; clos; clôturé; fermé; résolu""",
    "cancelled": """cancelled; canceled; withdrawn; storniert; abgebrochen; zurückgezogen; annulé;
        abandonné; retiré""",
}
STATUSES = {"": ""} | {
    " ".join(word.split()): state for state, words in _STATES.items() for word in words.split(";")
}
_NO_WORD = re.compile(r"[\W_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def suggested(columns: Iterable[str]) -> dict[str, str]:
    """Our field to their column; no column twice in one layout, and none of people."""
    theirs: dict[str, str] = {}
    for name in columns:
        if name and not names_a_person(name.replace("case:", "")):
            theirs.setdefault(_plain(name), name)
    found: dict[str, str] = {}
    for fields in (FIELDS, EVENT_FIELDS):
        taken = {found[name] for name in fields if name in found}
        for field in fields:
            names = (theirs.get(usual) for usual in _usual(field))
            column = next((name for name in names if name and name not in taken), None)
            if column and field not in found:
                found[field] = column
                taken.add(column)
    return found


def _usual(field: str) -> list[str]:
    return [" ".join(name.split()) for name in USUAL[field].split(";")]


def _plain(name: str) -> str:
    apart = unicodedata.normalize("NFKD", _CAMEL.sub(" ", name).casefold())
    letters = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return " ".join(_NO_WORD.sub(" ", letters).split())
