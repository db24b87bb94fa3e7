#!/bin/sh
# Waits for a child in a session of its own, which tells of each SIGTERM in a file and ends on it, or not.
# $1: the file; $2: "ends" or "ignores". Prints "ready".
setsid sh -c '
  if [ "$2" = ends ]; then trap "echo told >> \"$1\"; exit 0" TERM; else trap "echo told >> \"$1\"" TERM; fi
  while :; do
    sleep 60 &
    # A signal that meets it before it has become sleep is lost.
    until grep -q sleep /proc/$!/cmdline; do :; done
    [ "$said" ] || echo ready
    said=1
    wait $! || :
    kill $! || :
  done 2> /dev/null
' child "$@" &
wait
