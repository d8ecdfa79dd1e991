"""Our statuses beside the marks that others use. Nearest equivalents, never conversions: each cell says how near."""

from typing import NamedTuple

from django.db import models
from django.utils.translation import gettext_lazy as _

from recommendations.models import Progress, Status


class Scale(models.TextChoices):
    """The scales of others."""

    UPR_INFO = "upr_info_index", _("UPR Info's implementation index")
    CCPR = "human_rights_committee", _("grades of the Human Rights Committee's follow-up")
    STATES = "state_tables", _("tables of States' own action plans and reports")


class Relation(models.TextChoices):
    """How a status of ours stands to a mark of theirs."""

    CLOSE = "close", _("says nearly the same")
    BROADER = "broader", _("theirs also covers other cases")
    NARROWER = "narrower", _("only one part of theirs")
    NONE = "none", _("they have nothing for it")


SOURCES = {
    Scale.UPR_INFO: _("UPR Info's follow-up programme: answers scored 0, 0.5 and 1, averaged"),
    Scale.CCPR: _(
        "Human Rights Committee, note on the procedure for follow-up to concluding observations: grades A to E"
    ),
    Scale.STATES: _("the three marks usual in States' implementation tables"),
}


class Cell(NamedTuple):
    """One equivalent: the status (with how far it has come, where that matters), and their mark, if there is one."""

    status: str
    scale: Scale
    relation: Relation
    mark: str | None = None
    progress: str = ""
    note: object = ""


_ONGOING = _("One word for everything that has begun.")
_BACKWARDS = _("Only the part of the grade that speaks of measures against what was asked.")
_NOT_SAID = _("Where the assessment does not say how far the work has come.")
_SILENT_STATE = _("Grade D says that the State did not report, not that nothing was found.")

CROSSWALK = (
    Cell(Status.NO_INFORMATION, Scale.UPR_INFO, Relation.NONE),
    Cell(Status.NO_INFORMATION, Scale.CCPR, Relation.NONE, note=_SILENT_STATE),
    Cell(Status.NO_INFORMATION, Scale.STATES, Relation.NONE),
    Cell(Status.NOT_STARTED, Scale.UPR_INFO, Relation.CLOSE, "0"),
    Cell(Status.NOT_STARTED, Scale.CCPR, Relation.BROADER, "C"),
    Cell(Status.NOT_STARTED, Scale.STATES, Relation.CLOSE, "no action"),
    Cell(Status.IN_PROGRESS, Scale.UPR_INFO, Relation.CLOSE, "0.5", Progress.SUBSTANTIAL),
    Cell(Status.IN_PROGRESS, Scale.UPR_INFO, Relation.CLOSE, "0", Progress.INSIGNIFICANT),
    Cell(Status.IN_PROGRESS, Scale.UPR_INFO, Relation.NONE, note=_NOT_SAID),
    Cell(Status.IN_PROGRESS, Scale.CCPR, Relation.CLOSE, "B", Progress.SUBSTANTIAL),
    Cell(Status.IN_PROGRESS, Scale.CCPR, Relation.CLOSE, "C", Progress.INSIGNIFICANT),
    Cell(Status.IN_PROGRESS, Scale.CCPR, Relation.NONE, note=_NOT_SAID),
    Cell(Status.IN_PROGRESS, Scale.STATES, Relation.CLOSE, "ongoing"),
    Cell(Status.PARTIAL_IMPLEMENTATION, Scale.UPR_INFO, Relation.CLOSE, "0.5"),
    Cell(Status.PARTIAL_IMPLEMENTATION, Scale.CCPR, Relation.CLOSE, "B"),
    Cell(Status.PARTIAL_IMPLEMENTATION, Scale.STATES, Relation.BROADER, "ongoing", note=_ONGOING),
    Cell(Status.MONITORING_PHASE, Scale.UPR_INFO, Relation.NONE),
    Cell(Status.MONITORING_PHASE, Scale.CCPR, Relation.NONE),
    Cell(Status.MONITORING_PHASE, Scale.STATES, Relation.CLOSE, "ongoing"),
    Cell(Status.FULLY_IMPLEMENTED, Scale.UPR_INFO, Relation.CLOSE, "1"),
    Cell(Status.FULLY_IMPLEMENTED, Scale.CCPR, Relation.CLOSE, "A"),
    Cell(Status.FULLY_IMPLEMENTED, Scale.STATES, Relation.CLOSE, "completed"),
    Cell(Status.REGRESSION, Scale.UPR_INFO, Relation.CLOSE, "0"),
    Cell(Status.REGRESSION, Scale.CCPR, Relation.NARROWER, "E", note=_BACKWARDS),
    Cell(Status.REGRESSION, Scale.STATES, Relation.NONE),
)
