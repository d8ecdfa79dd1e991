#!/usr/bin/env python
"""Django's commands. With UPR_LOCAL=1 each finds the local servers of its folder, or starts them while it runs."""

import os
import sys

from django.core.management import execute_from_command_line

from upr_tracker.localstack import StackError, addresses, servers
from upr_tracker.localstack.__main__ import data_dir, say

# Only these connect as the owner of the tables: `migrate` makes and alters them, `flush` truncates them. The
# application's own role may do neither. For a one-off command as the owner, set UPR_AS_OWNER=1 yourself.
AS_OWNER = {"migrate", "flush"}
WITHOUT_SERVERS = {"down"}  # it stops them


def main() -> None:
    """Run one command."""
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upr_tracker.settings")
    if command in AS_OWNER:
        os.environ.setdefault("UPR_AS_OWNER", "1")
    if os.environ.get("UPR_LOCAL") != "1":
        execute_from_command_line(sys.argv)
    elif command in WITHOUT_SERVERS:
        os.environ.update(addresses(data_dir()))
        execute_from_command_line(sys.argv)
    else:
        with servers(data_dir(), say) as environment:
            os.environ.update(environment)
            execute_from_command_line(sys.argv)


if __name__ == "__main__":
    try:
        main()
    except StackError as error:
        sys.exit(str(error))
