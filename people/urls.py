from django.urls import path

from people.views import calendars, delegations, imports

app_name = "people"
urlpatterns = [
    path("imports/people/", imports.import_list, name="imports"),
    path("imports/people/upload/", imports.upload, name="import_upload"),
    path("imports/people/sample.csv", imports.sample, name="import_sample"),
    path("imports/people/<uuid:public_id>/", imports.import_shown, name="import"),
    path("imports/people/<uuid:public_id>/approve/", imports.approve, name="import_approve"),
    path("imports/people/<uuid:public_id>/cancel/", imports.cancel, name="import_cancel"),
    path(
        "imports/people/<uuid:public_id>/rejections.csv",
        imports.rejections,
        name="import_rejections",
    ),
    path("calendars/", calendars.calendar_list, name="calendars"),
    path("calendars/new/", calendars.calendar_new, name="calendar_new"),
    path("calendars/<uuid:public_id>/", calendars.calendar_shown, name="calendar"),
    path("calendars/<uuid:public_id>/change/", calendars.calendar_change, name="calendar_change"),
    path("account/delegations/", delegations.page, name="delegations"),
    path("account/delegations/accept/", delegations.accept, name="accept_delegation"),
    path("account/delegations/end/", delegations.end, name="end_delegation"),
]
