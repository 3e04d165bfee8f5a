#!/bin/sh
# make install: from this checkout to the environment of a real office (docs/operations.md). Safe to repeat, also after
# a new version: what is there stays, the settings file is never rewritten, the database is copied before it is changed.
#
# HOSO_USER (hoso), HOSO_ETC (/etc/hoso), HOSO_DATA (/var/lib/hoso), HOSO_UNITS (/etc/systemd/system),
# HOSO_BIN (/usr/local/bin); for a first settings file: ALLOWED_HOSTS, EMAIL_HOST, DEFAULT_FROM_EMAIL, DATABASE_URL …
set -eu
umask 022
cd "$(dirname "$0")/.."
ROOT=$(pwd -P)
USER_NAME=${HOSO_USER:-hoso} ETC=${HOSO_ETC:-/etc/hoso} DATA=${HOSO_DATA:-/var/lib/hoso}
UNITS=${HOSO_UNITS:-/etc/systemd/system} BIN=${HOSO_BIN:-/usr/local/bin}
export VENV="${VENV:-.venv}" DATA

say() { printf '%s\n' "$*" >&2; }
give_up() {
    say "$*"
    exit 2
}
fill() { # fill FILE TARGET MODE: put a file of deploy/ in place
    sed -e "s|@ROOT@|$ROOT|g; s|@VENV@|$VENV|g; s|@ETC@|$ETC|g; s|@DATA@|$DATA|g; s|@USER@|$USER_NAME|g" "$1" >"$2.part"
    chmod "$3" "$2.part"
    mv "$2.part" "$2"
}

case "$ROOT$VENV$ETC$DATA$UNITS$BIN$USER_NAME" in
    *[!A-Za-z0-9/._-]*) give_up "Tên thư mục chỉ được có chữ không dấu, số, / . _ - : $ROOT. / Only plain letters in paths." ;;
esac
if [ "$(id -un)" != "$USER_NAME" ] && [ "$(id -u)" != 0 ]; then
    give_up "Cần quyền root: sudo make install. / Root is needed."
fi
case "$UNITS:$ROOT/" in
    /etc/systemd/system:/home/* | /etc/systemd/system:/root/* | /etc/systemd/system:/tmp/*)
        give_up "Mã nguồn phải nằm ngoài $ROOT, ví dụ /opt/hoso. / Services cannot read this place; clone to /opt/hoso." ;;
esac

say "1/6 Môi trường Python … / Python environment"
python=$(sh scripts/find-python.sh) || exit 2
"$python" scripts/bootstrap.py base
case $VENV in /*) ;; *) VENV=$ROOT/$VENV ;; esac

say "2/6 Người dùng $USER_NAME, thư mục … / user and folders"
id "$USER_NAME" >/dev/null 2>&1 || useradd --system --user-group --home-dir "$DATA" --shell /usr/sbin/nologin "$USER_NAME"
GROUP=$(id -gn "$USER_NAME")
install -d -m 0755 "$ETC" "$BIN" "$UNITS"
install -d -m 0750 -o "$USER_NAME" -g "$GROUP" "$DATA"
install -d -m 0700 -o "$USER_NAME" -g "$GROUP" "$DATA/backups"

say "3/6 Tệp cấu hình $ETC/hoso.env … / settings"
[ -f "$ETC/hoso.env" ] || "$python" scripts/env_file.py deploy/hoso.env.example "$ETC/hoso.env"
chmod 0600 "$ETC/hoso.env"

say "4/6 Dịch vụ systemd, lệnh $BIN/hoso … / units and command"
fill deploy/hoso "$BIN/hoso" 0755
for unit in deploy/*.service deploy/*.timer; do
    fill "$unit" "$UNITS/$(basename "$unit")" 0644
done
if [ "$UNITS" = /etc/systemd/system ] && [ -d /run/systemd/system ]; then
    systemctl daemon-reload
fi

say "5/6 Kiểm tra cấu hình, gom tệp tĩnh … / settings, static files"
"$BIN/hoso" collectstatic --noinput --verbosity 0 ||
    give_up "Hãy sửa $ETC/hoso.env rồi chạy lại make install. / Mend that file, run make install again."

say "6/6 Sao lưu, bảng dữ liệu … / backup, tables"
"$BIN/hoso" upgrade || [ $? = 3 ] # 3: what doctor still misses is said above, on a new machine the office itself
"$BIN/hoso" migrate --check >/dev/null || give_up "Bảng dữ liệu chưa đổi hết: chạy lại hoso upgrade. / Run hoso upgrade again."

cat >&2 <<TXT

Xong. Tiếp theo (docs/operations.md): / Done. Next:
  hoso office init --file office.yaml            cơ quan, con người, quản trị viên đầu tiên / the office, its first administrator
  hoso procedures publish --all                  công bố thủ tục / publish the procedures
  systemctl enable --now hoso-web hoso-worker hoso-backup.timer hoso-doctor.timer
  nginx: deploy/nginx.conf                       TLS
  hoso doctor --golive                           còn thiếu gì trước khi mở cửa / what is lacking before opening
Sau phiên bản mới / after a new version: git pull, make install, systemctl restart 'hoso-*'
TXT
