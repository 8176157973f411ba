from surveys.models.answers import AttributeTally, Ballot, Comment, ReleasedCell, Response
from surveys.models.instruments import Instrument, Item, Scale
from surveys.models.waves import FLOOR, Mailing, Participation, Reminder, RosterSnapshot, Wave

__all__ = [
    "FLOOR",
    "AttributeTally",
    "Ballot",
    "Comment",
    "Instrument",
    "Item",
    "Mailing",
    "Participation",
    "ReleasedCell",
    "Reminder",
    "Response",
    "RosterSnapshot",
    "Scale",
    "Wave",
]
