"""What OPTIONS answers: which methods an address takes, in Allow. The schema says all else."""

from typing import TYPE_CHECKING, Any

from rest_framework.metadata import BaseMetadata
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView


class MethodsOnly(BaseMetadata):
    """Nothing beside the head of the answer."""

    def determine_metadata(self, request: Request, view: "APIView") -> Any:
        return None
