#!/bin/sh
# Prints a Python that can run the product, or one line saying what is missing (exit 2).
for name in $PYTHON python3.13 python3.12 python3.11 python3; do
    "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14)); ' 2>/dev/null || continue
    exec "$name" -c 'import sys; print(sys.executable)'
done
found=$(python3 --version 2>/dev/null || echo "không có python3 / no python3")
echo "Cần Python 3.11, 3.12 hoặc 3.13, máy này có: $found. / Hoso needs Python 3.11–3.13 (Debian, Ubuntu: sudo apt-get install python3 python3-venv)." >&2
exit 2
