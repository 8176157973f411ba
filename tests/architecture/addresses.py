"""Every address of the site, found by walking the URL resolver."""

from dataclasses import dataclass
from functools import cache

from django.urls import URLResolver, get_resolver

# Objects that stand in an address, by its beginning; the keys of `scene.Scene.ids`.
SUBJECTS = {
    "workflows/": "workflow",
    "redesigns/": "redesign",
    "sign-offs/": "in_review",
    "evidence/use/": "use_import",
    "evidence/": "live",
    "imports/people/": "people_import",
    "imports/": "import",
    "surveys/": "wave",
    "calendars/": "calendar",
    "api/v1/jobs/": "job",
    "api/v1/workflows/": "workflow",
    "api/v1/redesigns/": "live",
    "api/v1/readings/": "reading",
    "api/v1/imports/": "import",
    "api/v1/hr/imports/": "people_import",
    "api/v1/use-imports/": "use_import",
}
# Where another object than the beginning says makes the better question.
BY_NAME = {
    "workflows:redesign_edit": "draft",
    "workflows:submit": "draft",
    "workflows:redesign_rebase": "draft",
    "workflows:withdraw": "in_review",
    "workflows:revise": "in_review",
    "workflows:go_live": "approved",
    "workflows:suspend": "live",
    "workflows:resume": "live",
    "workflows:redesign_retire": "live",
    "surveys:cancel": "planned",
    "surveys:result": "released",
    "surveys:result_csv": "released",
    "workflows:team_talk": "live",
}
PLAIN = {
    "app_label": "auth",
    "url": "nothing",
    "uidb36": "1",
    "key": "set-password",
    "kind": "usage",
    "page": "overview",
    "suffix": "csv",
    "year": "2026",
    "number": "3",
}


@dataclass(frozen=True, order=True)
class Address:
    route: str
    name: str
    parameters: tuple[str, ...] = ()

    @property
    def is_machine(self) -> bool:
        return self.route.startswith(("api/", "scim/"))

    @property
    def methods(self) -> tuple[str, ...]:
        return ("GET", "POST", "PUT", "PATCH", "DELETE") if self.is_machine else ("GET", "POST")

    @property
    def subject(self) -> str:
        """What the id in the address names; empty where nothing of ours is named."""
        if "public_id" not in self.parameters and "workflow" not in self.parameters:
            return ""
        if self.name in BY_NAME:
            return BY_NAME[self.name]
        return next((kind for start, kind in SUBJECTS.items() if self.route.startswith(start)), "")

    def path(self, ids: dict[str, str]) -> str:
        """With the ids of one scene; what they do not know becomes an id of nothing."""
        given = {name: PLAIN.get(name, NOWHERE) for name in self.parameters}
        for name in ("public_id", "workflow"):
            if name in given:
                given[name] = ids.get(self.subject, NOWHERE)
        for name, kind in (("source_id", "hr_person"), ("code", "hr_unit")):
            if name in given and self.is_machine:
                given[name] = ids.get(kind, NOWHERE)
        if "reading_id" in given:
            given["reading_id"] = ids.get("reading", NOWHERE)
        if "redesign_id" in given:
            given["redesign_id"] = ids.get("live", NOWHERE)
        return self._filled(given)

    def _filled(self, given: dict[str, str]) -> str:
        path = self.route
        for name, value in given.items():
            path = path.replace(f"%({name})s", value)
        return f"/{path}"


NOWHERE = "01900000-0000-7000-8000-000000000000"


@cache
def addresses() -> tuple[Address, ...]:
    """One for each route, in the resolver's order; a route that is hidden by an earlier is left."""
    found = {}
    for route, name, parameters in _walk(get_resolver(), "", ""):
        found.setdefault(route, Address(route, name, parameters))
    return tuple(found.values())


def _walk(resolver, before, space):
    for pattern in resolver.url_patterns:
        # What reverse() itself uses: "workflows/%(public_id)s/", whatever kind of route it was.
        if isinstance(pattern, URLResolver):
            inside = f"{space}:{pattern.namespace}" if pattern.namespace else space
            yield from _walk(pattern, before + str(pattern.pattern), inside)
            continue
        (route, parameters), *_others = _normalised(before + str(pattern.pattern))
        name = f"{space}:{pattern.name}".lstrip(":") if pattern.name else ""
        yield route, name, tuple(parameters)


def _normalised(route):
    import re

    from django.utils.regex_helper import normalize

    # path() routes say <uuid:public_id>; a part that is a regular expression is normalised.
    route = re.sub(r"(?<!\?P)<(?:\w+:)?(\w+)>", r"(?P<\1>.+)", route)
    plain = (
        route.replace("^", "").replace("$", "")
        if "^" in route
        else re.sub(r"\.(?!\+\))", r"\\.", route)
    )
    return normalize(plain)
