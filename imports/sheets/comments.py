"""The column of a thematic list in which an organisation comments on the level of implementation: drafts, too."""

from collections.abc import Collection, Iterator, Mapping

from django.utils.translation import gettext as _

from imports.reading import Problem, Reading, shorten
from imports.sheets.rows import LONGEST, Proposal, Said
from imports.sheets.words import StatusWords
from recommendations.models import Recommendation

COLUMN = "Assessment/comments on level of implementation"  # as OHCHR heads it


def proposals_of(
    reading: Reading, words: StatusWords, held: Mapping[str, Recommendation], rejected: Collection[str | None]
) -> Iterator[Proposal | Problem]:
    """A draft for each comment: its reason, and a status where it begins with the words of one.

    `held` are the recommendations of the review that are there, by label; the others come with this very list, but for
    those `rejected`, whose comments are rejected too.
    """
    for each in reading.recommendations:
        comment = each.comment.strip()
        if comment and each.label in rejected:
            reason = _("The recommendation of this comment was rejected; the comment has nothing to stand on.")
            yield Problem(each.place.at(COLUMN), shorten(comment), reason)
        elif len(comment) > LONGEST:
            reason = _("This comment is longer than %(n)d characters, the most that a reason has. Shorten it.")
            yield Problem(each.place.at(COLUMN), shorten(comment), reason % {"n": LONGEST})
        elif comment:
            said: Said = {"reason": comment}
            if status := words.begins(comment):
                said["status"] = status
            yield Proposal(each.place.at(COLUMN), held.get(each.label), each.label, said)


def left_out(reading: Reading) -> str:
    """What is said of the comments of a list that nobody sent in an organisation's name; nothing without comments."""
    number = sum(bool(each.comment.strip()) for each in reading.recommendations)
    sentence = _(
        "%(n)d comments on the level of implementation were left out: they become drafts of an organisation. Send this "
        "list in the name of yours to get them in."
    )
    return sentence % {"n": number} if number else ""
