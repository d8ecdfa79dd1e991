"""JSON that is sent to us, by orjson: whole, of a bounded size, and nothing that a database could not keep."""

from collections.abc import Mapping
from typing import IO, Any

import orjson
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

LARGEST_BODY = 256 * 1024  # bytes; the longest assessment that the rules allow is a fifth of it


class TooLarge(APIException):
    """More was sent than anything here needs."""

    status_code = 413


class OrjsonParser(BaseParser):
    """An object of JSON. orjson refuses NaN, and halves of characters, which PostgreSQL could not keep either."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        body = stream.read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            raise TooLarge(_("At most %(bytes)d bytes are read. Send less.") % {"bytes": LARGEST_BODY})
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise ParseError(_("This is no JSON: %(error)s.") % {"error": error}) from None
