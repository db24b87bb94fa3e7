#!/bin/sh
# Ends on SIGTERM; its child, in the same group and with other output, does not.
trap 'echo "leader ends"; exit 0' TERM
sh -c 'trap "" TERM; echo ready; exec sleep 60' 2>/dev/null &
wait
