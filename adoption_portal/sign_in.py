"""allauth's pages that the portal uses; people come from HR, so there is nothing to sign up for."""

from typing import Any

from allauth.account import views as allauth
from allauth.account.forms import ResetPasswordForm
from django.urls import path, re_path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from adoption_portal.session_limits import Ended
from adoption_portal.views import demo_logins
from core.middleware import open_to_all
from people.adapter import person_with

WHY_ENDED = {
    Ended.IDLE.value: _(
        "You were signed out because nothing was done for a while. Sign in to go on where you were."
    ),
    Ended.OLD.value: _(
        "You were signed out because your last sign-in is too long ago. Sign in to go on where you "
        "were."
    ),
}


class Login(allauth.LoginView):  # type: ignore[misc]
    """Adds the demo's logins; ``?email=`` fills the address in, so a demo needs no script."""

    def get_initial(self) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_initial()
        return initial | {"login": self.request.GET.get("email", "")[:254]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        values: dict[str, Any] = super().get_context_data(**kwargs)
        ended = WHY_ENDED.get(self.request.GET.get("ended", ""), "")
        return values | {"demo_logins": demo_logins(), "ended": ended}


class ResetForm(ResetPasswordForm):  # type: ignore[misc]
    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        person = person_with(email)
        self.users = [person] if person and person.is_active else []
        return email


class PasswordReset(allauth.PasswordResetView):  # type: ignore[misc]
    form_class = ResetForm


to_account = RedirectView.as_view(pattern_name="account")
# allauth itself reverses these three names; nobody is sent there.
to_login = RedirectView.as_view(pattern_name="account_login")

urlpatterns = [
    path("login/", Login.as_view(), name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("inactive/", open_to_all(allauth.account_inactive), name="account_inactive"),
    path("reauthenticate/", allauth.reauthenticate, name="account_reauthenticate"),
    path("password/change/", allauth.password_change, name="account_change_password"),
    path("password/set/", allauth.password_set, name="account_set_password"),
    path("password/reset/", PasswordReset.as_view(), name="account_reset_password"),
    path("password/reset/done/", allauth.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("signup/", to_login, name="account_signup"),
    path("email/", to_account, name="account_email"),
    path("email/sent/", to_account, name="account_email_verification_sent"),
]
