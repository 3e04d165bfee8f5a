#!/bin/sh
# Pins requirements/*.in with hashes for Python 3.11 to 3.13. Pins already there stay, unless: UPGRADE=1 make requirements
set -eu
cd "$(dirname "$0")/.."
command -v uv >/dev/null || { echo "Cần uv (pip install uv). / uv is needed." >&2; exit 2; }
options="--quiet --universal --python-version 3.11 --generate-hashes --no-header ${UPGRADE:+--upgrade}"
for name in base dev; do
    # No index address is written into the files: whoever installs decides where from, the hashes decide what.
    uv pip compile $options --no-emit-index-url --no-emit-find-links --output-file "requirements/$name.txt" "requirements/$name.in"
done
if grep -nE '^--|https?://' requirements/*.txt; then
    echo "Tệp ghim không được chứa địa chỉ máy chủ. / A pin file must not name an index." >&2
    exit 1
fi
