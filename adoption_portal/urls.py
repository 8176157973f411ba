"""Every address. An app owns its own file; here they are only put together."""

from importlib.util import find_spec

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from adoption_portal import views

# Prefix and module, in order; the inbox of workflows is the first "" and so comes before `home`.
MOUNTS = (
    ("", "workflows.urls"),
    ("", "measurement.urls"),
    ("", "people.urls"),
    ("surveys/", "surveys.urls"),
    ("console/", "adoption_portal.console.urls"),
    ("", "core.health"),
    ("api/v1/", "adoption_portal.api"),
    ("scim/v2/", "people.scim.urls"),
)


def is_there(module: str) -> bool:
    package = module.rpartition(".")[0]
    return find_spec(package) is not None and find_spec(module) is not None


urlpatterns: list[URLPattern | URLResolver] = [
    *(path(prefix, include(module)) for prefix, module in MOUNTS if is_there(module)),
    path("", views.home, name="home"),
    path("account/", views.account, name="account"),
    path("account/colours/", views.colours, name="colours"),
    path("account/tokens/", include("adoption_portal.tokens.urls")),
    path("account/language/", set_language, name="set_language"),
    path("account/", include("adoption_portal.sign_in")),
    path("help/", views.help_page, name="help"),
    path("admin/", admin.site.urls),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon, name="favicon"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
]
if settings.DEMO:
    urlpatterns.append(path("styleguide/", views.styleguide, name="styleguide"))

handler400 = "adoption_portal.views.bad_request"
handler403 = "adoption_portal.views.forbidden"
handler404 = "adoption_portal.views.not_found"
handler429 = "adoption_portal.views.too_many"
handler500 = "adoption_portal.views.server_error"
