#!/bin/sh
# Starts a node of the Redis Cluster. A restart changes the IP addresses of nodes, so each node
# looks up unreachable nodes by name.
(
  while sleep 2; do
    # A node that knows no other node is new, and waits for create.sh.
    redis-cli cluster nodes 2> /dev/null | grep -v myself | grep -qE 'noaddr|fail|disconnected' || continue
    for i in 0 1 2 3 4 5; do
      address=$(getent hosts "redis-$i.redis" | cut -d ' ' -f 1)
      [ -z "$address" ] || redis-cli cluster meet "$address" 6379 > /dev/null
    done
  done
) &
exec redis-server --dir /data --protected-mode no --cluster-enabled yes --cluster-node-timeout 5000 \
  --cluster-announce-ip "$POD_IP" --appendonly yes --appendfsync always --maxmemory-policy noeviction
