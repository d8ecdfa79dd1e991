"""What recommendations are about: themes by scheme, groups of persons, Sustainable Development Goals."""

from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _


class Scheme(models.TextChoices):
    """A classification of themes. OHCHR's lists and UHRI share one; UPR Info has its own."""

    UPR_INFO = "upr_info", "UPR Info"
    UHRI = "uhri_theme", "UHRI"


class Vocabulary(models.Model):
    """A term with its names by language."""

    name = models.CharField(_("name"), max_length=200)
    names = models.JSONField(default=dict, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.local_name

    @property
    def local_name(self) -> str:
        """The name in the reader's language, else in English."""
        return str(self.names.get(translation.get_language() or "en") or self.name)


class Issue(Vocabulary):
    """A theme of one scheme."""

    scheme = models.CharField(max_length=20, choices=Scheme.choices)
    code = models.CharField(max_length=80)
    slug = models.SlugField(max_length=120, unique=True)  # its public address

    class Meta:
        verbose_name = _("issue")
        verbose_name_plural = _("issues")
        ordering = ["scheme", "name"]
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="issue_code_unique_in_scheme")]


class IssueAlias(models.Model):
    """A label by which an issue goes or went; labels drift between cycles."""

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="aliases")
    scheme = models.CharField(max_length=20, choices=Scheme.choices)
    text = models.CharField(max_length=200)
    folded = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("label of an issue")
        verbose_name_plural = _("labels of issues")
        constraints = [models.UniqueConstraint(fields=["scheme", "folded"], name="issue_alias_unique_in_scheme")]

    def __str__(self) -> str:
        return self.text


class PersonGroup(Vocabulary):
    """A group of persons whom a recommendation concerns, as UHRI names them."""

    code = models.CharField(max_length=80, unique=True)

    class Meta:
        verbose_name = _("group of persons")
        verbose_name_plural = _("groups of persons")
        ordering = ["name"]


class PersonGroupAlias(models.Model):
    """A label by which a group of persons goes or went."""

    group = models.ForeignKey(PersonGroup, on_delete=models.PROTECT, related_name="aliases")
    text = models.CharField(max_length=200)
    folded = models.CharField(max_length=200, unique=True)

    class Meta:
        verbose_name = _("label of a group of persons")
        verbose_name_plural = _("labels of groups of persons")

    def __str__(self) -> str:
        return self.text


class Goal(Vocabulary):
    """A Sustainable Development Goal ("16"), or a target of one ("16.3"), whose goal is its parent."""

    code = models.CharField(max_length=5, unique=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="targets")
    order = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("goal or target")
        verbose_name_plural = _("goals and targets")
        ordering = ["order"]
