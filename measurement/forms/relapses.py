"""The answer to a relapse."""

from django import forms
from django.utils.translation import gettext_lazy as _

LONGEST = 2000


class RelapseAnswerForm(forms.Form):
    reason = forms.CharField(
        label=_("Why the effect went"),
        help_text=_("As you see it; the sentence stays with the evidence."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    plan = forms.CharField(
        label=_("What will be done"),
        help_text=_("By whom, and by when."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
