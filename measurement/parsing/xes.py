"""XES event logs (IEEE 1849): trace by trace, of each event only what will be kept.

An attribute of a trace is a column "case:NAME" on each of its events, as process-mining tools write
a log as a table. Attributes within attributes, lists, globals, extensions and classifiers say
nothing that is kept.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from xml.parsers.expat import XMLParserType

from core.deliveries import Unreadable
from core.deliveries.cells import plain, storable
from core.deliveries.limits import COLUMN_NAME_LENGTH
from core.deliveries.xml import fed, local, parser_of_elements, too_deep
from measurement.parsing.blocks import FileTerms, RawBlock
from measurement.parsing.columns import EVENT_FIELDS, EVENT_REQUIRED, Columns, of_no_person
from measurement.parsing.gathering import ROWS_AT_ONCE, Gathered
from measurement.parsing.people_columns import names_a_person

STANDARD = {
    "case_id": "case:concept:name",
    "activity": "concept:name",
    "at": "time:timestamp",
    "lifecycle": "lifecycle:transition",
}
OF_TRACE = "case:"
NUMBERS = {"int", "float", "boolean"}
LOG, TRACE, EVENT, ATTRIBUTE = 1, 2, 3, 4  # how deep they lie

Events = list[tuple[int, dict[str, str], dict[str, str]]]


def xes_blocks(
    octets: Iterable[bytes], terms: FileTerms, *, everything: bool = False
) -> Iterator[tuple[Columns, RawBlock]]:
    """Events in the order of the file, each with the line it begins on. Raises Unreadable.

    ``everything``: all attributes but those of people, by the names of their columns.
    """
    attributes = _Attributes(terms, everything)
    parser = parser_of_elements()
    events: Events = []
    _set_handlers(parser, attributes, events, terms)
    gathered = Gathered(terms.limits.block, typed=True)
    at_once = min(ROWS_AT_ONCE, terms.limits.block)
    for _given in fed(parser, octets, terms.limits, part=""):
        for start in range(0, len(events), at_once):
            some = events[start : start + at_once]
            if gathered.has_no_room(len(some)):
                yield attributes.columns, gathered.taken(attributes.kept)
            gathered.add([line for line, _own, _of_trace in some], attributes.cells(some))
        events.clear()
    if len(gathered):
        yield attributes.columns, gathered.taken(attributes.kept)


@dataclass(slots=True)
class _Attributes:
    """Which attributes are kept, decided when one is seen first: column name by key, "" for none.

    ``of_traces`` and ``of_events`` are those of each; ``shared`` columns come from traces.
    """

    terms: FileTerms
    everything: bool
    columns: Columns = field(default_factory=lambda: Columns({}, {}))
    of_traces: dict[str, str] = field(default_factory=dict)
    of_events: dict[str, str] = field(default_factory=dict)
    shared: set[str] = field(default_factory=set)
    mapped: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.everything:
            return
        said = self.terms.mapping
        columns = STANDARD | {
            ours: said[ours]
            for ours in EVENT_FIELDS
            if ours in said and (said[ours] or ours not in EVENT_REQUIRED)
        }
        self.mapped = {plain(theirs): ours for ours, theirs in columns.items() if theirs}

    def decide(self, element: str, key: str, *, of_trace: bool) -> str:
        name = (OF_TRACE if of_trace else "") + key
        if len(key) > COLUMN_NAME_LENGTH:
            raise Unreadable("column_name_too_long", column=name[:40], limit=COLUMN_NAME_LENGTH)
        known = self.of_traces if of_trace else self.of_events
        if len(self.of_traces) + len(self.of_events) >= self.terms.limits.columns:
            limit = self.terms.limits.columns
            raise Unreadable("too_many_columns", limit=limit, found=limit + 1)
        kept = known[key] = self._column(element, name)
        if kept and of_trace:
            self.shared.add(kept)
        return kept

    def _column(self, element: str, name: str) -> str:
        columns = self.columns
        place = len(self.of_traces) + len(self.of_events)
        ours = self.mapped.get(plain(name), "")
        if ours:
            if name not in STANDARD.values():
                of_no_person(ours, name)
            columns.places[ours] = place
            return ours
        if names_a_person(name) and name not in STANDARD.values():
            columns.dropped[storable(name)] = "person"
        elif not self.everything and (local(element) not in NUMBERS or name in EVENT_FIELDS):
            columns.dropped[storable(name)] = "text"
        else:
            columns.extra[name] = place
            return name
        return ""

    @property
    def kept(self) -> list[str]:
        """Names of columns. Raises Unreadable while one that must be there is missing."""
        for name in EVENT_REQUIRED:
            if not self.everything and name not in self.columns.places:
                found = ", ".join([*self.of_events, *(OF_TRACE + key for key in self.of_traces)])
                theirs = self.terms.mapping.get(name) or STANDARD[name]
                raise Unreadable("column_missing", column=theirs, found=storable(found[:200]))
        return [*self.columns.places, *self.columns.extra]

    def cells(self, events: Events) -> dict[str, Sequence[str]]:
        cells: dict[str, Sequence[str]] = {}
        decimal = self.terms.decimal
        for name in [*self.columns.places, *self.columns.extra]:
            if name in self.shared:
                column = [own.get(name) or of_trace.get(name, "") for _, own, of_trace in events]
            else:
                column = [own.get(name, "") for _, own, _of_trace in events]
            if decimal != "." and name in self.columns.extra:  # points, whatever the habit
                column = [cell.replace(".", decimal) for cell in column]
            cells[name] = column
        return cells


def _set_handlers(  # noqa: C901, PLR0915 - one machine
    parser: XMLParserType, attributes: _Attributes, events: Events, terms: FileTerms
) -> None:
    """Closures, because they are called twice an attribute and read their variables fastest."""
    of_events, of_traces, limits = attributes.of_events, attributes.of_traces, terms.limits
    depth = line = 0
    trace: dict[str, str] | None = None
    event: dict[str, str] | None = None

    def start(element: str, given: dict[str, str]) -> None:  # noqa: C901
        nonlocal depth, line, trace, event
        depth += 1
        if depth == ATTRIBUTE:
            if event is not None:
                key = given.get("key", "")
                name = of_events.get(key)
                if name is None:
                    name = attributes.decide(element, key, of_trace=False)
                if name:
                    event[name] = given.get("value", "")
        elif depth == EVENT:
            if trace is None:
                return
            if element == "event" or local(element) == "event":
                event = {}
                line = parser.CurrentLineNumber
            else:
                key = given.get("key", "")
                name = of_traces.get(key)
                if name is None:
                    name = attributes.decide(element, key, of_trace=True)
                if name:
                    trace[name] = given.get("value", "")
        elif depth > limits.depth:
            raise too_deep(parser.CurrentLineNumber, limits, "")
        else:
            begin(local(element))

    def begin(element: str) -> None:
        nonlocal trace
        if depth == LOG and element != "log":
            raise Unreadable("not_a_log", found=storable(element[:40]))
        if depth == TRACE and element == "event":
            raise Unreadable("events_without_cases", line=parser.CurrentLineNumber)
        if depth == TRACE and element == "trace":
            trace = {}

    def end(_element: str) -> None:
        nonlocal depth, trace, event
        depth -= 1
        if depth == TRACE:
            if event is not None and trace is not None:
                events.append((line, event, trace))
                event = None
        elif depth == LOG:
            trace = None

    parser.StartElementHandler = start
    parser.EndElementHandler = end
