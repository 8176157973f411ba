"""The count beside "Trust": surveys this person may still answer."""

from core.frame import counted
from surveys.queries import waves_to_answer

QUESTIONS = {"surveys": waves_to_answer}
COUNTS = {"trust": lambda request: counted(request, "surveys")}
