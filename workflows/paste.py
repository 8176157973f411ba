"""Lines copied from a spreadsheet, a list or a document, read as steps. Pure: text in, text out.

Nothing is thrown away silently: a cell that cannot be read keeps its text, so that the form points
at it, and the columns that were guessed are handed back to be shown and changed.
"""

import csv
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Literal

MAX_LINES = 300  # a workflow has no more steps
MAX_TEXT = 200_000
MAX_COLUMNS = 20
MAX_CELL = 10_000  # of a cell that is typed; more is refused before it is looked at
TENTH = Decimal("0.1")


class Column(StrEnum):
    TITLE = "title"
    ROLE = "role"
    SYSTEM = "system"
    KIND = "kind"
    TOUCH = "touch_minutes"
    WAIT = "wait_minutes"
    SHARE = "share_percent"
    IGNORE = "ignore"


TIMES = (Column.TOUCH, Column.WAIT)


class TooMuch(ValueError):
    """More lines than a workflow has steps, or more text than anybody pastes; ``lines`` counts."""

    def __init__(self, lines: int) -> None:
        super().__init__(f"{lines} lines")
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Step:
    """Texts for the cells of one step, as a person would have typed them."""

    title: str = ""
    role: str = ""
    system: str = ""
    kind: str = ""
    touch_minutes: str = ""
    wait_minutes: str = ""
    share_percent: str = ""


@dataclass(frozen=True, slots=True)
class Pasted:
    columns: tuple[Column, ...]
    names: tuple[str, ...]  # the header's words, empty without a header
    has_header: bool
    steps: tuple[Step, ...]
    unread: int  # cells of times, shares and kinds that kept their text


# --- characters ---------------------------------------------------------------------------------
# Characters that change the direction of the text around them; and those that cannot be seen.
DIRECTIONS = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)
UNSEEN = dict.fromkeys([*DIRECTIONS, 0x200B, 0x2060, 0xFEFF])


def unprintable(text: str) -> bool:
    """Whether it has control characters (lines and tabs apart) or such that turn text around."""
    return any(
        ord(one) in DIRECTIONS or unicodedata.category(one) in {"Cc", "Cs"}
        for one in text
        if one not in "\t\r\n"
    )


def one_line(text: str) -> str:
    """``text`` on one line, without control, direction and other unseen characters."""
    seen = text.translate(UNSEEN)
    words = "".join(
        " " if character.isspace() else character
        for character in seen
        if character.isspace() or unicodedata.category(character) not in {"Cc", "Cs", "Cn"}
    )
    return " ".join(words.split())


# --- times, shares, kinds -----------------------------------------------------------------------
UNITS: dict[str, Decimal] = {
    word: Decimal(minutes)
    for minutes, words in {
        "10080": "w wk wks week weeks woche wochen semaine semaines sem",
        "1440": "d day days tag tage tagen j jour jours",
        "60": "h hr hrs hour hours std stunde stunden heure heures",
        "1": "m min mins minute minutes minuten mn",
    }.items()
    for word in words.split()
} | {
    word: Decimal(1) / 60
    for word in ("s", "sec", "secs", "second", "seconds", "sek", "sekunde", "sekunden", "seconde",
                 "secondes")
}  # fmt: skip
NUMBER = r"[0-9]+(?:[.,][0-9]+)?"
PART = re.compile(rf"({NUMBER})\s*([^\W\d_]+)\.?", re.UNICODE)
JOINT = re.compile(r"[ ,+]*(?:(?:and|und|et)\s+)?")
CLOCK = re.compile(r"([0-9]{1,4}):([0-5][0-9])(?::([0-5][0-9]))?")
GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:([.,' ’])[0-9]{3})(?:\1[0-9]{3})*")
LONGEST_NUMBER = 40
MOST_MINUTES = Decimal(10) ** 9  # the form has the real limit; this one keeps the arithmetic sane


def minutes(text: str, unit: Decimal = Decimal(1)) -> Decimal | None:
    """``1,5``, ``1 h 30``, ``1:30``, ``2 d`` or ``45 min`` in minutes; None for nothing.

    To a tenth. A bare number is in ``unit`` (minutes unless a header says otherwise); a day is 24
    hours, as everywhere else, because waiting goes on at night. Groups of thousands
    are understood where no decimal could be meant: ``1'200``, ``1.200``, ``1,200``.

    Raises ValueError for anything else, a negative number included.
    """
    if len(text) > MAX_CELL:
        raise ValueError(len(text))
    given = one_line(text).casefold().replace("½", ".5").replace("−", "-")
    if not given:
        return None
    if len(given) > LONGEST_NUMBER:
        raise ValueError("too long for a time")
    length = _length(given, unit)
    if length > MOST_MINUTES:
        raise ValueError("longer than anything")
    return length.quantize(TENTH)


def _length(given: str, unit: Decimal) -> Decimal:
    if clock := CLOCK.fullmatch(given):
        hours, rest, seconds = (int(part or 0) for part in clock.groups())
        return Decimal(hours * 60 + rest) + Decimal(seconds) / 60
    if GROUPED.fullmatch(given):
        return Decimal(re.sub(r"\D", "", given)) * unit
    if re.fullmatch(rf"{NUMBER}|[.][0-9]+", given):
        return _decimal(given) * unit
    return _with_units(given)


def _with_units(given: str) -> Decimal:
    total, at, last = Decimal(0), 0, Decimal("inf")
    given = re.sub(r"(?<=[0-9])[' ’](?=[0-9]{3}(?![0-9]))", "", given)
    while match := PART.match(given, at):
        size = UNITS.get(match[2])
        if size is None or size >= last:
            raise ValueError("not a time")
        total += _decimal(match[1]) * size
        last = size
        joint = JOINT.match(given, match.end())
        at = joint.end() if joint else match.end()
    rest = given[at:].strip()
    if not rest:
        return total
    # "1 h 30": what follows hours without a unit is minutes.
    if last == UNITS["h"] and re.fullmatch(r"[0-5]?[0-9]", rest):
        return total + int(rest)
    raise ValueError("not a time")


def _decimal(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def percent(text: str, *, fractions: bool = False) -> Decimal | None:
    """A share of cases in percent, to a tenth; with ``fractions`` a bare 0.8 is 80.

    Raises ValueError for what is no number from 0 to 100 %.
    """
    if len(text) > MAX_CELL:
        raise ValueError(len(text))
    given = one_line(text).replace(" ", "")
    if not given:
        return None
    bare = given.rstrip("%")
    if len(bare) > LONGEST_NUMBER or not re.fullmatch(rf"{NUMBER}|[.][0-9]+", bare):
        raise ValueError("not a share")
    value = _decimal(bare) * (100 if fractions and "%" not in given else 1)
    if value > 100:  # noqa: PLR2004
        raise ValueError("more than all cases")
    return value.quantize(TENTH)


KINDS: dict[str, str] = {
    word: kind
    for kind, words in {
        "task": "task activity work step aufgabe tätigkeit arbeit schritt tâche activité travail "
        "étape",
        "decision": "decision gate approval entscheidung freigabe genehmigung décision approbation",
        "wait": "wait waiting queue delay warten wartezeit liegezeit attente délai",
        "handover": "handover handoff transfer übergabe weitergabe remise transfert transmission",
    }.items()
    for word in words.split()
}


def kind(text: str) -> str | None:
    """The kind a word in English, German or French names; None for nothing.

    Raises ValueError for a word it does not know.
    """
    if len(text) > MAX_CELL:
        raise ValueError(len(text))
    given = one_line(text).casefold().replace("-", "")
    if not given:
        return None
    if given not in KINDS:
        raise ValueError("not a kind of step")
    return KINDS[given]


# --- columns --------------------------------------------------------------------------------------
# The first rule with a word in the header wins: "waiting time" before "time", and "who does it",
# "system owner" before "it" and "system".
HEADERS: tuple[tuple[Column, tuple[str, ...]], ...] = (
    (Column.SHARE, ("share", "percent", "%", "anteil", "quote", "häufigkeit", "frequency", "part",
                    "pourcentage", "fréquence")),
    (Column.WAIT, ("wait", "waiting", "delay", "queue", "idle", "warten", "wartezeit", "liegezeit",
                   "attente", "délai")),
    (Column.TOUCH, ("touch", "work time", "working time", "effort", "duration", "minutes", "time",
                    "work", "arbeitszeit", "bearbeitungszeit", "aufwand", "dauer", "minuten",
                    "zeit", "arbeit", "durée", "temps", "travail", "traitement")),
    (Column.ROLE, ("who", "role", "responsible", "owner", "actor", "performer", "person", "wer",
                   "rolle", "verantwortlich", "zuständig", "ausführend", "qui", "rôle",
                   "responsable", "acteur")),
    (Column.SYSTEM, ("system", "tool", "application", "app", "software", "it", "anwendung",
                     "werkzeug", "programm", "système", "outil", "logiciel")),
    (Column.KIND, ("kind", "type", "category", "art", "typ", "kategorie", "genre", "catégorie")),
    (Column.IGNORE, ("no", "nr", "n°", "number", "nummer", "numéro", "pos", "position", "#", "id",
                     "comment", "kommentar", "bemerkung", "commentaire", "note", "remark")),
    (Column.TITLE, ("activity", "step", "task", "title", "name", "what", "description", "aktivität",
                    "schritt", "tätigkeit", "aufgabe", "titel", "bezeichnung", "beschreibung",
                    "was", "prozessschritt", "arbeitsschritt", "activité", "étape", "tâche",
                    "titre", "libellé", "quoi")),
)  # fmt: skip
HEADER_COLUMNS = {word: column for column, words in HEADERS for word in words}
SINGLE_WORDS = re.compile(r"[^\W\d_]+|[%#]|n°", re.UNICODE)


def column_named(header: str) -> Column | None:
    """What a header cell in English, German or French stands for; None if no word is known."""
    given = one_line(header).casefold()
    if given in HEADER_COLUMNS:
        return HEADER_COLUMNS[given]
    # A unit in brackets says nothing about whose time it is.
    bare = re.sub(r"[(\[].*?[)\]]", " ", given)
    words = set(SINGLE_WORDS.findall(bare)) or set(SINGLE_WORDS.findall(given))
    for column, known in HEADERS:
        if words & set(known) or any(" " in phrase and phrase in bare for phrase in known):
            return column
    return None


def unit_named(header: str) -> Decimal:
    """Minutes in one unit of a column: "Effort (h)" and "Dauer in Stunden" count hours."""
    given = one_line(header).casefold()
    for found in re.findall(r"[(\[,/]\s*([^\W\d_]+)|\b(?:in|en)\s+([^\W\d_]+)", given):
        unit = UNITS.get(found[0] or found[1])
        if unit is not None:
            return unit
    return Decimal(1)


def read(
    text: str, columns: Sequence[Column] | None = None, *, has_header: bool | None = None
) -> Pasted:
    """Steps from pasted text. What is not given is guessed and handed back.

    Raises TooMuch for more than MAX_LINES lines or MAX_TEXT characters.
    """
    table = lines(text)
    if not table:
        return Pasted((), (), has_header=False, steps=(), unread=0)
    names = [column_named(cell) for cell in table[0]]
    if has_header is None:
        has_header = _is_header(table[0], names)
    body = table[1:] if has_header else table
    if len(body) > MAX_LINES:
        raise TooMuch(len(body))
    width = len(table[0])
    chosen = tuple(columns or _guess(body, names if has_header else [None] * width))
    chosen = (*chosen[:width], *[Column.IGNORE] * (width - len(chosen)))
    header = table[0] if has_header else [""] * width
    steps, unread = _steps(body, chosen, header)
    return Pasted(chosen, tuple(header), has_header=has_header, steps=steps, unread=unread)


def lines(text: str) -> list[list[str]]:
    """A rectangle of clean cells; lines without a word left out, tab or semicolon between cells."""
    if len(text) > MAX_TEXT:
        raise TooMuch(text.count("\n") + 1)
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    delimiter = "\t" if "\t" in plain else ";"
    # A spreadsheet doubles quotes and so leaves an even number; an inch sign does not.
    quoting: Literal[0, 3] = csv.QUOTE_NONE if plain.count('"') % 2 else csv.QUOTE_MINIMAL
    try:
        ended = (f"{line}\n" for line in plain.split("\n"))  # a quoted cell may hold several lines
        rows = list(csv.reader(ended, delimiter=delimiter, quoting=quoting))
    except csv.Error:
        rows = [line.split(delimiter) for line in plain.split("\n")]
    clean = ([one_line(cell) for cell in row] for row in rows)
    # Rules drawn with dashes, and rows of nothing but separators, hold no word and no number.
    table = [cells for cells in clean if any(map(str.isalnum, "".join(cells)))]
    width = min(MAX_COLUMNS, max(map(len, table), default=0))
    return [(cells + [""] * width)[:width] for cells in table]


def _reads(reader: object, cell: str) -> bool:
    try:
        reader(cell)  # type: ignore[operator]
    except ValueError:
        return False
    return True


def _is_header(first: list[str], names: list[Column | None]) -> bool:
    """Most filled cells name a column, each another one, and none holds a time."""
    filled = [cell for cell in first if cell]
    known = [name for cell, name in zip(first, names, strict=True) if cell and name]
    distinct = [name for name in known if name != Column.IGNORE]
    if any(_reads(minutes, cell) for cell in filled) or len(set(distinct)) < len(distinct):
        return False
    if len(filled) == 1:
        return one_line(filled[0]).casefold() in HEADER_COLUMNS and bool(distinct)
    return len(known) * 2 > len(filled) and bool(distinct)


def _guess(body: list[list[str]], names: list[Column | None]) -> list[Column]:
    """From the header where it says so, then from what the cells look like; each column once."""
    guessed: list[Column | None] = [
        None if name in names[:at] and name != Column.IGNORE else name
        for at, name in enumerate(names)
    ]
    for at in range(len(guessed)):
        if guessed[at] is None:
            guessed[at] = _look([row[at] for row in body], guessed, first=at == 0)
    texts = [at for at, column in enumerate(guessed) if column is None]
    if texts and Column.TITLE not in guessed:
        longest = max(texts, key=lambda at: (sum(len(row[at]) for row in body), -at))
        # The first column of words is the activity, unless a later one is clearly the sentence.
        first = texts[0]
        weight = {at: sum(len(row[at]) for row in body) for at in (first, longest)}
        guessed[longest if weight[longest] > 3 * weight[first] else first] = Column.TITLE
    for at, column in enumerate(guessed):
        if column is None:
            free = [text for text in (Column.ROLE, Column.SYSTEM) if text not in guessed]
            guessed[at] = free[0] if free else Column.IGNORE
    return [column or Column.IGNORE for column in guessed]


def _look(cells: list[str], guessed: list[Column | None], *, first: bool) -> Column | None:
    """What a column without a name holds; None for words."""
    filled = [cell for cell in cells if cell]
    if not filled:
        return Column.IGNORE
    if first and len(guessed) > 1 and _is_numbering(filled):
        return Column.IGNORE
    if Column.KIND not in guessed and all(_reads(kind, cell) for cell in filled):
        return Column.KIND
    if all("%" in cell and _reads(percent, cell) for cell in filled):
        return Column.SHARE if Column.SHARE not in guessed else Column.IGNORE
    if all(_reads(minutes, cell) for cell in filled):
        free = [column for column in (*TIMES, Column.SHARE) if column not in guessed]
        return free[0] if free else Column.IGNORE
    return None


def _is_numbering(filled: list[str]) -> bool:
    return [cell.rstrip(".)") for cell in filled] == [str(at + 1) for at in range(len(filled))]


LIST_MARK = re.compile(r"(?:\d{1,3}[.)]|[-–—•*▪◦·])\s+")


def _steps(
    body: list[list[str]], columns: Sequence[Column], header: Sequence[str]
) -> tuple[tuple[Step, ...], int]:
    titles = [row[at] for row in body for at, name in enumerate(columns) if name == Column.TITLE]
    marked = bool(titles) and all(LIST_MARK.match(title) for title in titles)
    fractions = {
        at: all(_is_fraction(row[at]) for row in body)
        for at, name in enumerate(columns)
        if name == Column.SHARE
    }
    unread, steps = 0, []
    for row in body:
        cells: dict[str, str] = {}
        for at, (column, cell) in enumerate(zip(columns, row, strict=True)):
            if column == Column.IGNORE or not cell:
                continue
            if column == Column.TITLE and marked:
                told: str | None = LIST_MARK.sub("", cell, count=1)
            else:
                told = _cell(column, cell, unit_named(header[at]), fractions.get(at, False))
            unread += told is None
            value = cell if told is None else told
            # Two columns of the same name, chosen by hand, are put together.
            cells[column] = f"{cells[column]} {value}" if column in cells else value
        if cells:
            steps.append(Step(**cells))
    return tuple(steps), unread


def _is_fraction(cell: str) -> bool:
    return not cell or ("%" not in cell and _reads(percent, cell) and (percent(cell) or 0) <= 1)


def _cell(column: Column, cell: str, unit: Decimal, fractions: bool) -> str | None:  # noqa: FBT001
    """The cell as the form would show it; None where it cannot be read."""
    try:
        if column in TIMES:
            return plain(minutes(cell, unit))
        if column == Column.SHARE:
            return plain(percent(cell, fractions=fractions))
        if column == Column.KIND:
            return kind(cell)
    except ValueError:
        return None
    return cell


def plain(value: Decimal | None) -> str:
    """``90``, ``1.5``: no trailing zeros, no exponent."""
    if value is None:
        return ""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
