import re
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from core import panels
from core.charts import words
from core.models import AuditEvent
from people.choices import Role
from tests.factories.people import (
    PASSWORD,
    AssignmentFactory,
    DelegationFactory,
    PersonFactory,
    RoleGrantFactory,
)
from tests.factories.sign_offs import NOON, Review, approved, in_review, sign, workflow_below
from tests.factories.workflows import (
    AiToolFactory,
    RedesignFactory,
    RevisionAuthorFactory,
    WorkflowVersionFactory,
)
from workflows.choices import RedesignState, Verdict
from workflows.models import Decision, GoLive, Hypothesis, Redesign, Revision, RevisionActivity
from workflows.operations import approval
from workflows.operations.redesigns import revise
from workflows.signing import problems_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def open_page(client):
    def get(person, name, *args, **query):
        client.force_login(person)
        return client.get(reverse(name, args=args), query)

    return get


def typed(review, **fields):
    return {
        "verdict": "approved",
        "comment": "",
        "password": PASSWORD,
        "shown_sha256": review.sha256,
        "request_key": str(uuid4()),
    } | fields


def address(review):
    return reverse("workflows:decide", args=[review.redesign.public_id])


def statements(queries):
    return [
        query["sql"]
        for query in queries.captured_queries
        if not query["sql"].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))
    ]


def test_the_decision_page_says_what_is_signed_and_chooses_nothing(open_page):
    review = in_review()

    response = open_page(review.boss, "workflows:decide", review.redesign.public_id)

    text = response.content.decode()
    assert response.status_code == 200
    assert f"{review.sha256[:4]}…{review.sha256[-4:]}" in text
    assert "checked" not in text.split('id="decision"')[1].split("</form>")[0]
    assert "You sign as <b>Line manager</b>" in text
    assert 'name="user_id"' not in text


def test_two_components_are_asked_for_where_the_step_wants_them(open_page):
    review = in_review(gxp=True)

    text = open_page(review.quality, "workflows:decide", review.redesign.public_id).content.decode()

    assert 'name="user_id"' in text


def test_signing_from_the_page(client):
    review = in_review()
    client.force_login(review.boss)

    response = client.post(address(review), typed(review), follow=True)

    review.redesign.refresh_from_db()
    assert review.redesign.state == RedesignState.APPROVED
    assert "Signed. Thank you." in response.content.decode()


def test_the_same_form_again_says_what_is_stored_and_changed_content_is_refused(client):
    review = in_review()
    client.force_login(review.boss)
    fields = typed(review, verdict="approved", request_key=str(uuid4()))
    client.post(address(review), fields)

    again = client.post(address(review), fields, follow=True)
    other = client.post(address(review), fields | {"verdict": "rejected", "comment": "No"})
    note = client.post(address(review), fields | {"comment": "And more"})

    assert "Signed. Thank you." in again.content.decode()
    for refused in (other, note):
        assert refused.status_code == 409
        assert "with another verdict or note" in refused.content.decode()
        assert "Declined. The team" not in refused.content.decode()
    assert Decision.objects.get().verdict == "approved"


def test_a_stranger_gets_404_as_for_a_missing_one(client):
    review = in_review()
    client.force_login(PersonFactory())

    for method in (client.get, client.post):
        assert method(address(review)).status_code == 404
    manifest = reverse("workflows:manifest", args=[review.redesign.public_id])
    assert client.get(manifest).status_code == 404


def test_opening_the_page_changes_nothing(client):
    review = in_review()
    client.force_login(review.boss)

    client.get(address(review), {"verdict": "approved", "password": PASSWORD})

    assert not Decision.objects.exists()


@pytest.mark.parametrize(
    "fields, words",
    [
        ({"verdict": ""}, "required"),
        ({"verdict": "maybe"}, "valid choice"),
        ({"verdict": "rejected", "comment": "  "}, "Say why"),
        ({"shown_sha256": "x"}, ""),
        ({"request_key": "1"}, ""),
        ({"comment": "x" * 5000}, "4000"),
    ],
)
def test_bad_input_comes_back_with_what_was_typed(client, fields, words):
    review = in_review()
    client.force_login(review.boss)

    response = client.post(address(review), typed(review, **{"comment": "Keep this", **fields}))

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Decision.objects.exists()


def test_a_wrong_password_keeps_the_note_and_not_the_password(client):
    review = in_review()
    client.force_login(review.boss)

    response = client.post(
        address(review), typed(review, password="wrong-password-typed", comment="A long note")
    )

    text = response.content.decode()
    assert response.status_code == 422
    assert "A long note" in text
    assert "wrong-password-typed" not in text


def test_htmx_gets_the_panel_alone_and_then_the_way_on(client):
    review = in_review()
    client.force_login(review.boss)
    headers = {"HX-Request": "true"}

    refused = client.post(address(review), typed(review, password="wrong"), headers=headers)
    done = client.post(address(review), typed(review), headers=headers)

    assert refused.status_code == 422
    assert refused.content.decode().lstrip().startswith("<aside")
    assert (done.status_code, done["HX-Redirect"]) == (204, address(review))


def test_a_page_that_is_out_of_date_keeps_the_note_and_says_what_changed(client):
    review = in_review()
    old = review.sha256
    redesign = revise(redesign=review.redesign, actor=review.redesign.proposer, at=NOON)
    redesign = Redesign.objects.get(pk=redesign.pk)
    revision = redesign.current_revision
    revision.summary = "Now with a second check"
    revision.save()
    approval.submit_redesign(redesign=redesign, actor=redesign.proposer, at=NOON)
    client.force_login(review.boss)

    response = client.post(address(review), typed(review, shown_sha256=old, comment="My note"))

    text = response.content.decode()
    assert response.status_code == 409
    assert "My note" in text
    assert "What changes, in one sentence" in text
    assert "Now with a second check" in text
    assert old not in text
    assert not Decision.objects.exists()


@pytest.mark.parametrize("who", ["proposer", "co-author", "author of an earlier revision"])
def test_no_author_signs_from_the_page_even_as_a_stand_in(client, who):
    """The right password, the right hash, a running delegation: and still not their own work."""
    boss, author = PersonFactory(), PersonFactory()
    workflow = workflow_below(boss, owner=author if who == "proposer" else PersonFactory())
    redesign = RedesignFactory(workflow=workflow)
    if who != "proposer":
        RevisionAuthorFactory(revision=redesign.current_revision, person=author)
    act = {"redesign": redesign, "actor": redesign.proposer, "at": NOON}
    route = approval.submit_redesign(**act)
    if who.startswith("author of"):
        revise(**act)
        redesign.refresh_from_db()
        assert author not in [row.person for row in redesign.current_revision.authorships.all()]
        route = approval.submit_redesign(**act)
    redesign = Redesign.objects.get(pk=redesign.pk)
    review = Review(redesign=redesign, route=route, boss=boss)
    DelegationFactory(principal=boss, delegate=author)
    client.force_login(author)

    page = client.get(address(review))
    response = client.post(address(review), typed(review))

    assert "data-decision" not in page.content.decode()
    assert response.status_code == 403
    assert not Decision.objects.exists()


def test_a_locked_signer_is_told_and_the_note_is_kept(client):
    review = in_review()
    client.force_login(review.boss)
    wrong = typed(review, password="a guess", comment="My long note")
    for _ in range(4):
        assert client.post(address(review), wrong).status_code == 422
    assert client.post(address(review), wrong).status_code == 403

    response = client.post(address(review), typed(review, comment="My long note"))

    assert response.status_code == 403
    assert "locked from here for 15 minutes" in response.content.decode()
    assert "My long note" in response.content.decode()
    assert not Decision.objects.exists()


def test_somebody_else_acted_first(client):
    review = in_review()
    sign(review, review.boss)
    client.force_login(review.boss)

    response = client.post(address(review), typed(review, verdict="rejected", comment="Too late"))

    assert response.status_code == 409
    assert "Too late" in response.content.decode()


@pytest.mark.parametrize(
    "verdict, sentence",
    [
        (Verdict.CHANGES_REQUESTED, "Mara Lindqvist asked for changes on"),
        (Verdict.REJECTED, "Mara Lindqvist declined it on"),
    ],
)
def test_what_was_sent_back_opens_with_who_said_what(client, verdict, sentence):
    review = in_review(gxp=True)
    note = "The sample is <small>.\nTake 30 cases."
    sign(review, review.quality, verdict, comment=note)
    client.force_login(review.redesign.proposer)

    page = client.get(review.redesign.get_absolute_url()).content.decode()

    said = "The sample is &lt;small&gt;.<br>Take 30 cases.</blockquote>"
    assert sentence in page
    assert page.index(sentence) < page.index(said) < page.index('id="steps"')
    assert page.count(said) == 2  # at the top and in the chain
    assert said in client.get(address(review)).content.decode()


def test_a_note_of_an_approval_is_read_in_the_chain_alone(client):
    review = in_review()
    sign(review, review.boss, comment="Watch the night shift")
    client.force_login(review.redesign.proposer)

    page = client.get(review.redesign.get_absolute_url()).content.decode()

    assert page.count("Watch the night shift</blockquote>") == 1
    assert "asked for changes" not in page


def test_a_step_nobody_holds_prints_its_role_once(client):
    review = in_review(gxp=True)
    sign(review, review.quality, Verdict.REJECTED)
    client.force_login(review.redesign.proposer)

    page = client.get(address(review)).content.decode()

    entry = page[page.index('class="ap-chain-future"') :]
    entry = entry[: entry.index("</li>")]
    assert entry.count("Line manager") == 1
    assert "Not needed any more" in entry


def test_markup_in_a_note_is_text(client):
    review = in_review(gxp=True)
    sign(review, review.quality, Verdict.APPROVED, comment="<script>alert(1)</script>")
    client.force_login(review.boss)

    assert "<script>alert" not in client.get(address(review)).content.decode()


def test_queries_of_the_decision_page_and_post(client, django_assert_max_num_queries):
    review = in_review(gxp=True)
    sign(review, review.quality)
    client.force_login(review.boss)

    with django_assert_max_num_queries(13):
        client.get(address(review))
    with django_assert_max_num_queries(40) as queries:
        client.post(address(review), typed(review))
    assert len(statements(queries)) <= 16, "\n".join(statements(queries))


def test_the_package_verifies_without_the_portal(open_page):
    review = in_review(gxp=True)
    sign(review, review.quality)
    sign(review, review.boss)

    package = open_page(review.boss, "workflows:manifest", review.redesign.public_id).json()

    assert problems_of(package) == []
    assert len(package["routes"][0]["signatures"]) == 2
    told = AuditEvent.objects.get(verb="export")
    assert (told.actor, told.subject_id) == (review.boss, str(review.redesign.public_id))
    assert told.after == {"what": "manifest.json"}


@pytest.mark.parametrize("tab", ["waiting", "stand_in", "team", "done", "nonsense"])
def test_lists_with_and_without_rows(open_page, tab):
    review = in_review()
    other = in_review()
    DelegationFactory(principal=other.boss, delegate=review.boss)

    empty = open_page(PersonFactory(), "workflows:sign_offs", tab=tab)
    full = open_page(review.boss, "workflows:sign_offs", tab=tab)

    assert "ap-state" in empty.content.decode()
    rows = [item["row"].redesign for item in full.context["rows"]]
    assert rows == {"stand_in": [other.redesign], "done": []}.get(tab, [review.redesign])


def test_done_shows_what_was_signed(open_page):
    review = in_review()
    sign(review, review.boss)

    response = open_page(review.boss, "workflows:sign_offs", tab="done")

    assert [item["row"].redesign for item in response.context["rows"]] == [review.redesign]


@pytest.fixture
def revised():
    """Quality signed, the manager sent it back, and the team writes something else now."""
    review = in_review(gxp=True)
    sign(review, review.quality)
    sign(review, review.boss, Verdict.CHANGES_REQUESTED, comment="More people")
    redesign = Redesign.objects.get(pk=review.redesign.pk)
    revise(redesign=redesign, actor=redesign.proposer, at=NOON)
    base = WorkflowVersionFactory(workflow=redesign.workflow, number=2, steps=1)
    draft = Revision.objects.filter(redesign=redesign, number=2)
    draft.update(summary="Nobody reads this yet", change_note="Nor this", tool=AiToolFactory())
    RevisionActivity.objects.filter(revision__in=draft).update(title="Nor this step")
    Redesign.objects.filter(pk=redesign.pk).update(base_version=base)
    return review


@pytest.mark.parametrize("who", ["quality", "boss", "auditor", "stand-in of the past"])
def test_what_was_signed_is_readable_while_a_new_revision_is_written(client, revised, who):
    person = {"quality": revised.quality, "boss": revised.boss}.get(who)
    if who == "auditor":
        person = RoleGrantFactory(role=Role.AUDITOR).person
    elif person is None:
        person = PersonFactory()
        other = in_review()
        running = DelegationFactory(principal=other.boss, delegate=person)
        sign(other, person, Verdict.CHANGES_REQUESTED)
        type(running).objects.filter(pk=running.pk).update(accepted_at=None)
        revise(redesign=other.redesign, actor=other.redesign.proposer, at=NOON)
        revised = other
    client.force_login(person)
    first = Revision.objects.get(redesign=revised.redesign, number=1)

    page = client.get(address(revised))
    package = client.get(reverse("workflows:manifest", args=[revised.redesign.public_id]))

    text = page.content.decode()
    assert page.status_code == package.status_code == 200
    assert first.summary in text
    assert first.activities.get(position=1).title in text
    assert "side by side" not in text
    # The tab leads only those there who may read the draft.
    assert (revised.redesign.get_absolute_url() + '"' in text) is (who == "boss")
    for said in (text, package.content.decode()):
        assert "Nobody reads this yet" not in said
        assert "Nor this" not in said
    assert [row["number"] for row in package.json()["revisions"]] == [1]
    assert problems_of(package.json()) == []
    assert page.context["rows"][0].word == "AI-assisted"
    assert len(page.context["rows"]) == 1  # compared with the version it was submitted on


def test_signing_what_is_being_revised_is_refused_and_the_note_is_kept(client, revised):
    client.force_login(revised.boss)

    response = client.post(address(revised), typed(revised, comment="My note"))

    assert response.status_code == 409
    assert "My note" in response.content.decode()
    assert "Nobody reads this yet" not in response.content.decode()


def test_a_stranger_and_an_unsubmitted_draft_stay_out(client, revised):
    client.force_login(PersonFactory())
    assert client.get(address(revised)).status_code == 404

    draft = RedesignFactory()
    for person in (draft.proposer, RoleGrantFactory(role=Role.AUDITOR).person):
        client.force_login(person)
        for name in ("decide", "manifest"):
            url = reverse(f"workflows:{name}", args=[draft.public_id])
            assert client.get(url).status_code == 404


def test_done_lists_what_was_signed_not_the_draft_after_it(open_page, revised):
    text = open_page(revised.boss, "workflows:sign_offs", tab="done").content.decode()

    assert revised.redesign.current_revision.summary in text
    assert str(revised.redesign.current_revision.tool) in text
    assert "Nobody reads this yet" not in text


def test_the_note_on_a_revision_is_read_before_signing(client):
    review = in_review(change_note="The field is not read any more")
    client.force_login(review.boss)

    assert "The field is not read any more" in client.get(address(review)).content.decode()


def count_of(client, url, capture):
    with capture as queries:
        assert client.get(url).status_code == 200
    return len(queries)


@pytest.mark.parametrize("name", ["home", "workflows:sign_offs"])
def test_queries_do_not_grow_with_rows(client, name, django_assert_max_num_queries):
    boss = PersonFactory()
    in_review(boss=boss)
    client.force_login(boss)
    url = reverse(name)
    client.get(url)
    one = count_of(client, url, django_assert_max_num_queries(14))
    for _ in range(4):
        in_review(boss=boss)

    assert count_of(client, url, django_assert_max_num_queries(14)) == one


def test_the_inbox_lists_what_needs_me(open_page):
    review = in_review()
    ready = approved()
    back = in_review()
    sign(back, back.boss, Verdict.CHANGES_REQUESTED, comment="More people")

    for person, told in (
        (review.boss, "Sign the redesign of"),
        (ready.redesign.workflow.owner, "can go live"),
        (back.redesign.proposer, "Changes are asked for"),
    ):
        assert told in open_page(person, "home").content.decode()


def test_the_inbox_of_somebody_with_nothing_to_do(open_page):
    text = open_page(PersonFactory(given_name="Ines"), "home").content.decode()

    assert "All clear" in text
    assert "Ines" in text


@pytest.mark.parametrize("people, shown", [(4, False), (5, True)])
def test_the_team_is_counted_only_when_it_is_large_enough(open_page, people, shown):
    head = PersonFactory()
    workflow = workflow_below(head)
    AssignmentFactory.create_batch(people, unit=workflow.unit)

    text = open_page(head, "home").content.decode()

    assert (f"{people} people" in text) is shown
    assert ("ap-hidden-cell" in text) is not shown


def button(response):
    """The moment the page would go live at, and what its button says."""
    found = re.search(r'name="moment" value="([^"]*)">([^<]*)<', response.content.decode())
    return {"moment": found[1], "says": found[2]}


def planned_for(day):
    boss, at = PersonFactory(), timezone.now()
    redesign = RedesignFactory(workflow=workflow_below(boss))
    Hypothesis.objects.filter(revision__redesign=redesign).update(planned_go_live_date=day)
    route = approval.submit_redesign(redesign=redesign, actor=redesign.proposer, at=at)
    redesign = Redesign.objects.select_related("current_revision").get(pk=redesign.pk)
    review = Review(redesign=redesign, route=route, boss=boss)
    sign(review, boss, at=at)
    return review


def test_a_planned_day_that_has_passed_is_told_on_every_page(client):
    boss = PersonFactory()
    redesign = RedesignFactory(workflow=workflow_below(boss))
    passed = timezone.localdate() - timedelta(days=1)
    Hypothesis.objects.update(planned_go_live_date=passed)
    client.force_login(redesign.proposer)
    pages = [
        reverse("workflows:redesign_edit", args=[redesign.public_id]),
        str(redesign.get_absolute_url()),
    ]

    texts = [client.get(page).content.decode() for page in pages]
    approval.submit_redesign(redesign=redesign, actor=redesign.proposer, at=timezone.now())
    client.force_login(boss)
    texts.append(
        client.get(reverse("workflows:decide", args=[redesign.public_id])).content.decode()
    )

    assert ["The planned go-live has passed" in text for text in texts] == [True] * 3


def test_the_page_counts_from_the_planned_day_and_its_button_names_it(client):
    day = timezone.localdate() + timedelta(days=20)
    review = planned_for(day)
    client.force_login(review.redesign.workflow.owner)

    page = client.get(reverse("workflows:go_live", args=[review.redesign.public_id]))

    assert button(page)["says"] == f"Go live on {words.day(day)}"
    assert f"Counted from {words.day(day)} 08:00, Europe/Zurich time:" in " ".join(
        page.content.decode().split()
    )


def test_a_planned_day_that_has_passed_is_not_proposed(client):
    review = planned_for(timezone.localdate() - timedelta(days=3))
    client.force_login(review.redesign.workflow.owner)

    page = client.get(reverse("workflows:go_live", args=[review.redesign.public_id]))

    assert datetime.fromisoformat(button(page)["moment"]) > timezone.now()
    assert "This moment has passed" not in page.content.decode()


def test_a_moment_whose_consequences_were_not_shown_is_shown_first(client):
    """Nobody can move it afterwards: the button acts for the day it names alone."""
    review = approved(at=timezone.now())
    client.force_login(review.redesign.workflow.owner)
    url = reverse("workflows:go_live", args=[review.redesign.public_id])
    shown = button(client.get(url))
    past = {"day": "2026-03-02", "time": "08:00", "zone": "Europe/Zurich"}

    asked = client.post(url, past | {"moment": shown["moment"]})

    assert asked.status_code == 200
    assert not GoLive.objects.exists()
    assert "This moment has passed" in asked.content.decode()
    assert "Nothing is saved yet." in asked.content.decode()
    assert button(asked)["says"] == "Go live on 2 Mar"


def test_no_days_for_last_cases_are_not_told(client, monkeypatch):
    told = {"follow_up_days": 0, "detectable_ratio": 0.82}
    monkeypatch.setitem(
        panels._facts, "measurement.go_live", lambda rows: {row.pk: told for row in rows}
    )
    review = approved(at=timezone.now())
    client.force_login(review.redesign.workflow.owner)

    page = client.get(reverse("workflows:go_live", args=[review.redesign.public_id]))

    text = page.content.decode()
    assert "0 days" not in text
    assert "this reading can detect about 18% less time." in text


def test_going_live_from_the_page(client):
    review = approved()
    owner = review.redesign.workflow.owner
    client.force_login(owner)
    url = reverse("workflows:go_live", args=[review.redesign.public_id])
    given = {"day": "2026-03-02", "time": "08:00", "zone": "Europe/Zurich"}

    looked = client.post(url, given | {"look": "1"})
    assert "post-hoc" in looked.content.decode()
    assert not GoLive.objects.exists()
    response = client.post(url, given | {"moment": button(looked)["moment"]})

    assert response.status_code == 302
    row = GoLive.objects.get(redesign=review.redesign)
    assert (row.at.isoformat(), row.post_hoc) == ("2026-03-02T07:00:00+00:00", True)


def test_looking_up_names_the_zone_and_warns_above_the_button(client):
    """On a phone what stands beside the form stands below it."""
    review = approved()
    client.force_login(review.redesign.workflow.owner)
    url = reverse("workflows:go_live", args=[review.redesign.public_id])
    given = {"day": "2026-03-02", "time": "08:00", "zone": "Asia/Tokyo", "look": "1"}

    first = " ".join(client.get(url).content.decode().split())
    page = " ".join(client.post(url, given).content.decode().split())

    assert "Europe/Zurich time:" in first
    assert "2 Mar 08:00, Asia/Tokyo time:" in page
    assert page.index("This moment has passed") < page.index("Look up the reading date")


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_go_live_fills_in_day_and_time_as_browsers_read_them(client, settings, language):
    review = approved()
    client.force_login(review.redesign.workflow.owner)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language

    page = client.get(reverse("workflows:go_live", args=[review.redesign.public_id]))

    fields = re.findall(r'<input type="(date|time)"[^>]*value="([^"]*)"', page.content.decode())
    day, time = (value for _, value in sorted(fields))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", day)
    assert re.fullmatch(r"\d\d:\d\d", time)


@pytest.mark.parametrize(
    "given",
    [
        {"day": "", "time": "08:00", "zone": "UTC"},
        {"day": "2026-03-29", "time": "02:30", "zone": "Europe/Zurich"},
        {"day": "2026-10-25", "time": "02:30", "zone": "Europe/Zurich"},
        {"day": "0001-01-01", "time": "00:00", "zone": "Asia/Tokyo"},
        {"day": "2026-03-02", "time": "08:00", "zone": "Moon/Base"},
        {"day": "9999-12-31", "time": "23:59", "zone": "America/New_York"},
    ],
)
def test_a_moment_that_makes_no_sense_is_refused(client, given):
    review = approved()
    client.force_login(review.redesign.workflow.owner)

    response = client.post(reverse("workflows:go_live", args=[review.redesign.public_id]), given)

    assert response.status_code == 422
    assert not GoLive.objects.exists()


def test_go_live_is_the_owners_page(client):
    review = approved()
    url = reverse("workflows:go_live", args=[review.redesign.public_id])
    for person in (review.boss, PersonFactory(), RoleGrantFactory(role=Role.PROGRAM_OFFICE).person):
        client.force_login(person)
        assert client.get(url).status_code == 404


def test_on_a_phone_a_sign_off_is_headed_by_its_workflow_and_sentences_are_left(open_page):
    review = in_review()

    rows = open_page(review.boss, "workflows:sign_offs").content.decode()
    page = open_page(review.boss, "workflows:decide", review.redesign.public_id).content.decode()

    assert re.search(
        r'<th scope="row"><a href="[^"]*">' + re.escape(review.redesign.workflow.name), rows
    )
    assert '<td class="ap-sentence" data-label="Today">' in page
