"""What is missing, under way or ended, and who can help."""

from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.charts.marks import VERDICTS, word
from core.templatetags.portal.fragments import part
from core.templatetags.portal.marks import TONES

tags = template.Library()

# kind -> icon, tone; a verdict's kind draws its mark
STATES: dict[str, tuple[str, str]] = {
    "empty": ("flow", "acc"),
    "waiting": ("data", "info"),
    "hidden": ("lock", ""),
    "stale": ("clock", "warn"),
    "failed": ("cross", "bad"),
    "clear": ("check", "good"),
    "no_access": ("shield", ""),
}


JOB_TONES = {
    "running": ("acc", "clock"),
    "needs_review": ("warn", "warn"),
    "done": ("good", "check"),
    "failed": ("bad", "cross"),
}


ENDED = ("done", "failed", "cancelled", "needs_review")


@tags.simple_tag
def state(  # noqa: PLR0913
    kind: str,
    title: Any = "",
    text: Any = "",
    *,
    action: Any = "",
    url: str = "",
    value: Any = 0,
    total: Any = 0,
    icon: str = "",
    boxed: bool = True,
    level: int = 3,
) -> SafeString:
    """What is missing and who can fix it, with one action. ``kind`` as in STATES, or a verdict."""
    is_verdict = kind in VERDICTS
    icon_name, tone = ("", TONES.get(kind, "")) if is_verdict else STATES[kind]
    return part(
        "state",
        verdict=kind if is_verdict else "",
        icon_name=icon or icon_name,
        tone=tone,
        title=title or (word(kind) if is_verdict else _default_title(kind)),
        text=text,
        action_label=action,
        action_url=url,
        value=value,
        total=total,
        boxed=boxed,
        level=level,
    )


def _default_title(kind: str) -> str:
    titles = {
        "hidden": _("Hidden to protect people"),
        "clear": _("All clear"),
        "no_access": _("Not for your role"),
    }
    return titles.get(kind, _("Nothing here yet"))


@tags.simple_tag
def loading(url: str = "", text: str = "", *, boxed: bool = True) -> SafeString:
    """A frame that keeps its size; with ``url`` htmx fills it, without script a link does."""
    return part("loading", url=url, text=text, boxed=boxed)


@tags.simple_tag
def job_progress(job: Any, url: str = "", label: Any = "") -> SafeString:
    """A background job's row; asks ``url`` every 2 s for the same fragment until it has ended."""
    tone, icon_name = JOB_TONES.get(job.state, ("", ""))
    return part(
        "job",
        job=job,
        url=url,
        label=label or _("Background work"),
        id=f"job-{job.public_id}",
        tone=tone,
        icon_name=icon_name,
        open=job.state not in ENDED,
        done=min(job.progress_done or 0, job.progress_total or 0),
    )
