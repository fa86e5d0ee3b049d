#!/bin/sh
# Creates a Redis Cluster of the nodes: three masters with a replica each. No-op if the cluster
# exists.
set -e
addresses=
for i in 0 1 2 3 4 5; do
  until redis-cli -h "redis-$i.redis" ping > /dev/null 2>&1; do sleep 1; done
  addresses="$addresses $(getent hosts "redis-$i.redis" | cut -d ' ' -f 1):6379"
done
if redis-cli -h redis-0.redis cluster info | grep -q '^cluster_slots_assigned:16384'; then exit 0; fi
redis-cli --cluster create $addresses --cluster-replicas 1 --cluster-yes
