#!/bin/sh
# Starts PostgreSQL. The first start creates the database POSTGRES_DB and its owner POSTGRES_USER.
set -e
data=/var/lib/postgresql/data
if ! [ -e $data ]; then
  echo "$POSTGRES_PASSWORD" >/tmp/password
  initdb --pgdata=$data --username="$POSTGRES_USER" --pwfile=/tmp/password --auth=scram-sha-256 --no-sync \
    --encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8
  echo "create database $POSTGRES_DB" | postgres --single -D $data postgres
  echo 'host all all all scram-sha-256' >>$data/pg_hba.conf
fi
exec postgres -D $data -c 'listen_addresses=*' -c unix_socket_directories=
