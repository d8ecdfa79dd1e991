"""What a command prints when an action refuses."""

from django.core.exceptions import ValidationError
from django.core.management.base import CommandError


def as_command_error(error: ValidationError) -> CommandError:
    """One line a problem, each beginning with the option that it is about."""
    lines = [
        f"--{field.replace('_', '-')}: {message}"
        for field, messages in error.message_dict.items()
        for message in messages
    ]
    return CommandError("\n".join(lines))
