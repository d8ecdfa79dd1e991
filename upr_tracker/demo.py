"""The people of the demo, one for each role. They exist only in a local installation that listens on loopback."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Membership, Organisation, Person
from accounts.roles import Role
from reviews.models import Review
from states.models import State

PASSWORD = "demo-only-password"  # known to everybody, which is why it works on loopback only
ORGANISATION = "Demo Monitoring Group"
OTHER = "Demo Follow-up Network"

# Role, name before the @, name of the person, organisation.
PEOPLE: tuple[tuple[Role, str, str, str], ...] = (
    (Role.VIEWER, "viewer", "Vera Viewer", ORGANISATION),
    (Role.EDITOR, "editor", "Emil Editor", ORGANISATION),
    (Role.REVIEWER, "reviewer", "Rana Reviewer", ORGANISATION),
    (Role.MANAGER, "manager", "Mara Manager", ORGANISATION),
    (Role.ADMINISTRATOR, "admin", "Aida Administrator", ""),
    (Role.REVIEWER, "follower", "Farid Follower", OTHER),
)


def sign_ins() -> list[tuple[str, str, str, str]]:
    """Role, e-mail address, password and organisation of each demo person, for the screen."""
    return [(str(role.label), f"{name}@demo.localhost", PASSWORD, body) for role, name, _full, body in PEOPLE]


@transaction.atomic
def load_people() -> int:
    """Make the demo people that are missing; returns how many. Refused anywhere but on a laptop's loopback."""
    if not (settings.LOCAL and settings.LOOPBACK_ONLY):
        raise ImproperlyConfigured(
            _("The demo people have a well-known password; they exist only with UPR_LOCAL=1 and loopback hosts.")
        )
    organisations = {name: _organisation(name) for name in (ORGANISATION, OTHER)}
    made = 0
    for role, local, full_name, body in PEOPLE:
        email = f"{local}@demo.localhost"
        if Person.objects.filter(email=email).exists():
            continue
        person = Person.objects.create_user(
            email, PASSWORD, name=full_name, is_administrator=role == Role.ADMINISTRATOR
        )
        if body:
            Membership.objects.create(person=person, organisation=organisations[body], role=role)
        made += 1
    return made


def _organisation(name: str) -> Organisation:
    """A verified organisation that monitors every State whose review is loaded."""
    slug = name.lower().replace(" ", "-")
    defaults = {"name": name, "kind": Organisation.Kind.NGO, "verified": True, "is_sample": True}
    organisation, _made = Organisation.objects.get_or_create(slug=slug, defaults=defaults)
    organisation.monitors.add(*State.objects.filter(pk__in=Review.objects.values("state")))
    return organisation
