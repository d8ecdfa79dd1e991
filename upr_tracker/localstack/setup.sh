#!/bin/sh
# Makes the virtual environment $1 and installs the locked packages of $2, only when that file has changed.
# In shell, because Python itself may be missing or too old. PYTHON chooses the interpreter.
set -eu
venv=$1 requirements=$2
stamp="$(cksum < "$requirements") $(pwd)" # a moved folder breaks the paths inside .venv

fail() { printf 'setup: %s\n' "$@" >&2; exit 1; }
fits() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; }
version() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || echo "missing"; }

if [ -f "$venv/.installed" ] && [ "$(cat "$venv/.installed")" = "$stamp" ] && fits "$venv/bin/python"; then
    exit 0
fi

if [ -n "${PYTHON:-}" ]; then
    fits "$PYTHON" || fail "PYTHON=$PYTHON is Python $(version "$PYTHON"); UPR Tracker needs 3.11, 3.12 or 3.13."
    python=$PYTHON
else
    python=
    for candidate in python3 python3.13 python3.12 python3.11; do
        if fits "$candidate"; then python=$candidate; break; fi
    done
    [ -n "$python" ] || fail \
        "python3 here is Python $(version python3); UPR Tracker needs 3.11, 3.12 or 3.13." \
        "Install one (Debian 12 or newer: apt install python3 python3-venv), or name one: make run PYTHON=/path/to/python3.12"
fi
"$python" -c 'import venv, ensurepip' 2>/dev/null || fail \
    "Python $(version "$python") here has no working venv module (Debian and Ubuntu pack it apart)." \
    "Install it: sudo apt install python$(version "$python")-venv"

# Anything but a finished environment of this very folder is made anew, so that a half-made one does no harm.
if ! { [ -f "$venv/.installed" ] && [ "$(cut -d' ' -f3- "$venv/.installed")" = "$(pwd)" ] && fits "$venv/bin/python"; }; then
    echo "setup: making $venv with Python $(version "$python")"
    "$python" -m venv --clear "$venv" || fail "the environment $venv could not be made."
fi
rm -f "$venv/.installed"
echo "setup: installing $(grep -c '==' "$requirements") packages (only when $requirements has changed)"

# uv does in two seconds what takes pip half a minute, but knows nothing of a mirror named in pip.conf: then pip does it.
with_uv() {
    only_uv=$venv/uv-only.txt
    sed -n '/^uv==/,/^[a-z0-9]/{/^uv==/p;/^    --hash/p;}' "$requirements" > "$only_uv"
    $pip --require-hashes -r "$only_uv" && "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --require-hashes -r "$requirements"
}
pip="$venv/bin/python -m pip install -qq --disable-pip-version-check --no-input"
with_uv 2> "$venv/uv-problems.txt" || $pip --require-hashes -r "$requirements" ||
    fail "the packages could not be installed; the lines above say which. Is there a network?"
printf '%s\n' "$stamp" > "$venv/.installed"
