#!/bin/bash
# Usage: sudo scripts/debian-trial.sh SUITE DIRECTORY       (SUITE: bookworm, trixie)
#
# Installs fanshare as the operator's guide says on a Debian that has nothing, and looks whether a page is served. The
# Debian is a chroot made by debootstrap in DIRECTORY (one that is there is taken as it is); what lies committed here is
# installed in it by `scripts/install.sh` and `fanshare install`. There is no systemd in a chroot, so each service is
# started with the command, the user and the settings of its unit. Nothing outside DIRECTORY is changed.
# PIP_* and UV_* of the environment are handed in, for machines that reach packages through a mirror.
set -euo pipefail
root=$(CDPATH='' cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
suite=${1:?SUITE} place=$(realpath -m -- "${2:?DIRECTORY}")
domain=share.example.org

inside() {
    local given=()
    while IFS= read -r one; do given+=("$one"); done < <(env | grep -E '^(PIP|UV)_' || true)
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/nonexistent LC_ALL=C.UTF-8 \
        "${given[@]}" chroot "$place" "$@"
}

# Whatever has the chroot for its root was started here.
running() {
    for one in /proc/[0-9]*; do
        if [ "$(readlink "$one/root")" = "$place" ]; then echo "${one#/proc/}"; fi
    done 2>/dev/null
}

end() {
    for signal in TERM TERM KILL; do
        for pid in $(running); do kill -s "$signal" "$pid" 2>/dev/null || true; done
        for _ in $(seq 20); do
            if [ -z "$(running)" ]; then break 2; fi
            sleep 0.5
        done
    done
    for mount in dev/null dev/zero dev/random dev/urandom dev proc; do
        if mountpoint -q "$place/$mount"; then umount "$place/$mount"; fi
    done
}
trap end EXIT

# The command of a unit, as its user; systemd would tell the rest.
start() {
    local unit=$place/etc/systemd/system/fanshare-$1.service command environment
    command=$(sed -n 's/^ExecStart=//p' "$unit")
    environment=$(sed -n 's/^Environment=//p' "$unit")
    # shellcheck disable=SC2086 # words of a unit are words of a command
    inside setpriv --reuid fanshare --regid fanshare --clear-groups --no-new-privs \
        env $environment $command >"$place/var/log/fanshare-$1.log" 2>&1 &
}

wait_for() {
    for _ in $(seq 120); do
        if "${@:2}" >/dev/null 2>&1; then return; fi
        sleep 1
    done
    echo "Waited in vain for $1." >&2
    tail -n 20 "$place"/var/log/fanshare-*.log >&2
    exit 1
}

fetch() { inside python3 -c "
import ssl, sys, urllib.request
trust = ssl.create_default_context(cafile='/etc/fanshare-trial.pem')
trust.check_hostname = False
asked = urllib.request.Request('https://127.0.0.1$1', headers={'Host': '$domain'})
print(urllib.request.urlopen(asked, context=trust, timeout=20).read().decode()[:${2:-200}])"; }

if [ ! -e "$place/usr/bin/python3" ]; then
    debootstrap --variant=minbase --include=python3,python3-venv,make,nginx-light,openssl,ca-certificates "$suite" "$place"
fi
cp /etc/resolv.conf "$place/etc/resolv.conf"
mount -t proc proc "$place/proc"
mount -t tmpfs -o mode=755 tmpfs "$place/dev"
for device in null zero random urandom; do
    touch "$place/dev/$device" && mount --bind "/dev/$device" "$place/dev/$device"
done
mkdir -p "$place/dev/shm" && chmod 1777 "$place/dev/shm"

echo "== The Python of this Debian: $(inside python3 --version)"
mkdir -p "$place/opt/fanshare"
git -C "$root" archive HEAD | tar -x -C "$place/opt/fanshare"
inside make -C /opt/fanshare install
inside openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$domain" \
    -keyout /etc/fanshare-trial.key -out /etc/fanshare-trial.pem 2>/dev/null
inside /opt/fanshare/.venv/bin/python --version
inside /opt/fanshare/.venv/bin/fanshare install --domain "$domain" --proxy nginx --no-start \
    --certificate /etc/fanshare-trial.pem --certificate-key /etc/fanshare-trial.key
inside nginx -t

start database
wait_for "the database" inside fanshare programme list
for part in edge web work; do start "$part"; done
inside nginx -g 'daemon off;' >"$place/var/log/fanshare-nginx.log" 2>&1 &
wait_for "readiness" fetch /readyz
echo "== Served:"
fetch / | head -n 8
fetch /readyz
echo "== fanshare doctor:"
inside fanshare doctor
echo "== It works."
