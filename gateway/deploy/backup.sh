#!/bin/sh
# A copy of all that the containers of this folder keep, while they run:  ./backup.sh /srv/copies [14]
# So many of the newest stay there. Put back as docs/deploy.md tells. The copy holds the passwords: it is for its owner alone.
set -eu
umask 077
into="${1:?which folder the copies go to, e.g. ./backup.sh /srv/copies}"
mkdir -p "$into"
into="$(cd "$into" && pwd)"
keep="${2:-14}"
to="$into/nhipdo-$(date -u +%Y%m%dT%H%M%SZ)"
cd "$(dirname "$0")"
# One at a time; what a power cut has left is removed.
exec 9< "$into"
flock -n 9 || { echo "another copy is being made in $into; wait for it" >&2; exit 1; }
rm -rf "$into"/nhipdo-*Z.partial
mkdir "$to.partial"
trap 'rm -rf "$to.partial"' EXIT

# The registry first, the series after it: what the registry says is stored must be in the copy of the series.
docker compose exec -T postgres pg_dump -U nhipdo --format=custom nhipdo > "$to.partial/registry.pgdump"
docker compose exec -T gateway tar -C /var/lib/nhipdo --exclude=./gateway.lock --exclude=./last-copy -c . > "$to.partial/gateway.tar"
docker compose exec -T influxdb sh -ec '
    rm -rf /var/lib/influxdb/copy
    influxd backup -portable -db nhipdo /var/lib/influxdb/copy >&2
    tar -C /var/lib/influxdb -c copy
    rm -rf /var/lib/influxdb/copy' > "$to.partial/influxdb.tar"
tar -c .env gateway secrets certs > "$to.partial/settings.tar"
(cd "$to.partial" && sha256sum ./*.pgdump ./*.tar > SHA256SUMS)

sync
mv "$to.partial" "$to"
trap - EXIT
# The gateway says so when this file grows old.
docker compose exec -T gateway touch /var/lib/nhipdo/last-copy > /dev/null
ls -d "$into"/nhipdo-*Z | head -n "-$keep" | while IFS= read -r old; do rm -rf "$old"; done
echo "$to"
