from django.urls import URLPattern, path

from workflows.views import (
    approval,
    go_live,
    inbox,
    redesign_editor,
    redesigns,
    stopping,
    team_talk,
    workflow_form,
    workflows,
)

app_name = "workflows"
urlpatterns: list[URLPattern] = [
    path("", inbox.home, name="inbox"),
    path("sign-offs/", approval.sign_offs, name="sign_offs"),
    path("sign-offs/<uuid:public_id>/", approval.decide, name="decide"),
    path("sign-offs/<uuid:public_id>/manifest/", approval.manifest, name="manifest"),
    path("redesigns/<uuid:public_id>/go-live/", go_live.go_live, name="go_live"),
    path("redesigns/", redesigns.redesign_index, name="redesigns"),
    path("redesigns/<uuid:public_id>/", redesigns.redesign, name="redesign"),
    path("redesigns/<uuid:public_id>/edit/", redesign_editor.edit, name="redesign_edit"),
    path("redesigns/<uuid:public_id>/submit/", redesigns.submit, name="submit"),
    path("redesigns/<uuid:public_id>/withdraw/", redesigns.withdraw, name="withdraw"),
    path("redesigns/<uuid:public_id>/revise/", redesigns.revise, name="revise"),
    path("redesigns/<uuid:public_id>/copy/", redesigns.copy, name="redesign_copy"),
    path("redesigns/<uuid:public_id>/rebase/", redesigns.rebase, name="redesign_rebase"),
    path("redesigns/<uuid:public_id>/suspend/", stopping.suspend, name="suspend"),
    path("redesigns/<uuid:public_id>/resume/", stopping.resume, name="resume"),
    path("redesigns/<uuid:public_id>/retire/", stopping.retire, name="redesign_retire"),
    path("redesigns/<uuid:public_id>/talk/", team_talk.team_talk, name="team_talk"),
    path("workflows/", workflows.workflow_index, name="list"),
    path("workflows/new/", workflow_form.log, name="new"),
    path("workflows/owners/", workflow_form.owners, name="owners"),
    path("workflows/<uuid:public_id>/", workflows.workflow, name="workflow"),
    path("workflows/<uuid:public_id>/edit/", workflow_form.edit, name="edit"),
    path("workflows/<uuid:public_id>/retire/", workflows.retire, name="retire"),
    path("workflows/<uuid:public_id>/history/", workflows.history, name="history"),
    path("workflows/<uuid:public_id>/propose/", redesigns.propose, name="propose"),
]
