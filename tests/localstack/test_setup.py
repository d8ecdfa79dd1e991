"""`make setup` on a machine that lacks something says what, and how to mend it."""

import subprocess
from pathlib import Path

import pytest

from upr_tracker.localstack.stack import PROJECT

SETUP = PROJECT / "upr_tracker" / "localstack" / "setup.sh"


def setup(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Run the script in an empty folder, with `python` standing in for the interpreter."""
    fake = folder / "python"
    fake.write_text(f"#!/bin/sh\n{python}\n")
    fake.chmod(0o755)
    (folder / "requirements.txt").write_text("")
    return subprocess.run(
        ["sh", str(SETUP), ".venv", "requirements.txt"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PYTHON": str(fake)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("version", ["3.10", "3.14"])
def test_an_unfit_python_is_said_with_the_versions_that_fit(tmp_path: Path, version: str) -> None:
    done = setup(tmp_path, f'case "$2" in *print*) echo {version} ;; *) exit 1 ;; esac')
    assert done.returncode == 1
    assert f"is Python {version}; UPR Tracker needs 3.11, 3.12 or 3.13" in done.stderr


def test_a_missing_venv_module_is_said_with_the_package_to_install(tmp_path: Path) -> None:
    done = setup(tmp_path, 'case "$2" in *ensurepip*) exit 1 ;; *print*) echo 3.12 ;; esac')
    assert done.returncode == 1
    assert "sudo apt install python3.12-venv" in done.stderr
    assert not (tmp_path / ".venv").exists()
