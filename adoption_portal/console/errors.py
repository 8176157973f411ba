from django.utils.translation import gettext_lazy as _

from core.errors import DomainError


class NothingCounted(DomainError):
    status = 409
    code = "nothing_counted"
    message = _("Nothing has been counted yet. The first count runs within the hour.")


class NameTaken(DomainError):
    status = 409
    code = "name_taken"
    message = _("You have a saved view with this name already. Choose another one.")


class TooManyViews(DomainError):
    code = "too_many_views"
    message = _("You keep %(most)s views already. Forget one first.")
