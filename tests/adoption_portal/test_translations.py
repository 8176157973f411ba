"""Catalogues of texts: whole, true to their placeholders, compiled; and pages that use them."""

import io
import re
from collections import Counter

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from adoption_portal import shell
from adoption_portal.launcher.folders import ROOT
from people.choices import Role
from tests.factories.people import PersonFactory, RoleGrantFactory

CATALOGUES = sorted((ROOT / "adoption_portal" / "locale").glob("*/LC_MESSAGES/*.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)[\d.]*[a-z]|%%|%[sd]\b|\{\w*\}|</?\w+[^>]*>")
# What German pages say, and the English navigation they must not.
PAGES = {
    "/account/login/": ["Anmelden", "Passwort", "Sprache"],
    "/": ["Eingang", "Ihr Konto"],
    "/workflows/": ["Arbeitsabläufe", "Arbeitsablauf erfassen"],
    "/evidence/": ["Nachweise", "Hat jede Neugestaltung gewirkt?"],
}


def name_of(path):
    return path.parts[-3]


def catalogue(path):
    with path.open("rb") as text:
        return read_po(text, locale=name_of(path))


def entries(path):
    """Each text as a pair of tuples: the source's forms and the translation's."""
    for message in catalogue(path):
        if message.id:
            both = message.id, message.string
            yield tuple(one if isinstance(one, tuple) else (one,) for one in both)


def test_german_is_there():
    assert "de" in {name_of(path) for path in CATALOGUES}


@pytest.mark.parametrize("path", CATALOGUES, ids=name_of)
def test_catalogue_is_whole(path):
    assert [source for source, told in entries(path) if not all(told)] == []
    assert [message.id for message in catalogue(path) if message.fuzzy and message.id] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=name_of)
def test_catalogue_has_every_form_of_a_plural(path):
    found = catalogue(path)
    assert all(len(one.string) == found.num_plurals for one in found if one.pluralizable)


@pytest.mark.parametrize("path", CATALOGUES, ids=name_of)
def test_translation_keeps_placeholders_markup_and_outer_spaces(path):
    def kept(text):
        spaces = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
        return Counter(PLACEHOLDER.findall(text)), spaces

    # Forms past the source's two follow its plural.
    wrong = [
        (form, source)
        for source, told in entries(path)
        for place, form in enumerate(told)
        if kept(form) != kept(source[min(place, len(source) - 1)])
    ]
    assert wrong == []


@pytest.mark.parametrize("path", CATALOGUES, ids=name_of)
def test_compiled_catalogue_is_of_this_text(path):
    fresh = io.BytesIO()
    write_mo(fresh, catalogue(path))
    assert path.with_suffix(".mo").read_bytes() == fresh.getvalue(), "run make messages"


@pytest.mark.parametrize("path", CATALOGUES, ids=name_of)
def test_a_text_is_not_left_in_english(path):
    """A sentence of four words or more is never the same in two languages."""
    same = [source for source, told in entries(path) if source == told]
    plain = [PLACEHOLDER.sub("", one[0]) for one in same]
    assert [text for text in plain if len(re.findall(r"[A-Za-z]{3,}", text)) > 3] == []


@pytest.mark.django_db
@pytest.mark.parametrize("path", PAGES)
def test_page_in_german_says_it_in_german(client, settings, path):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "de"
    if path != "/account/login/":
        person = PersonFactory()
        RoleGrantFactory(person=person, role=Role.PROGRAM_OFFICE)
        client.force_login(person)

    response = client.get(path)

    assert response.status_code == 200
    body = response.content.decode()
    assert '<html lang="de"' in body
    assert [word for word in PAGES[path] if word not in body] == []
    english = {label._args[0] for *_rest, label in shell.ENTRIES} | {"Sign in", "Sign out", "Menu"}
    said = {part.strip() for part in re.sub(r"<[^>]+>", "\n", body).split("\n")}
    assert said & english == set()
