"""`python -m upr_tracker.localstack run -- COMMAND…`, `… stop` and `… remove`, for the data folder UPR_DATA_DIR."""

import os
import sys
from pathlib import Path

from upr_tracker.localstack import addresses, remove, stop
from upr_tracker.localstack.paths import Paths, StackError
from upr_tracker.localstack.stack import PROJECT, enter

USAGE = "usage: python -m upr_tracker.localstack (run -- COMMAND [ARGUMENT…] | stop | remove)"


def main(arguments: list[str]) -> int:
    """Do what the arguments say; return the exit status."""
    data = data_dir()
    match arguments:
        case ["run", "--", *command] if command:
            run(data, command)
        case ["stop"]:
            say("stopped " + " and ".join(stop(data)) if is_used(data) else f"nothing runs for {data}")
        case ["remove"]:
            for folder in remove(data):
                say(f"removed {folder}")
        case _:
            print(USAGE, file=sys.stderr)
            return 2
    return 0


def data_dir() -> Path:
    """The data folder that UPR_DATA_DIR names, `var/` of the project by default."""
    return Path(os.environ.get("UPR_DATA_DIR") or PROJECT / "var").resolve()


def is_used(data: Path) -> bool:
    """Whether anything of this folder was ever started."""
    return Paths.of(data).run.exists()


def run(data: Path, command: list[str]) -> None:
    """Become `command`, with the servers' environment. The lock goes along: the servers live as long as it does."""
    hold = enter(Paths.of(data), say)
    os.set_inheritable(hold.fd, True)
    environment = os.environ | addresses(data) | {"UPR_LOCAL": "1"}
    try:
        os.execvpe(command[0], command, environment)
    except OSError as error:
        raise StackError(f"{command[0]} cannot be run: {error.strerror}") from error


def say(text: str) -> None:
    """One line of progress, apart from what the command itself prints."""
    print(f"localstack: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except StackError as error:
        sys.exit(f"localstack: {error}")
