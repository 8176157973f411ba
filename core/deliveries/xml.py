"""XML by expat, told to read elements and nothing else: no DTD, so no entities and nothing outside.

A document may declare entities or name other files in its DOCTYPE only, and that is refused as soon
as it is met. XInclude is not known here: its elements are elements as others.
"""

from collections.abc import Iterable, Iterator
from typing import NoReturn
from xml.parsers import expat

from core.deliveries.errors import Unreadable
from core.deliveries.limits import Limits


def parser_of_elements() -> expat.XMLParserType:
    """For the caller to set its handlers; these may raise Unreadable."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def fed(
    parser: expat.XMLParserType, pieces: Iterable[bytes], limits: Limits, *, part: str
) -> Iterator[int]:
    """Give the parser the pieces one by one; after each, how many bytes it has read, to take rows.

    Raises Unreadable (with the line, and ``part``, the file's name within a packed one) for what is
    not well-formed, and for a tag or comment beyond ``limits.line`` before it is held whole.
    """
    given = 0
    try:
        for piece in pieces:
            parser.Parse(piece, False)  # noqa: FBT003 - expat takes it by place only
            given += len(piece)
            if given - max(parser.CurrentByteIndex, 0) > limits.line:
                raise Unreadable(
                    "line_too_long", line=parser.CurrentLineNumber, limit=limits.line, part=part
                )
            yield given
        parser.Parse(b"", True)  # noqa: FBT003
    except (expat.ExpatError, LookupError, ValueError) as broken:  # the latter: encodings
        raise Unreadable("broken_xml", line=parser.CurrentLineNumber, part=part) from broken
    yield given


def local(name: str) -> str:
    """The name of an element or attribute without its prefix."""
    return name.rpartition(":")[2]


def too_deep(line: int, limits: Limits, part: str) -> Unreadable:
    return Unreadable("xml_too_deep", line=line, limit=limits.depth, part=part)


def _refuse(_name: str, _system: str | None, _public: str | None, _internal: int) -> NoReturn:
    raise Unreadable("xml_doctype")
