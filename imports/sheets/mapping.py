"""What the columns of a sheet hold: known of the sheets we give out, remembered of others, else to be asked."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.models import Organisation, Person
from imports.models import Mapping
from imports.sheets.roles import IDENTIFIES, SAYS, SEVERAL, Columns, Role, keys_of, own_columns, signature_of


def known_columns(organisation: Organisation, headings: Sequence[str]) -> Columns | None:
    """What the columns with these headings hold; None where nobody has said it yet."""
    own = own_columns(headings)
    if own is not None:
        return own
    found = Mapping.objects.filter(organisation=organisation, signature=signature_of(headings)).first()
    return found.columns if found else None


def remember_columns(organisation: Organisation, headings: Sequence[str], columns: Columns, by: Person | None) -> None:
    """Keep what they hold, for this sheet and for the next with these headings."""
    Mapping.objects.update_or_create(
        organisation=organisation,
        signature=signature_of(headings),
        defaults={"columns": columns, "saved_by": by},
    )


def what_is_missing(columns: Columns) -> list[str]:
    """Why a sheet with these columns cannot become drafts, a sentence each; empty when it can."""
    missing = []
    if not any(role in columns for role in IDENTIFIES):
        missing.append(_("Say which column names the recommendation: by its address, its number or its text."))
    if not any(role in columns for role in SAYS):
        missing.append(_("Say which column becomes the draft: the status, the reason, sources or a private note."))
    return missing


def twice(columns: Columns) -> dict[str, Role]:
    """The columns, by key, that hold what another one before them holds already and only one may hold."""
    return {key: Role(role) for role, keys in columns.items() if Role(role) not in SEVERAL for key in keys[1:]}


def columns_from_command(pairs: Sequence[str], headings: Sequence[str]) -> Columns:
    """The columns as `--map role=Heading` gives them. Raises ValueError with a sentence."""
    keys = dict(zip(headings, keys_of(headings), strict=True))
    found: Columns = {}
    for pair in pairs:
        role, _equals, heading = pair.partition("=")
        if role not in Role.values:
            message = _("“%(role)s” is nothing that a column can hold. Use one of: %(known)s.")
            raise ValueError(message % {"role": role, "known": ", ".join(Role.values)})
        if heading not in keys:
            message = _("The sheet has no column “%(heading)s”. It has: %(known)s.")
            raise ValueError(message % {"heading": heading, "known": ", ".join(filter(None, headings))})
        found.setdefault(role, []).append(keys[heading])
    wrong = what_is_missing(found) + [
        _("Only one column may hold %(what)s.") % {"what": role.label} for role in twice(found).values()
    ]
    if wrong:
        raise ValueError(" ".join(wrong))
    return found
