"""A made-up organisation as large as one wishes, for measuring how the portal bears it.

Rows go in by sets and past the guards that only let single acts through; every one of them is
marked as simulated, and nothing is written where real people are.
"""

from adoption_portal.demo.scale.guards import without_guards
from adoption_portal.demo.scale.people import seed_people
from adoption_portal.demo.scale.use import seed_use
from adoption_portal.demo.scale.work import seed_cases, seed_work

__all__ = ["seed_cases", "seed_people", "seed_use", "seed_work", "without_guards"]
