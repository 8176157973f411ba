"""Does the name of a column say that it holds people? In the three languages of the portal."""

import re
import unicodedata

# A column is a person's when one of them is a whole word of its name ("assigned_user",
# "Bearbeiter Nr."), however it is joined: snake, camel, dashes, blanks. Without accents.
PERSON_WORDS = frozenset(
    """
    resource resources user users username userid usr login logon ldap upn employee employees emp
    staff worker workers person persons people personnel personal agent agents assignee assignees
    assigned owner owners handler operator approver reviewer author creator editor clerk caseworker
    manager supervisor requester requestor customer client patient contact analyst inspector
    auditor adjuster underwriter broker advisor adviser consultant specialist technician engineer
    coordinator dispatcher driver teller cashier attendant nurse physician doctor pharmacist
    colleague performer executor participant delegate deputy submitter sender recipient initiator
    originator processor preparer examiner verifier signer signatory signature undersigned
    responsible accountable representative applicant candidate claimant beneficiary insured member
    citizen tenant name firstname lastname surname forename fullname nickname initials email mail
    phone mobile telephone fax address birth birthdate birthday dob gender passport badge ssn
    iban salary nin mbox
    benutzer nutzer mitarbeiter mitarbeitende bearbeiter sachbearbeiter sachbearbeitung zustandig
    zustaendig verantwortlich verantwortlicher verantwortliche ersteller erfasser prufer pruefer
    freigeber genehmiger einreicher antragsteller auftraggeber melder bediener disponent techniker
    arzt arztin pfleger fahrer monteur verkaufer verkaeufer berater betreuer leiter vertreter
    inhaber verfasser autor unterzeichner unterschrift empfanger empfaenger absender versicherter
    ansprechpartner kontakt kollege kollegin angestellter angestellte vorgesetzter vorgesetzte kunde
    kundin vorname nachname personen personalnummer personalnr persnr perso ausweis geburtsdatum
    geburtstag geschlecht kurzel kuerzel initialen visum telefon handy adresse ahv svnr
    utilisateur utilisatrice employe agente operateur operatrice salarie collaborateur
    collaboratrice responsable gestionnaire auteur valideur approbateur verificateur redacteur
    signataire createur demandeur conseiller conseillere technicien interlocuteur destinataire
    expediteur assure beneficiaire cliente personne nom prenom courriel initiales matricule
    naissance sexe avs nss
    whom wer qui sachbearb
    pernr ernam aenam uname usnam bname ename nachn vorna cname ernum usrid perid
    """.split()  # noqa: SIM905 - one word per quotation mark pair would hide the list
)
# Long enough to say so inside of a compound ("Bearbeiternummer", "employeeid").
STEMS = tuple(
    """
    bearbeite mitarbeite benutzer personalnum personalnr personnelnum employee username utilisateur
    matricule caseworker supervisor genehmiger antragstelle ansprechpartner kuerzel kundennummer
    badgen badgei socialsecurity sozialversicherung securitesociale
    """.split()  # noqa: SIM905
)
# "Activity name", "concept:name": these words say that the name is not a person's.
_NAMES = frozenset({"name", "names", "nom", "noms"})
_NAMED_THINGS = frozenset(
    """
    activity activities event concept task step process workflow status state milestone operation
    aktivitat aktivitaet vorgang vorgangs schritt ereignis aufgabe prozess tatigkeit taetigkeit
    activite evenement etape tache processus statut
    """.split()  # noqa: SIM905
)
# What follows a person's word without saying anything else: "performed_by_id", "staffnr".
_REST = "id|ids|no|nr|num|number|nummer|numero|name|nom|code|key|kennung|ref|kurz|short|text|uid"
_REST_WORDS = frozenset(_REST.split("|"))
_GLUED_REST = re.compile(f"(?:{_REST})$")
_ENDINGS = re.compile(r"(?:innen|in|s|n|en|e)$")
# "performed by", "erfasst von", "saisi par", "assigned to": somebody did it, or is to.
_BY_WORDS = frozenset({"by", "von", "durch", "par"})
# Only the end of a word decides; of a long one the search would take its length squared.
LONGEST_GLUED = 20
_GLUED_BY = re.compile(
    r"(?:[a-z]+(?:ed|en|ne|ade|ld|pt|nt)by|[a-z]{3,}(?:t|en)(?:von|durch)"
    r"|[a-z]{3,}(?:e|i|is|it|u)par|assignedto)$"
)
_WORDS = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"(?<=[^\W\d_A-ZÀ-Þ])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][^\W\d_A-ZÀ-Þ])")


def names_a_person(name: str) -> bool:
    """True for a column that may name, number or describe a person; rather too often than not."""
    # Signs that nobody sees must not hide a word.
    seen = "".join(sign for sign in name if unicodedata.category(sign) != "Cf")
    whole = unicodedata.normalize("NFKC", seen)
    words = [_plain(word) for word in _WORDS.findall(_CAMEL.sub(" ", whole))]
    glued = [_plain(word) for word in _WORDS.findall(whole)]
    joined = "".join(words)
    persons = {word for word in [*words, *glued] if _is_person(word)}
    if persons <= _NAMES and not _NAMED_THINGS.isdisjoint(words):
        persons = set()
    if persons or any(stem in joined for stem in STEMS):
        return True
    while words and words[-1] in _REST_WORDS:
        words.pop()
    by_somebody = len(words) > 1 and words[-1] in _BY_WORDS
    ends = (_without_rest(word)[-LONGEST_GLUED:] for word in [*words, *glued])
    return by_somebody or any(map(_GLUED_BY.search, ends))


def _plain(word: str) -> str:
    """Small letters without accents: é is e, ü is u."""
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _is_person(word: str) -> bool:
    forms = {word, _without_rest(word)}
    forms |= {_ENDINGS.sub("", form) for form in forms}
    return not forms.isdisjoint(PERSON_WORDS)


def _without_rest(word: str) -> str:
    return _GLUED_REST.sub("", word)
