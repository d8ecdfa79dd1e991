"""Where the local servers of one data folder keep their files, sockets and locks, and as whom they run."""

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

# Short, because the path of a Unix socket may have 108 characters and a project's folder may be deep.
SOCKETS = Path("/tmp")
# PostgreSQL refuses to run as root. It then runs as `nobody`, who must be able to reach its files: a project often lies
# under /root, and we open no folder above it. /var/tmp would be emptied by the system after a month.
HOME_OF_ROOT = Path("/var/lib/upr-tracker-local")


class StackError(Exception):
    """Something about the local servers that the person has to know; its text is the whole message."""


@dataclass(frozen=True)
class Account:
    """The system user the servers run as, when it is not the one who started them."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Paths:
    """The places of one data folder. Build it with `Paths.of`; `prepare` makes the folders."""

    data: Path
    uid: int

    @classmethod
    def of(cls, data: Path | str) -> "Paths":
        """The places for the data folder `data`, for the user of this process."""
        return cls(Path(data).resolve(), os.geteuid())

    @cached_property
    def key(self) -> str:
        """Short name of the data folder, the same on every start."""
        return hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]

    @cached_property
    def account(self) -> Account | None:
        """`nobody` when started by root, else None."""
        if self.uid != 0:
            return None
        entry = pwd.getpwnam("nobody")
        return Account(entry.pw_uid, entry.pw_gid)

    @property
    def run(self) -> Path:
        """Locks and notes."""
        return self.data / "run"

    @property
    def log(self) -> Path:
        """Log files of the servers and of the processes of `manage.py up`."""
        return self.data / "log"

    @property
    def home(self) -> Path:
        """Parent of the servers' data folders."""
        return self.data if self.account is None else HOME_OF_ROOT / self.key

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data folder."""
        return self.home / "postgres"

    @property
    def valkey(self) -> Path:
        """Valkey's data folder."""
        return self.home / "valkey"

    @property
    def sockets(self) -> Path:
        """Folder of both Unix sockets."""
        return SOCKETS / f"upr-{self.uid}" / self.key

    @property
    def valkey_socket(self) -> Path:
        """Valkey's Unix socket."""
        return self.sockets / "valkey.sock"

    @property
    def hold_lock(self) -> Path:
        """Held shared by everybody who uses the servers."""
        return self.run / "hold.lock"

    @property
    def start_lock(self) -> Path:
        """Held alone by whoever sees to it that the servers run, so that two do not start them at once."""
        return self.run / "start.lock"

    @property
    def keeper_lock(self) -> Path:
        """Held alone by the keeper as long as it lives; its note says how far it is."""
        return self.run / "keeper.lock"

    @property
    def up_lock(self) -> Path:
        """Held alone by `manage.py up`; its note names its address and its children."""
        return self.run / "up.lock"

    def prepare(self) -> None:
        """Make every folder the servers need. Raises StackError where one belongs to somebody else."""
        try:
            for folder in (self.data, self.run, self.log):
                folder.mkdir(parents=True, exist_ok=True)
            if not os.access(self.run, os.W_OK) or not os.access(self.log, os.W_OK):
                raise PermissionError(13, "not writable", str(self.run))
            self._prepare_sockets()
            if self.account is not None:
                self._prepare_home()
        except PermissionError as error:
            raise StackError(
                f"{error.filename} cannot be written by this user; another user, perhaps root, made it. "
                f"Give it back with: sudo chown -R $USER {self.data}"
            ) from error

    def give(self, path: Path) -> None:
        """Hand a folder over to the account that the servers run as."""
        if self.account is not None:
            os.chown(path, self.account.uid, self.account.gid)

    def _prepare_sockets(self) -> None:
        # `nobody` must pass through root's folder, but may not list it; the inner folder keeps everybody else out.
        private_folder(self.sockets.parent, owner=self.uid, mode=0o700 if self.account is None else 0o711)
        if not self.sockets.exists():
            self.sockets.mkdir(mode=0o700)
            self.give(self.sockets)
        private_folder(self.sockets, owner=self.uid if self.account is None else self.account.uid, mode=0o700)

    def _prepare_home(self) -> None:
        HOME_OF_ROOT.mkdir(parents=True, exist_ok=True)
        note = self.data / "servers-home.txt"
        before = Path(note.read_text().splitlines()[-1]) if note.exists() else None
        if before and before != self.home and before.is_dir() and not self.home.exists() and moved(before):
            before.rename(self.home)  # the project folder was moved: its data goes with it
        self.home.mkdir(exist_ok=True)
        write_whole(self.home / "belongs-to.txt", f"{self.data}\n")
        write_whole(note, f"Started by root, the servers run as nobody and keep their data in:\n{self.home}\n")


def write_whole(path: Path, text: str) -> None:
    """Replace a file in one step: several processes start at once, and none may read half of what another writes."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(text)
    partial.replace(path)


def moved(home: Path) -> bool:
    """Whether the data folder that `home` was made for is gone (a copied project still has its own)."""
    owner = home / "belongs-to.txt"
    return owner.exists() and not Path(owner.read_text().strip()).exists()


def private_folder(path: Path, *, owner: int, mode: int) -> None:
    """Make sure that `path` is a real folder of user `owner` with exactly `mode`; raise StackError otherwise."""
    path.mkdir(mode=mode, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
        raise StackError(
            f"{path} should be a folder of user {owner}, but user {found.st_uid} made it. The sockets of the local "
            "servers go there, and somebody else's folder is not safe: have it removed, then start again."
        )
    if stat.S_IMODE(found.st_mode) != mode:
        path.chmod(mode)
