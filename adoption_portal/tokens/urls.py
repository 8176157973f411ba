from django.urls import path

from adoption_portal.tokens import views

app_name = "tokens"
urlpatterns = [
    path("", views.token_list, name="list"),
    path("new/", views.token_new, name="new"),
    path("<uuid:public_id>/replace/", views.token_replace, name="replace"),
    path("<uuid:public_id>/revoke/", views.token_revoke, name="revoke"),
]
