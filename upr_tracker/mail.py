"""Mail on a laptop: every message becomes one file that administrators can read in the browser."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class FolderBackend(BaseEmailBackend):
    """Writes each message to MAIL_DIR, named by its Message-ID: sending the same message twice leaves one file."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the messages and return how many were written."""
        folder = Path(settings.MAIL_DIR)
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            mime = message.message()
            name = re.sub(r"[^A-Za-z0-9.@_-]", "", mime["Message-ID"]) or "message"
            partial = folder / f".{name}.{os.getpid()}"
            partial.write_bytes(mime.as_bytes())
            partial.replace(folder / f"{name}.eml")  # a reader never sees half a file
        return len(email_messages)
