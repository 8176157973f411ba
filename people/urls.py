from django.urls import path

from people.views import delegations

app_name = "people"
urlpatterns = [
    path("account/delegations/", delegations.page, name="delegations"),
    path("account/delegations/accept/", delegations.accept, name="accept_delegation"),
    path("account/delegations/end/", delegations.end, name="end_delegation"),
]
