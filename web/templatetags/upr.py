"""Template tags that draw the small pieces: a status, a response, marks, days, form fields.

They are built in: no template has to load them. Bigger pieces are includes; each file in `templates/components/` begins
with what it takes, and `/gallery/` shows them all.
"""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.forms import BoundField
from django.forms.forms import BaseForm
from django.forms.widgets import CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.utils import formats
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from recommendations.models import Claim, Response
from web import statuses

register = template.Library()


@register.inclusion_tag("components/status.html")
def status(code: str | None, *, compact: bool = False, large: bool = False) -> dict[str, object]:
    """A status as shape, word and colour; an empty code is "Not Assessed". An unknown code raises ValueError."""
    shown = statuses.status_of(code)
    return {"shown": shown, "compact": compact, "large": large}


@register.simple_tag
def status_shape(code: str | None) -> SafeString:
    """The drawing of a status alone, for inside an SVG; the word must stand beside it."""
    return mark_safe(statuses.status_of(code).shape)  # constants of our own


@register.inclusion_tag("components/response.html")
def response(code: str | None) -> dict[str, object]:
    """What the State answered, as a quiet label; nothing recorded reads "No response recorded"."""
    if not code or code == Response.UNKNOWN:
        return {"label": _("No response recorded")}
    return {"label": Response(code).label}


@register.inclusion_tag("components/claim.html")
def claim(code: str | None) -> dict[str, object]:
    """What the State says it has done already, as the claim it is; nothing when it claims nothing."""
    return {"label": Claim(code).label if code else ""}


@register.inclusion_tag("components/sample.html")
def sample_mark(shown: bool = True) -> dict[str, object]:
    """The mark of sample data; nothing when `shown` is false, so that a record's `is_sample` can be passed."""
    return {"shown": shown}


@register.inclusion_tag("components/unconfirmed.html")
def unconfirmed(basis: str = "unconfirmed") -> dict[str, object]:
    """The mark of a fact that no source to hand confirms; nothing when the basis is "sourced"."""
    return {"shown": basis != "sourced"}


@register.inclusion_tag("components/redacted.html")
def redacted(when: datetime.date | datetime.datetime | None = None, organisation: object = "") -> dict[str, object]:
    """The hole that a redaction leaves, with its day and organisation."""
    return {"when": _date(when), "organisation": organisation}


@register.filter
def day(value: datetime.date | datetime.datetime | None) -> str:
    """A day as 23 January 2025, in a <time>; never an hour. Empty for no day."""
    date = _date(value)
    if date is None:
        return ""
    return format_html('<time datetime="{}">{}</time>', date.isoformat(), formats.date_format(date, "DATE_FORMAT"))


@register.inclusion_tag("components/since.html")
def since(
    day: datetime.date | datetime.datetime | None,
    organisation: object = "",
    *,
    inferred: bool = False,
    checked: datetime.date | datetime.datetime | None = None,
    marked: bool = False,
) -> dict[str, object]:
    """Since when, by whose assessment, and when somebody last looked again without finding a change.

    The organisation is one, or its name. One that was made up is marked, unless the record it speaks of is (`marked`).
    """
    return {
        "day": _date(day),
        "organisation": getattr(organisation, "public_name", organisation),
        "sample": getattr(organisation, "is_sample", False) and not marked,
        "inferred": inferred,
        "checked": _date(checked),
    }


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, *, label: str = "", hint: str = "", needed: bool = False) -> dict[str, object]:
    """A form field: label above, hint under it, the error beside it; a group of choices becomes a fieldset.

    `needed` leaves out "(optional)" where another rule than the field's own asks for it.
    The ids of hint and error are those that Django's widgets name in aria-describedby.
    """
    widget = bound.field.widget
    hint = hint or str(bound.help_text or "")
    return {
        "bound": bound,
        "label": label or bound.label,
        "hint": hint,
        "describe": "" if bound.help_text else bound.auto_id and hint and f"{bound.auto_id}_helptext",
        "is_group": isinstance(widget, RadioSelect | CheckboxSelectMultiple),
        "is_box": isinstance(widget, CheckboxInput),
        "is_hidden": bound.is_hidden,
        "optional": not (needed or bound.field.required or isinstance(widget, CheckboxInput | CheckboxSelectMultiple)),
    }


@register.inclusion_tag("components/error_summary.html")
def error_summary(*forms: BaseForm | Sequence[BaseForm]) -> dict[str, object]:
    """All errors of one or more forms (formsets too), each linking to its field; nothing when there are none."""
    return {"errors": [error for form in forms for error in _errors(form)]}


@register.inclusion_tag("components/status_bar.html")
def status_bar(
    counts: Mapping[str | None, int], *, url: str = "", caption: str = "", source: str = ""
) -> dict[str, object]:
    """How many recommendations stand at each status: a bar, its legend, and its table.

    `counts` maps status codes ("" or None: not assessed) to numbers. `url` is a list's address that ends in "?" or "&";
    the legend then links to the list with `status=<code>` ("not_assessed" for none).
    """
    parts = statuses.composition(counts)
    return {
        "parts": parts,
        "total": sum(part.number for part in parts),
        "url": url,
        "caption": caption or _("Recommendations by status"),
        "source": source,
    }


@register.inclusion_tag("components/status_strip.html")
def status_strip(counts: Mapping[str | None, int]) -> dict[str, object]:
    """The bar of statuses alone, for a cell of a table."""
    return {"parts": statuses.composition(counts)}


@register.filter
def status_label(code: str | None) -> str:
    """The word of a status alone, for a title or an attribute."""
    return str(statuses.status_of(code).label)


@register.filter
def thousands(number: int | None) -> str:
    """A whole number with its thousands apart, in the reader's language: 127,625."""
    return formats.number_format(number or 0, use_l10n=True, force_grouping=True)


@register.filter
def unlocalized(number: float) -> str:
    """A number as machines read it, for attributes and ids."""
    return str(number)


@register.filter
def yes_no(value: bool | None) -> str:
    """Yes, no, or not said."""
    if value is None:
        return _("not said")
    return _("yes") if value else _("no")


@register.simple_tag(takes_context=True)
def current(context: Mapping[str, Any], *prefixes: str) -> SafeString:
    """`aria-current="page"` on the page itself, `"true"` on one below it; for the links of the shell."""
    path = getattr(context.get("request"), "path", "")
    if path in prefixes:
        return mark_safe(' aria-current="page"')
    found = any(prefix and path.startswith(prefix) for prefix in prefixes)
    return mark_safe(' aria-current="true"' if found else "")


def _date(value: datetime.date | datetime.datetime | None) -> datetime.date | None:
    if isinstance(value, datetime.datetime):
        from django.utils import timezone

        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def _errors(form: Any) -> list[dict[str, str]]:
    if form is None:
        return []
    if hasattr(form, "forms"):  # a formset
        own = [{"text": str(text), "target": ""} for text in form.non_form_errors()]
        return own + [error for one in form.forms for error in _errors(one)]
    found = [{"text": str(text), "target": ""} for text in form.non_field_errors()] if form.is_bound else []
    for bound in form:
        target = bound.id_for_label or bound.auto_id
        found += [{"text": str(text), "target": f"#{target}"} for text in bound.errors]
    return found
