#!/bin/sh
# Starts a node of the cluster, and introduces it to the others once it runs: after a restart it has another address.
(
  until redis-cli ping > /dev/null 2>&1; do sleep 1; done
  for i in 0 1 2 3 4 5; do
    address=$(getent hosts "redis-$i.redis" | cut -d ' ' -f 1)
    # Only nodes that have met before know each other; the first time create.sh does it.
    if [ -n "$address" ] && redis-cli cluster info | grep -q '^cluster_known_nodes:[2-9]'; then
      redis-cli cluster meet "$address" 6379 > /dev/null
    fi
  done
) &
exec redis-server --dir /data --protected-mode no --cluster-enabled yes --cluster-node-timeout 5000 \
  --cluster-announce-ip "$POD_IP" --appendonly yes --appendfsync always --maxmemory-policy noeviction
