#!/bin/sh
# Starts all that is hard to end, tells that it runs ("ready", and a file "ready" in the folder), and stays or leaves.
# $1: a folder, where "told-group" and "told-session" count the SIGTERMs of two who ignore them
# $2: "stay" (it ends on SIGTERM, others of its group do not) or "leave"; then a command to start beside, if any
mkdir -p "$1" && cd "$1" || exit
mode=$2
shift 2
counts='trap "echo told >> told-$1" TERM; : > "ready-$1"; while :; do sleep 0.05; done'
sh -c 'sleep 100 & wait' &
sh -c "$counts" counts group &
setsid sh -c "$counts" counts session &
(setsid sh -c ': > ready-daemon; exec sleep 100' < /dev/null > /dev/null 2>&1 &)
[ $# = 0 ] || { "$@" & until [ -e inner/ready ]; do sleep 0.01; done; }
for name in group session daemon; do
  until [ -e "ready-$name" ]; do sleep 0.01; done
done
trap 'exit 0' TERM
: > ready
echo ready
[ $mode = leave ] || while :; do wait; sleep 0.05; done
