#!/bin/sh
# Creates an installation from a copy of backup.sh, where there is none: `deploy/compose/restore.sh
# FOLDER`. COMPOSE_PROJECT_NAME names it, if not `parley`.
set -e
folder=$(cd "$1" && pwd)
# In this folder, Compose also reads COMPOSE_FILE from .env.
compose() { (cd "$(dirname "$0")/.." && docker compose "$@"); }
project=$(compose config --format json | sed -n 's/^  "name": "\(.*\)",$/\1/p')
if docker volume inspect "${project}_postgres" >/dev/null 2>&1; then
  echo "An installation exists already: ${project}_postgres" >&2
  exit 1
fi

compose create
image() { docker inspect --format '{{.Config.Image}}' "$(compose ps --all --quiet "$1")"; }
api=$(image api-1)
redis=$(image redis)
for volume in secrets media; do
  docker run --rm --interactive --user root --entrypoint tar --volume "${project}_$volume:/to" "$api" -C /to -x <"$folder/$volume.tar"
done

# With `appendonly yes` Redis does not read dump.rdb. So this starts Redis without the append-only
# file and then writes one.
docker run --rm --interactive --volume "${project}_redis:/data" "$redis" sh -c '
  cat >/data/dump.rdb && chown redis:redis /data/dump.rdb
  redis-server --appendonly no --protected-mode no --port 6380 >/tmp/log &
  until redis-cli -p 6380 ping 2>/dev/null | grep -q PONG; do sleep 0.1; done
  redis-cli -p 6380 config set appendonly yes >/dev/null
  until redis-cli -p 6380 info persistence | tr -d "\r" | grep -q "^aof_rewrite_in_progress:0"; do sleep 0.1; done
  redis-cli -p 6380 shutdown
  chown -R redis:redis /data
' <"$folder/redis.rdb"

compose up --detach --no-build --wait postgres
compose exec -T postgres pg_restore --username parley --dbname parley --clean --if-exists --exit-on-error <"$folder/postgres.dump"

# The copies are from different moments. Reconciles them, so that every device reloads from
# PostgreSQL.
compose up --detach --no-build --wait redis
compose run --rm migrate
compose run --rm --no-deps recorder-1 --env-file=/run/parley/services.env reconcile.js
compose up --detach --no-build
