"""What every page's frame needs: navigation with counts, the person, colours and languages.

Apps cannot import this package. An app that has something to say puts a module ``nav.py`` at its
top; it is found by name (decision 0050)::

    QUESTIONS = {"turns": open_turns}       # (person, at) -> QuerySet; all apps' in one query
    COUNTS = {"inbox": open_items}          # (request) -> int | None, from core.frame.counted
    SHOWN = {"console": sees_console}       # (request) -> bool
    def sections(request): ...              # [(heading, [(label, address, icon or "")])]
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, get_script_prefix, get_urlconf, resolve
from django.utils.functional import Promise
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from core.frame import questions

Count = Callable[[HttpRequest], int | None]
Shown = Callable[[HttpRequest], bool]

COLOURS_COOKIE = "__Host-portal-colours" if settings.HTTPS else "portal-colours"
COLOUR_CHOICES = (("system", _("System")), ("light", _("Light")), ("dark", _("Dark")))
NAV_APPS = ("people", "workflows", "surveys", "measurement", "adoption_portal.console")
# Key, address (product page 4 fixes them), icon, label.
ENTRIES: tuple[tuple[str, str, str, str | Promise], ...] = (
    ("inbox", "", "inbox", _("Inbox")),
    ("workflows", "workflows/", "flow", _("Workflows")),
    ("redesigns", "redesigns/", "redesign", _("Redesigns")),
    ("sign_offs", "sign-offs/", "sign", _("Sign-offs")),
    ("evidence", "evidence/", "eye", _("Evidence")),
    ("trust", "surveys/", "heart", _("Trust")),
    ("console", "console/", "chart", _("Console")),
    ("admin", "admin/", "gear", _("Records")),
)
HOT = frozenset({"inbox"})

_counts: dict[str, Count] = {}
_shown: dict[str, Shown] = {"admin": lambda request: bool(getattr(request.user, "is_staff", False))}


def nav_count(key: str, count: Count) -> None:
    """Show ``count(request)`` beside an entry; asked at most once a request, None or 0 hides it."""
    _counts[key] = count


def nav_shown(key: str, shown: Shown) -> None:
    _shown[key] = shown


@dataclass(frozen=True, slots=True)
class Entry:
    label: str | Promise
    url: str
    icon: str = ""
    current: bool = False
    count: int | None = None
    hot: bool = False

    @property
    def initials(self) -> str:
        return "".join(part[:1] for part in str(self.label).split()[:2]).upper()


@dataclass(frozen=True, slots=True)
class Section:
    label: str | Promise
    entries: tuple[Entry, ...]


@cache
def nav_modules() -> tuple[Any, ...]:
    """The apps' ``nav`` modules, their tables taken in once."""
    modules = tuple(
        import_module(f"{app}.nav")
        for app in NAV_APPS
        if find_spec(app) is not None and find_spec(f"{app}.nav") is not None
    )
    for module in modules:
        questions(getattr(module, "QUESTIONS", {}))
        for key, count in getattr(module, "COUNTS", {}).items():
            nav_count(key, count)
        for key, shown in getattr(module, "SHOWN", {}).items():
            nav_shown(key, shown)
    return modules


@cache
def has_page(path: str, urlconf: str | None) -> bool:
    try:
        resolve(f"/{path}", urlconf)
    except Resolver404:
        return False
    return True


def colours_of(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(COLOURS_COOKIE, "system")
    return chosen if chosen in dict(COLOUR_CHOICES) else "system"


class Shell:
    """Lazy: a fragment that shows no frame asks nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.demo = settings.DEMO
        self.home = get_script_prefix()
        self.colours = colours_of(request)
        self.colour_choices = COLOUR_CHOICES
        # Each in its own words: who looks for German reads "Deutsch".
        self.languages = [
            (code, get_language_info(code)["name_local"].capitalize())
            for code, _name in settings.LANGUAGES
        ]

    @property
    def here(self) -> str:
        """Where a small form comes back to; a page that answered a POST goes to itself."""
        return self.request.get_full_path()

    @cached_property
    def person(self) -> Any:
        user = getattr(self.request, "user", None)
        return user if user is not None and user.is_authenticated else None

    @cached_property
    def entries(self) -> list[Entry]:
        if self.person is None:
            return []
        nav_modules()
        return [
            self._entry(key, path, icon, label)
            for key, path, icon, label in ENTRIES
            if has_page(path, get_urlconf()) and self._is_shown(key)
        ]

    @cached_property
    def sections(self) -> list[Section]:
        """Your teams and whatever else the apps add, in the order of NAV_APPS."""
        if self.person is None:
            return []
        return [
            Section(label, tuple(self._extra(entry) for entry in entries))
            for module in nav_modules()
            if hasattr(module, "sections")
            for label, entries in module.sections(self.request)
            if entries
        ]

    def _is_shown(self, key: str) -> bool:
        return key not in _shown or _shown[key](self.request)

    def _entry(self, key: str, path: str, icon: str, label: str | Promise) -> Entry:
        url = self.home + path
        here = self.request.path
        current = here == url or (path != "" and here.startswith(url))
        count = _counts[key](self.request) if key in _counts else None
        return Entry(label, url, icon, current=current, count=count, hot=key in HOT)

    def _extra(self, entry: Iterable[str]) -> Entry:
        label, url, icon = entry
        return Entry(label, url, icon, current=self.request.path == url)


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    return {"shell": Shell(request)}
