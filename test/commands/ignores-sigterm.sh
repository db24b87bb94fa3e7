#!/bin/sh
# Prints "ready", then lives on whatever SIGTERM says.
trap 'echo "ignored SIGTERM"' TERM
echo ready
while :; do sleep 60 & wait $!; kill $! 2>/dev/null || :; done
