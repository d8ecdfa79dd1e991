"""A write that is sent again because its answer was lost happens once: it carries the same Idempotency-Key.

The key is kept in the transaction of the write. Whoever comes with the same key meanwhile waits for that transaction on
the unique index; then there is a row made, or none and the write is theirs. A refused write keeps no key.
"""

import datetime
import re
from collections.abc import Callable

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException
from rest_framework.request import Request

from accounts.models import Token
from api.errors import BadParameter
from api.models import KeptKey

HEADER = "Idempotency-Key"
KEPT = datetime.timedelta(hours=24)  # for so long the same key means the same write
FORGOTTEN = 2 * KEPT  # after so long no row of it is left
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class KeyReused(APIException):
    """The key came before, with something else."""

    status_code = 422
    kind = "idempotency-key-reused"


def once(request: Request, token: Token, write: Callable[[], int]) -> tuple[int, bool]:
    """The id of the row that `write` makes, and whether it was made before, by a request with the same key.

    `write` runs in the transaction that keeps the key; what it raises undoes both. Raises KeyReused, and BadParameter
    for a key that is none.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return write(), False
    if not _KEY.fullmatch(key):
        detail = _("%(header)s is 1 to 255 characters of ASCII without spaces.") % {"header": HEADER}
        raise BadParameter("unknown-value", detail, parameter=HEADER)
    with transaction.atomic():
        kept = _claim(token, key, _digest(request))
        if kept.made_id is not None:
            return kept.made_id, True
        kept.made_id = write()
        kept.save(update_fields=["made_id"])
        return kept.made_id, False


def _claim(token: Token, key: str, question: str) -> KeptKey:
    """The row of this key, ours where its `made_id` is null; waits for whoever has it. Raises KeyReused."""
    KeptKey.objects.filter(token=token, key=key, made_at__lt=timezone.now() - KEPT).delete()
    KeptKey.objects.bulk_create([KeptKey(token=token, key=key, question=question)], ignore_conflicts=True)
    kept = KeptKey.objects.select_for_update().get(token=token, key=key)
    if kept.question != question:
        raise KeyReused(_("This %(header)s came before with another question. Use a new one.") % {"header": HEADER})
    return kept


def _digest(request: Request) -> str:
    sent = orjson.dumps(request.data, option=orjson.OPT_SORT_KEYS)
    question = request.method.encode() + b" " + request.get_full_path().encode() + b"\n" + sent  # type: ignore[union-attr]
    return salted_hmac("api.idempotency", question, algorithm="sha256").hexdigest()


def forget_old_keys() -> int:
    """Delete the keys that no longer mean anything; returns how many there were."""
    return KeptKey.objects.filter(made_at__lt=timezone.now() - FORGOTTEN).delete()[0]
