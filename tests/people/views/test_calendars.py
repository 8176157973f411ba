from datetime import date, timedelta

import pytest
from django.utils import timezone

from core.models import AuditEvent
from people.choices import Role
from people.models import WorkCalendar, WorkCalendarVersion
from people.operations.calendars import publish_calendar
from tests.factories.people import (
    PersonFactory,
    RoleGrantFactory,
    SiteFactory,
    WorkCalendarFactory,
    WorkCalendarVersionFactory,
)

pytestmark = pytest.mark.django_db
LIST = "/calendars/"
NEW = "/calendars/new/"
OFFICE = {str(day): [("08:00", "12:00"), ("13:00", "17:00")] for day in range(5)}


@pytest.fixture
def office(client):
    person = RoleGrantFactory(role=Role.PROGRAM_OFFICE).person
    client.force_login(person)
    return person


@pytest.fixture
def calendar():
    """Two versions: Friday afternoon goes, the days between the years are closed."""
    fields = {
        "name": "Basel",
        "zone": "Europe/Zurich",
        "first_day": date(2026, 1, 1),
        "last_day": date(2029, 12, 31),
        "country": "CH",
        "actor": None,
    }
    publish_calendar(hours=OFFICE, **fields)
    later = publish_calendar(
        hours=OFFICE | {"4": [("08:00", "12:00")]},
        subdivision="BS",
        closed_periods=[(date(2026, 12, 28), date(2026, 12, 31))],
        **fields,
    )
    return later.calendar


def typed(**changed):
    """What a filled form sends: Monday to Friday, 8 to 12 and 13 to 17."""
    form = {
        "name": "Lyon",
        "zone": "Europe/Paris",
        "country": "FR",
        "subdivision": "",
        "first_day": "2026-01-01",
        "last_day": "2028-12-31",
        "reason": "The site has a second shift.",
        "rows": "3",
        "do": "preview",
        "c0first": "2026-12-24",
        "c0last": "2026-12-31",
    }
    for day in range(5):
        form |= {f"d{day}s0from": "8:00", f"d{day}s0to": "12"}
        form |= {f"d{day}s1from": "13h00", f"d{day}s1to": "17.00"}
    return form | changed


def change_page(calendar):
    return f"/calendars/{calendar.public_id}/change/"


def text_of(answer):
    return " ".join(answer.content.decode().split())


# --- reading --------------------------------------------------------------------------------------
def test_everybody_may_look_and_only_the_office_is_offered_to_change(client, calendar):
    client.force_login(PersonFactory())
    page = text_of(client.get(f"/calendars/{calendar.public_id}/"))

    assert "36 h a week" in page
    assert "Change it" not in page
    assert "Basel" in text_of(client.get(LIST))


@pytest.mark.parametrize("address", [NEW, "change"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_not_publish_is_refused(client, calendar, address, method):
    client.force_login(RoleGrantFactory(role=Role.AUDITOR).person)
    path = change_page(calendar) if address == "change" else address

    answer = getattr(client, method)(path, typed(do="publish", seen="2"))

    assert answer.status_code == 403
    assert WorkCalendarVersion.objects.count() == 2


@pytest.mark.parametrize(
    "role, seen", [(Role.PROGRAM_OFFICE, True), (Role.ADMINISTRATOR, True), (Role.AUDITOR, False)]
)
def test_the_way_there_stands_in_the_navigation_of_who_publishes(client, role, seen):
    client.force_login(RoleGrantFactory(role=role).person)

    assert ('href="/calendars/"' in client.get("/account/").content.decode()) is seen


def test_list_finds_by_name_and_by_country(client, office, calendar):
    WorkCalendarVersionFactory(calendar__name="Porto plant")
    SiteFactory(name="Basel West", calendar=calendar)

    found = client.get(LIST, {"q": "basel"})
    assert [row.calendar for row in found.context["rows"]] == [calendar]
    assert "Basel West" in text_of(found)
    assert [row.calendar for row in client.get(LIST, {"country": "CH"}).context["rows"]] == [
        calendar
    ]
    assert "Nothing fits these filters" in text_of(client.get(LIST, {"q": "nobody"}))


def test_list_warns_of_a_calendar_that_ends_soon(client, office):
    today = timezone.localdate()
    WorkCalendarVersionFactory(last_day=today + timedelta(days=100))
    WorkCalendarVersionFactory(last_day=today + timedelta(days=1000))

    rows = client.get(LIST).context["rows"]

    assert [row.ends_soon for row in rows] == [True, False]


def test_empty_list_says_what_a_calendar_is_for(client, office):
    assert "also nights and weekends. A calendar counts" in text_of(client.get(LIST))


def test_a_calendar_without_a_version_says_so(client, office):
    empty = WorkCalendarFactory()

    assert "Nothing published yet" in text_of(client.get(f"/calendars/{empty.public_id}/"))
    assert "Nothing published yet" in text_of(client.get(LIST))
    assert client.get(change_page(empty)).status_code == 200


def test_the_newest_version_is_compared_with_the_one_before_it(client, office, calendar):
    answer = client.get(f"/calendars/{calendar.public_id}/")
    told = {line.title: (line.before, line.after, line.text) for line in answer.context["change"]}

    assert told["Open"] == ("40 h a week", "36 h a week", "")
    assert told["Friday"] == ("08:00–12:00, 13:00–17:00", "08:00–12:00", "")
    assert told["Public holidays of"] == ("CH", "CH BS", "")
    assert "3 Apr 2026" in told["Public holidays added"][2]  # Good Friday, not a day of all cantons
    assert told["Closed days added"][2] == "4 days: 28 Dec 2026 to 31 Dec 2026"


def test_any_two_versions_are_compared(client, office, calendar):
    page = f"/calendars/{calendar.public_id}/"

    back = client.get(page, {"version": "1", "against": "2"}).context["change"]
    first = client.get(page, {"version": "1"})
    odd = client.get(page, {"version": "x", "against": "99"})

    assert ("36 h a week", "40 h a week") in [(line.before, line.after) for line in back]
    assert first.context["change"] is None
    assert "This is an older version" in text_of(first)
    assert odd.context["page"].shown.number == 2


# --- typing ---------------------------------------------------------------------------------------
def test_a_new_calendar_is_previewed_and_published(client, office):
    preview = client.post(NEW, typed())
    page = text_of(preview)
    assert "Nothing is published yet. This would be version 1." in page
    assert "40 h a week" in page
    assert not WorkCalendar.objects.exists()

    answer = client.post(NEW, hidden_of(preview) | {"do": "publish"})

    version = WorkCalendarVersion.objects.get()
    assert answer["Location"] == f"/calendars/{version.calendar.public_id}/"
    assert version.hours == {
        day: [list(shift) for shift in shifts] for day, shifts in OFFICE.items()
    }
    assert version.closed_periods == [["2026-12-24", "2026-12-31"]]
    assert "2026-07-14" in version.holidays
    assert version.created_by == office
    event = AuditEvent.objects.get(verb="calendar.published")
    assert event.reason == "The site has a second shift."


def hidden_of(answer):
    """The fields that the preview carries along."""
    form = answer.context["form"]
    carried = {field.html_name: field.value() or "" for field in form}
    return carried | {"rows": form.period_rows, "seen": answer.context["seen"]}


def test_preview_tells_what_changes_and_publishing_makes_the_next_version(client, office, calendar):
    form = client.get(change_page(calendar)).context["form"]
    filled = {field.html_name: field.value() or "" for field in form}
    filled |= {"d4s1from": "13:00", "d4s1to": "15:00", "reason": "Fridays", "rows": "4"}

    preview = client.post(change_page(calendar), filled | {"do": "preview"})

    told = {line.title: (line.before, line.after) for line in preview.context["change"]}
    assert told == {
        "Open": ("36 h a week", "38 h a week"),
        "Friday": ("08:00–12:00", "08:00–12:00, 13:00–15:00"),
    }
    assert calendar.versions.count() == 2
    client.post(change_page(calendar), hidden_of(preview) | {"do": "publish"})
    newest = calendar.versions.get(number=3)
    assert newest.closed_periods == [["2026-12-28", "2026-12-31"]]


def test_preview_of_no_change_says_so(client, office, calendar):
    form = client.get(change_page(calendar)).context["form"]
    filled = {field.html_name: field.value() or "" for field in form} | {"reason": "?", "rows": "4"}

    assert "There is no need to publish it" in text_of(client.post(change_page(calendar), filled))


def test_what_somebody_else_published_meanwhile_is_shown_before_publishing(
    client, office, calendar
):
    stale = typed(do="publish", seen="1")

    answer = client.post(change_page(calendar), stale)

    assert answer.status_code == 409
    assert "Somebody published version 2 in the meantime" in text_of(answer)
    assert answer.context["seen"] == 2
    assert calendar.versions.count() == 2


@pytest.mark.parametrize("seen", ["", "x", "²", "-1", "9" * 5_000])
def test_nothing_is_published_without_a_preview(client, office, calendar, seen):
    answer = client.post(change_page(calendar), typed(do="publish", seen=seen))

    assert answer.status_code == 409
    assert calendar.versions.count() == 2


@pytest.mark.parametrize(
    "field, value, words",
    [
        ("d0s0to", "25:00", "Write a time such as 08:30."),
        ("d0s0to", "24:01", "Write a time such as 08:30."),
        ("d0s0to", "12:60", "Write a time such as 08:30."),
        ("d0s0to", "noon", "Write a time such as 08:30."),
        ("d0s0to", "", "A shift needs both times."),
        ("d0s0from", "", "A shift needs both times."),
        ("d0s0from", "24:00", "Write 00:00 on the next day."),
        ("d0s1from", "11:30", "This overlaps the shift of Monday that begins at 08:00."),
        ("d1s0from", "7:00", None),
        ("zone", "Europe/Basel", "There is no time zone called Europe/Basel."),
        ("country", "XX", "The public holidays of XX are not known."),
        ("subdivision", "QQ", "The regions are: 57, 6AE"),
        ("first_day", "yesterday", "Enter a valid date."),
        ("last_day", "2025-12-31", "The last day is before the first."),
        ("last_day", "2057-01-02", "A calendar knows thirty years at most."),
        ("c0last", "2026-12-23", "The last day is before the first."),
        ("c0first", "2025-12-31", "The calendar does not know these days."),
        ("c0first", "", "Give the first day, too."),
        ("reason", " ", "This field is required."),
        ("name", "", "This field is required."),
    ],
)
def test_wrong_input_is_refused_beside_its_field_and_kept(client, office, field, value, words):
    sent = typed(**{field: value})

    answer = client.post(NEW, sent)

    if words is None:
        assert answer.status_code == 200
        return
    assert answer.status_code == 422
    form = answer.context["form"]
    assert words in " ".join(text for texts in form.errors.values() for text in texts)
    assert text_of(answer).count(words.split(":")[0]) >= 1
    assert form[field].value() == value
    assert not WorkCalendar.objects.exists()


def test_a_night_that_runs_into_the_next_shift_is_found(client, office):
    sent = typed(d6s0from="22:00", d6s0to="08:30")

    errors = client.post(NEW, sent).context["form"].errors

    assert errors == {"d0s0from": ["This overlaps the shift of Sunday that begins at 22:00."]}


def test_no_shift_at_all_is_refused(client, office):
    sent = {
        key: "" if key[0] == "d" and key[1].isdigit() else value for key, value in typed().items()
    }

    errors = client.post(NEW, sent).context["form"].errors

    assert errors == {"d0s0from": ["A calendar needs opening hours on at least one day."]}


def test_a_name_that_is_taken_is_refused(client, office, calendar):
    errors = client.post(NEW, typed(name=" basel ")).context["form"].errors

    assert list(errors) == ["name"]


@pytest.mark.parametrize(
    "typed_zone, kept", [("europe/paris", "Europe/Paris"), ("America/New York", "America/New_York")]
)
def test_a_zone_is_found_however_it_is_written(client, office, typed_zone, kept):
    assert client.post(NEW, typed(zone=typed_zone)).context["form"].cleaned_data["zone"] == kept


def test_buttons_work_without_a_script_and_judge_nothing(client, office):
    blank = {
        f"d{day}s{shift}{end}": ""
        for day in range(1, 5)
        for shift in (0, 1)
        for end in ("from", "to")
    }
    sent = typed(zone="Nowhere", **blank)

    copied = client.post(NEW, sent | {"do": "copy"})
    longer = client.post(NEW, sent | {"do": "more"})
    regions = client.post(NEW, sent | {"do": "regions", "country": "ch"})

    form = copied.context["form"]
    assert (copied.status_code, form["d4s1to"].value(), form["zone"].value()) == (
        200,
        "17.00",
        "Nowhere",
    )
    assert (form["d5s0from"].value() or "") == ""
    assert longer.context["form"].period_rows == 8
    assert longer.context["form"]["c0first"].value() == "2026-12-24"
    assert "BS" in regions.context["form"].regions


def test_going_back_from_the_preview_keeps_what_was_typed(client, office):
    preview = client.post(NEW, typed())

    back = client.post(NEW, hidden_of(preview) | {"do": "edit"})

    assert back.context["form"]["d0s0from"].value() == "8:00"
    assert back.context["form"]["reason"].value() == "The site has a second shift."


@pytest.mark.parametrize("rows", ["x", "-1", "99999", "²"])
def test_a_made_up_number_of_lines_does_no_harm(client, office, rows):
    assert client.post(NEW, typed(rows=rows)).status_code == 200


def test_a_version_with_four_shifts_a_day_keeps_them_in_the_form(client, office):
    hours = {"0": [["00:00", "01:00"], ["02:00", "03:00"], ["04:00", "05:00"], ["06:00", "07:00"]]}
    version = WorkCalendarVersionFactory(hours=hours)

    form = client.get(change_page(version.calendar)).context["form"]

    assert form["d0s3to"].value() == "07:00"


@pytest.mark.parametrize("language", ["de", "fr"])
def test_pages_speak_the_reader_s_language(client, office, calendar, language):
    headers = {"Accept-Language": language}
    page = text_of(client.get(f"/calendars/{calendar.public_id}/", headers=headers))

    assert {"de": "Karfreitag", "fr": "Vendredi saint"}[language] in page
