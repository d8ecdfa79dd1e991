"""File locks that the kernel releases when their holder dies, and a small note kept inside the locked file."""

import contextlib
import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Any, Self


class FileLock:
    """One open lock file. A lock belongs to the open file: a child that inherits the descriptor holds it too."""

    def __init__(self, path: Path | None = None, *, fd: int | None = None) -> None:
        """Open `path`, or take over the descriptor `fd` that a parent process passed on."""
        if path is not None:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if fd is None:
            raise ValueError("FileLock needs a path or a descriptor")
        self.fd = fd

    def shared(self, *, wait: bool = True) -> bool:
        """Hold the lock together with others; False when `wait` is off and somebody has it alone."""
        return self._lock(fcntl.LOCK_SH, wait)

    def exclusive(self, *, wait: bool = True) -> bool:
        """Hold the lock alone; False when `wait` is off and somebody else has it. A shared lock held before is lost."""
        return self._lock(fcntl.LOCK_EX, wait)

    def close(self) -> None:
        """Release the lock, unless a child inherited it."""
        os.close(self.fd)

    def write_note(self, **note: Any) -> None:
        """Replace the note in the file. Only who holds the lock alone may."""
        content = json.dumps(note).encode()
        os.pwrite(self.fd, content, 0)
        os.ftruncate(self.fd, len(content))

    def read_note(self) -> dict[str, Any]:
        """The note; empty when there is none or when it is being written at this very moment."""
        with contextlib.suppress(ValueError):
            note = json.loads(os.pread(self.fd, 65536, 0))
            if isinstance(note, dict):
                return note
        return {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def _lock(self, kind: int, wait: bool) -> bool:
        try:
            fcntl.flock(self.fd, kind if wait else kind | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def is_held(path: Path) -> bool:
    """Whether some process holds the lock alone."""
    if not path.exists():
        return False
    with FileLock(path) as lock:
        return not lock.shared(wait=False)


def note_of(path: Path) -> dict[str, Any]:
    """The note in a lock file, held or not; empty when there is none."""
    if not path.exists():
        return {}
    with FileLock(path) as lock:
        return lock.read_note()
