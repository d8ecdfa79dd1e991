"""Recording by a program: a status with its bases, or that nothing has changed.

The rules are the browser's: permissions are asked of accounts.permissions, and the same actions write. Only a token
that writes opens this, for the organisation it was made for; no cookie does, so nothing can be forged across sites.
"""

import datetime
from collections.abc import Callable
from typing import Any, cast

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException, NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import permissions
from accounts.models import Organisation, Person, Token
from accounts.roles import Act
from api import addresses, idempotency, schema
from api.errors import Gone
from api.parameters import check_names, reader_of
from api.permissions import WritesByToken
from api.serializers.writes import (
    AssessmentSent,
    CheckSent,
    RecordedCheckSerializer,
    RecordedSerializer,
    StandingSerializer,
)
from history.log import Actor
from history.models import Origin
from recommendations import actions
from recommendations.models import Assessment, Check, Draft, Recommendation

Made = Assessment | Check
KEY = OpenApiParameter(
    idempotency.HEADER,
    str,
    OpenApiParameter.HEADER,
    description="A name of your own for this write: sent again with it, for 24 hours, it happens once.",
)


class Overtaken(APIException):
    """Somebody was quicker: the answer says what is there now."""

    status_code = status.HTTP_409_CONFLICT
    kind = "overtaken"

    def __init__(self, standing: dict[str, Any]) -> None:
        super().__init__(_("Your organisation has recorded something that you have not seen. Look at it, then decide."))
        self.more = {"current": standing}


class LengthRequired(APIException):
    """The body comes in chunks: Django, and so this API, reads as many bytes as Content-Length says."""

    status_code = status.HTTP_411_LENGTH_REQUIRED


class Writing(APIView):
    """Something recorded on one recommendation, in the name of the token's organisation."""

    permission_classes = (WritesByToken,)
    changes_with = None
    act: Act

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method == "OPTIONS":  # asked of the address, not of a recommendation
            return
        check_names(request, ("sample",))
        check_length(request)
        self.token = cast(Token, request.auth)  # of a kind that writes: see permission_classes
        self.person: Person = self.token.user
        self.organisation = cast(Organisation, self.token.organisation)
        self.recommendation = found(request, kwargs["public_id"])
        state = self.recommendation.review.state
        permissions.require(self.person, self.act, organisation=self.organisation, state=state)

    @property
    def by(self) -> Actor:
        """Who records, by which road."""
        return Actor(person_id=self.person.pk, organisation_id=self.organisation.pk, origin=Origin.API)

    @property
    def today(self) -> datetime.date:
        """Today where the person is."""
        return timezone.localdate(timezone=self.person.zone)

    def once(self, request: Request, write: Callable[[], Made]) -> tuple[int, dict[str, Any]]:
        """The id of what `write` made, now or before, and how the answer says so.

        200 where the very same stood there already; 201 also where the key came before, as it was answered then.
        """
        found: list[Made] = []

        def written() -> int:
            found.append(write())
            return found[0].pk

        try:
            made, before = idempotency.once(request, self.token, written)
        except actions.Overtaken:
            raise Overtaken(self.standing(request)) from None
        except ValidationError as error:
            told = error.message_dict if hasattr(error, "error_dict") else {"non_field_errors": error.messages}
            raise serializers.ValidationError(told) from None
        code = status.HTTP_200_OK if found and found[0].was_there else status.HTTP_201_CREATED
        return made, {"status": code, "headers": {"Idempotency-Replayed": "true"} if before else {}}

    def standing(self, request: Request) -> dict[str, Any]:
        """What the organisation has there now."""
        draft = Draft.objects.filter(recommendation=self.recommendation, organisation=self.organisation).first()
        latest = actions.latest_of(self.recommendation, self.organisation)
        shown = {
            "organisation": self.organisation,
            "latest": latest,
            "draft_version": draft.version if draft else None,
        }
        return dict(StandingSerializer(shown, context={"request": request}).data)


class AssessmentWriting(Writing):
    """Statuses that the token's organisation records on a recommendation."""

    act = Act.PUBLISH

    @extend_schema(
        operation_id="assessments_standing",
        parameters=[schema.SAMPLE],
        responses=schema.answers(StandingSerializer, 403, 404, 410),
        tags=["writing"],
    )
    def get(self, request: Request, public_id: str) -> Response:
        """What your organisation has there: the assessment and the draft that the next one would replace."""
        return Response(self.standing(request), headers={"Cache-Control": "private, no-store"})

    @extend_schema(
        operation_id="assessments_record",
        request=AssessmentSent,
        parameters=[schema.SAMPLE, KEY],
        responses=schema.made(RecordedSerializer),
        tags=["writing"],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Record a status with what it rests on."""
        sent = AssessmentSent(data=request.data, context={"recommendation": self.recommendation})
        sent.is_valid(raise_exception=True)

        def write() -> Assessment:
            return actions.publish_assessment(
                recommendation=self.recommendation,
                voice=self.organisation,
                content=sent.content(),
                based_on=sent.validated_data["based_on"],
                draft_version=sent.validated_data["draft_version"],
                by=self.by,
                today=self.today,
            )

        made, told = self.once(request, write)
        recorded = Assessment.objects.for_display().select_related("recommendation").get(pk=made)
        return answer(request, public_id, RecordedSerializer(recorded, context={"request": request}), told)


class CheckWriting(Writing):
    """Second looks that found no change."""

    act = Act.CHECK

    @extend_schema(
        operation_id="checks_record",
        request=CheckSent,
        parameters=[schema.SAMPLE, KEY],
        responses=schema.made(RecordedCheckSerializer),
        tags=["writing"],
    )
    def post(self, request: Request, public_id: str) -> Response:
        """Record that you looked again and found no change."""
        sent = CheckSent(data=request.data)
        sent.is_valid(raise_exception=True)

        def write() -> Check:
            return actions.record_check(
                recommendation=self.recommendation,
                voice=self.organisation,
                day=sent.validated_data.get("day", self.today),
                line=sent.validated_data["line"],
                by=self.by,
                today=self.today,
            )

        made, told = self.once(request, write)
        recorded = Check.objects.select_related("voice", "recommendation").get(pk=made)
        return answer(request, public_id, RecordedCheckSerializer(recorded, context={"request": request}), told)


def found(request: Request, public_id: str) -> Recommendation:
    """The recommendation of an address. Raises Gone, and NotFound, also for a sample that was not asked for."""
    recommendation = Recommendation.objects.select_related("review__state").filter(public_id=public_id).first()
    if recommendation is None:
        raise NotFound(_("There is no recommendation %(name)s.") % {"name": public_id})
    if recommendation.removed_at is not None:
        raise Gone(_("This recommendation was removed; nothing more is recorded on it."))
    if recommendation.is_sample and not reader_of(request).samples:
        raise NotFound(_("This is sample data; write on it with sample=true."))
    return recommendation


def check_length(request: Request) -> None:
    """Raises LengthRequired for a body in chunks: it would be read as an empty one, and something published."""
    if "Transfer-Encoding" in request.headers:
        raise LengthRequired(
            _("A body in chunks is not read. Send it whole, with its Content-Length and without Transfer-Encoding.")
        )


def answer(request: Request, public_id: str, shape: serializers.BaseSerializer[Any], told: dict[str, Any]) -> Response:
    """What was made, or was there already, with where it is to be seen."""
    where = addresses.resource("recommendation-detail", request, public_id=public_id)
    head = {"Location": where, "Cache-Control": "private, no-store", **told["headers"]}
    return Response(shape.data, status=told["status"], headers=head)
