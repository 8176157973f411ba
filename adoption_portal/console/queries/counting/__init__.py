"""What a count reads: everything here looks at the tables of the other apps, once an hour.

Pages never come here; they read what the count has written down.
"""

from adoption_portal.console.queries.counting.freshness import quality_now, sources_now
from adoption_portal.console.queries.counting.groups import figures_of, heat_now, scopes_now
from adoption_portal.console.queries.counting.latency import Latencies, latencies_now
from adoption_portal.console.queries.counting.places import Places, places_now
from adoption_portal.console.queries.counting.trust import trust_rows
from adoption_portal.console.queries.counting.work import work_now

__all__ = [
    "Latencies",
    "Places",
    "figures_of",
    "heat_now",
    "latencies_now",
    "places_now",
    "quality_now",
    "scopes_now",
    "sources_now",
    "trust_rows",
    "work_now",
]
