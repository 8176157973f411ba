"""What simulated people think of a redesign, and the sheet each of them would send.

A person's general view is the same in every wave of a workflow; what changes between two waves is
the ``Mood``. The same seed gives the same sheets.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

LOWEST, NEUTRAL, HIGHEST = 1, 3, 5
LANGUAGES = ("en", "de", "fr")
WILLINGNESS, CALIBRATION = "WIL", "CAL"
BETWEEN_PEOPLE, WITHIN_A_PERSON = 0.62, 0.72  # standard deviations, in points of the scale
CARELESS = 0.03  # gives one answer to everything

# Points above or below a person's own view, by item.
EASIER_OR_HARDER = {
    "REL1": 0.15, "REL2": -0.25, "UND1": -0.1, "UND2": -0.45, "CTL1": 0.45, "CTL2": 0.1, "FAI1": -0.4, "FAI2": -0.2,
    "MGR1": 0.3, "MGR2": -0.3, "TRN1": -0.15, "TRN2": 0.1, "WIL1": 0.2, "WIL2": 0.3, "CAL1": 0.2, "CAL2": -0.1,
}  # fmt: skip
CANNOT_SAY = {"FAI1": 0.1, "UND2": 0.06, "MGR1": 0.07, "TRN1": 0.04}
CANNOT_SAY_ELSEWHERE = 0.004


@dataclass(frozen=True, slots=True)
class Mood:
    """How a wave went: means of 1 to 5, and shares of the people invited.

    ``cannot_say`` and ``shifts`` by item, on top of what holds for everybody; ``comments`` is the
    share of those who answer that write something.
    """

    trust: float
    checking: float
    answered: float
    comments: float = 0.3
    cannot_say: dict[str, float] = field(default_factory=dict)
    shifts: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statement:
    """``scale`` is the key of the scale it is scored with."""

    key: str
    scale: str
    is_reversed: bool


def general_view(of: str) -> tuple[float, float]:
    """How much more a person trusts and checks than others, whatever the wave."""
    chance = random.Random(of)
    return chance.gauss(0, BETWEEN_PEOPLE), chance.gauss(0, BETWEEN_PEOPLE)


def answers(
    statements: Sequence[Statement], mood: Mood, view: tuple[float, float], chance: random.Random
) -> list[int | None]:
    """One value a statement, 1 to 5 as it would be ticked, or None for "cannot say"."""
    if chance.random() < CARELESS:
        return [chance.choice((NEUTRAL, HIGHEST - 1))] * len(statements)
    return [_answer(one, mood, view, chance) for one in statements]


def _answer(
    one: Statement, mood: Mood, view: tuple[float, float], chance: random.Random
) -> int | None:
    silent = mood.cannot_say.get(one.key, CANNOT_SAY.get(one.key, CANNOT_SAY_ELSEWHERE))
    if chance.random() < silent:
        return None
    more_trust, more_checking = view
    level = mood.trust + more_trust
    if one.scale == CALIBRATION:
        level = mood.checking + more_checking
    level += EASIER_OR_HARDER.get(one.key, 0.0) + mood.shifts.get(one.scale, 0.0)
    favourable = max(LOWEST, min(HIGHEST, round(chance.gauss(level, WITHIN_A_PERSON))))
    return LOWEST + HIGHEST - favourable if one.is_reversed else favourable


# By language; each is used once a wave at most.
COMMENTS: dict[str, tuple[str, ...]] = {
    "en": (
        "Show the page a value was taken from. Then I would check in half the time.",
        "More time to learn it in the first weeks, not an hour between two shifts.",
        "Tell us when a new version comes and what is different about it.",
        "It is slow on Monday mornings. Then I do it by hand after all.",
        "A list of the cases it usually gets wrong, kept by the people who do the work.",
        "I would like to say why I rejected a proposal, and see that somebody reads it.",
        "Let it say how sure it is. Today every proposal looks equally good.",
        "Fine for the simple ones. The difficult ones should come to us without a proposal.",
        "Fewer clicks to correct one field. Today I have to open the whole record.",
        "The training used easy examples. Please use ours.",
        "Who answers when it was wrong and nobody noticed? That should be written down.",
        "Keep it. Going back would be worse.",
    ),
    "de": (
        "Die Fundstelle direkt neben dem Wert anzeigen, dann geht das Prüfen schneller.",
        "Mehr ruhige Zeit zum Einarbeiten. Nebenher lernt man das nicht.",
        "Bei seltenen Produkten liegt der Vorschlag oft daneben. Dort lieber ohne.",
        "Sagen, was mit der gewonnenen Zeit passieren soll.",
        "Eine kurze Liste der typischen Fehler am Arbeitsplatz wäre hilfreich.",
        "Wenn ich etwas ablehne, möchte ich den Grund angeben können.",
        "Die Schulung war gut, kam aber drei Wochen zu spät.",
        "Bitte nicht bei jedem Update die Reihenfolge der Felder ändern.",
        "Zu zweit prüfen, wenn es eilt. Allein übersieht man etwas.",
        "So lassen. Früher habe ich das alles abgetippt.",
    ),
    "fr": (
        "Afficher la source à côté de la valeur : on vérifierait deux fois plus vite.",
        "Une vraie formation sur nos cas, pas sur des exemples simples.",
        "Savoir à qui signaler une erreur, et recevoir une réponse.",
        "Pour les produits stériles, il se trompe encore souvent sur les limites.",
        "Prévoir du temps pour relire. Quand ça presse, on valide trop vite.",
        "Nous dire ce que l'équipe gagne, pas seulement ce que l'entreprise gagne.",
        "Un bouton pour refuser sans devoir tout ressaisir.",
        "Indiquer le degré de certitude de chaque proposition.",
        "Garder une personne de référence dans chaque équipe.",
        "C'est mieux qu'avant, surtout pour la recherche des limites.",
    ),
}  # fmt: skip


def comments(chance: random.Random) -> dict[str, list[str]]:
    """Those of each language, shuffled; to be taken from the end."""
    left = {}
    for language in LANGUAGES:
        some = list(COMMENTS[language])
        chance.shuffle(some)
        left[language] = some
    return left
