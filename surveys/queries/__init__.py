"""Reads of the trust surveys. Nothing here reads a ballot or a response."""

from surveys.queries.attribute_tables import AttributeGroup, AttributeTable
from surveys.queries.questionnaire import Part, Questionnaire, Statement, questionnaire
from surveys.queries.rates import about_rate
from surveys.queries.results import CommentBlock, ResultPage, UnitResult, results_of
from surveys.queries.waves import waves_to_answer, waves_visible_to

__all__ = [
    "AttributeGroup",
    "AttributeTable",
    "CommentBlock",
    "Part",
    "Questionnaire",
    "ResultPage",
    "Statement",
    "UnitResult",
    "about_rate",
    "questionnaire",
    "results_of",
    "waves_to_answer",
    "waves_visible_to",
]
