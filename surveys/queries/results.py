"""What was published of a wave: ``ReleasedCell`` and the frozen tree, nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass

from people.models import Person
from surveys.models import ReleasedCell, Scale, Wave
from surveys.queries.questionnaire import Questionnaire


@dataclass(frozen=True, slots=True)
class UnitResult:
    """One unit of the frozen tree. Figures by metric; a metric that is hidden is not there.

    ``figures`` are of the unit and all below it, ``direct`` of those directly in it, ``careful``
    without careless answers (program office only), ``earlier`` of the wave before.
    ``response_rate``: answered of invited, 0 to 1, None while the number of answers is hidden.
    """

    unit: int
    name: str
    depth: int
    invited: int
    response_rate: float | None
    figures: Mapping[str, ReleasedCell]
    direct: Mapping[str, ReleasedCell]
    careful: Mapping[str, ReleasedCell]
    earlier: Mapping[str, ReleasedCell]

    @property
    def is_hidden(self) -> bool:
        return "respondents" not in self.figures


@dataclass(frozen=True, slots=True)
class CommentBlock:
    """Comments of one unit in random order; ``withheld`` counts those a reviewer keeps back."""

    unit: int
    name: str
    texts: tuple[str, ...]
    withheld: int


@dataclass(frozen=True, slots=True)
class ResultPage:
    """``units``: those in the person's reach, parents before children, hidden ones too.

    ``comments`` are empty for all but the program office. ``earlier``: the wave of the same
    instrument that ``UnitResult.earlier`` is of.
    """

    wave: Wave
    questionnaire: Questionnaire
    scales: tuple[Scale, ...]
    units: tuple[UnitResult, ...]
    comments: tuple[CommentBlock, ...]
    earlier: Wave | None
    sees_all: bool

    @property
    def whole(self) -> UnitResult:
        return self.units[0]


def results_of(wave: Wave, person: Person) -> ResultPage:
    """What ``person`` may see of a wave of ``waves_visible_to(person)``.

    The invited see the whole and the units on the way down to their own; managers their subtree
    as well; the workflow's owner, those above and who reads the whole organisation, everything.
    Raises ResultsNotReady before the release; a wave with too few answers has no figures.
    """
    raise NotImplementedError
