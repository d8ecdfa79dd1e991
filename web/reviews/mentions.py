"""What other databases have of a review and no report that was read holds: mentions, put together by their words."""

from dataclasses import dataclass, field

from django.core.paginator import Paginator
from django.db.models import Min, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.reader import Reader
from recommendations.models import Mention
from reviews.models import Review
from web import timeline

PAGE_SIZE = 50  # groups


@dataclass
class Group:
    """Mentions of the same words: inferred to be of one recommendation."""

    mentions: list[Mention] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words, as the first of them has them."""
        return self.mentions[0].text

    @property
    def states(self) -> list[str]:
        """Who made it, by name as far as it is recognised; each once."""
        named = [str(mention.state) if mention.state else mention.printed for mention in self.mentions]
        return list(dict.fromkeys(name for name in named if name))

    @property
    def responses(self) -> list[str]:
        """What the State answered by that database; more than one where its rows differ."""
        return list(dict.fromkeys(mention.response for mention in self.mentions))

    @property
    def issues(self) -> list[str]:
        """What it is about by that database."""
        return sorted({str(issue) for mention in self.mentions for issue in mention.issues.all()})

    @property
    def places(self) -> list[str]:
        """Where each of them stands."""
        return [f"{mention.document.title}, {mention.place}" for mention in self.mentions]


def kept_beside(review: Review | OuterRef, reader: Reader) -> QuerySet[Mention]:
    """Mentions of the review that belong to no recommendation, from files that the reader sees."""
    found = Mention.objects.filter(review=review, recommendation__isnull=True, removed_at__isnull=True)
    return found if reader.samples else found.filter(document__is_sample=False)


def groups_of(mentions: QuerySet[Mention], keys: list[str]) -> list[Group]:
    """The groups of these words, in this order; 2 queries."""
    found = {key: Group() for key in keys}
    rows = mentions.filter(text_key__in=keys).select_related("state", "document").prefetch_related("issues")
    for mention in rows.order_by("id"):
        found[mention.text_key].mentions.append(mention)
    return list(found.values())


@require_safe
def review_mentions(request: HttpRequest, number: str, iso3: str) -> HttpResponse:
    """The groups kept beside a review, in the order of their files."""
    reader: Reader = request.reader  # type: ignore[attr-defined]
    review = get_object_or_404(Review.objects.with_names(), session__number=number, state__iso3=iso3)
    mentions = kept_beside(review, reader)
    keys = mentions.order_by().values("text_key").annotate(first=Min("id")).order_by("first")
    page = Paginator(keys.values_list("text_key", flat=True), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "review": review,
        "groups": groups_of(mentions, list(page.object_list)),
        "count": mentions.count(),
        "page": page,
        "next": f"?page={page.next_page_number()}" if page.has_next() else "",
        "previous": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "list_url": timeline.list_url(review),
        "breadcrumb": [(_("Reviews"), reverse("review-list")), (str(review), timeline.review_url(review))],
    }
    return render(request, "reviews/mentions.html", context)
