"""States, and the names they go by."""

from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _


class RegionalGroup(models.TextChoices):
    """The regional groups of UN Member States."""

    AFRICAN = "african", _("African States")
    ASIA_PACIFIC = "asia_pacific", _("Asia-Pacific States")
    EASTERN_EUROPEAN = "eastern_european", _("Eastern European States")
    GRULAC = "grulac", _("Latin American and Caribbean States")
    WEOG = "weog", _("Western European and other States")


class State(models.Model):
    """A member of the UN, an observer, or another entity that recommends."""

    class Kind(models.TextChoices):
        MEMBER = "member", _("Member State")
        OBSERVER = "observer", _("Observer State")
        OTHER = "other", _("other")

    iso3 = models.CharField(_("ISO alpha-3"), max_length=3, unique=True, db_collation="C")
    iso2 = models.CharField(_("ISO alpha-2"), max_length=2, unique=True)  # text: "NA" is Namibia
    m49 = models.CharField("M49", max_length=3)  # text: it begins with zeros
    # Numbers that research data go by; null where no source gives one (docs/reference-data.md).
    cow = models.PositiveSmallIntegerField("Correlates of War", null=True)
    gleditsch_ward = models.PositiveSmallIntegerField("Gleditsch and Ward", null=True)
    v_dem = models.PositiveSmallIntegerField("V-Dem", null=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    regional_group = models.CharField(max_length=20, choices=RegionalGroup.choices, blank=True)
    name = models.CharField(_("name"), max_length=100)
    formal_name = models.CharField(max_length=150, blank=True)
    names = models.JSONField(default=dict)  # by language code, English left out

    class Meta:
        verbose_name = _("State")
        verbose_name_plural = _("States")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        """The name in the reader's language, else in English."""
        return str(self.names.get(translation.get_language() or "en") or self.name)


class StateAlias(models.Model):
    """A former name or a usual spelling; `folded` is what a printed name is compared with."""

    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="aliases")
    text = models.CharField(max_length=150)
    folded = models.CharField(max_length=150, unique=True)
    kind = models.CharField(max_length=10)  # name, formal, former, spelling, short
    language = models.CharField(max_length=5, blank=True)

    class Meta:
        verbose_name = _("name of a State")
        verbose_name_plural = _("names of States")

    def __str__(self) -> str:
        return self.text
