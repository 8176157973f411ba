"""allauth's pages that the portal uses; people come from HR, so there is nothing to sign up for."""

from typing import Any

from allauth.account import views as allauth
from allauth.account.adapter import get_adapter
from allauth.account.forms import ChangePasswordForm, ResetPasswordForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import RedirectView

from adoption_portal.session_limits import WHY_ENDED
from adoption_portal.typed import KEPT, send_again
from adoption_portal.views import demo_logins
from core.middleware import open_to_all
from people.operations.passwords import ask_for_reset
from workflows.errors import NotPresent, SigningLocked
from workflows.operations.presence import prove_password


@method_decorator(sensitive_post_parameters(), name="post")
class Login(allauth.LoginView):  # type: ignore[misc]
    """Adds the demo's logins; ``?email=`` fills the address in, so a demo needs no script.

    Whoever was typing when the session ended is given the form to send again.
    """

    def get_initial(self) -> dict[str, Any]:
        initial: dict[str, Any] = super().get_initial()
        return initial | {"login": self.request.GET.get("email", "")[:254]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        values: dict[str, Any] = super().get_context_data(**kwargs)
        ended = WHY_ENDED.get(self.request.GET.get("ended", ""), "")
        kept = self.request.POST.get(KEPT, "")
        return values | {"demo_logins": demo_logins(), "ended": ended, "kept": kept}

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        return send_again(self.request) or response

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and (page := send_again(request)):
            return page  # signed in meanwhile on another page
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response


class ResetForm(ResetPasswordForm):  # type: ignore[misc]
    """The same answer whether anybody has the address or not."""

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"]
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:  # noqa: ARG002
        email: str = self.cleaned_data["email"]
        ask_for_reset(email=email)
        return email


class PasswordReset(allauth.PasswordResetView):  # type: ignore[misc]
    form_class = ResetForm


class ChangeForm(ChangePasswordForm):  # type: ignore[misc]
    """A session may be a stolen one: the password is asked as it is for a signature."""

    def clean_oldpassword(self) -> str:
        typed: str = self.cleaned_data["oldpassword"]
        try:
            prove_password(actor=self.user, password=typed)
        except NotPresent as refusal:
            raise get_adapter().validation_error("enter_current_password") from refusal
        except SigningLocked as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal
        return typed


class PasswordChange(allauth.PasswordChangeView):  # type: ignore[misc]
    form_class = ChangeForm


to_account = RedirectView.as_view(pattern_name="account")
# allauth itself reverses these names; nobody is sent there.
to_login = RedirectView.as_view(pattern_name="account_login")

urlpatterns = [
    path("login/", Login.as_view(), name="account_login"),
    path("logout/", allauth.logout, name="account_logout"),
    path("inactive/", open_to_all(allauth.account_inactive), name="account_inactive"),
    path("password/change/", PasswordChange.as_view(), name="account_change_password"),
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
    path("reauthenticate/", to_account, name="account_reauthenticate"),
    path("email/", to_account, name="account_email"),
    path("email/sent/", to_account, name="account_email_verification_sent"),
]
