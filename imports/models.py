"""What has been loaded, so that it is not loaded again."""

from django.db import models
from django.db.models.functions import Now


class LoadedFile(models.Model):
    """A reference file as it was when it was last loaded; the loader skips it while its checksum is the same."""

    name = models.CharField(max_length=100, primary_key=True)
    sha256 = models.CharField(max_length=64)
    loaded_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.name
