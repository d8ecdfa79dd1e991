"""What the API itself has to remember."""

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import Token


class KeptKey(models.Model):
    """A write that came with an Idempotency-Key: what was asked, and which row it made.

    The answer is not kept but made anew from the row: words that are redacted later must stand nowhere else.
    """

    token = models.ForeignKey(Token, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=255)
    question = models.CharField(max_length=64)  # a keyed digest of the address and what was sent
    made_id = models.BigIntegerField(null=True)  # null only inside the transaction that makes it
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("kept key")
        verbose_name_plural = _("kept keys")
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="key_once_a_token")]
        indexes = [models.Index(fields=["made_at"], name="kept_key_age")]  # what is old enough to be forgotten

    def __str__(self) -> str:
        return f"{self.token_id} {self.key}"
