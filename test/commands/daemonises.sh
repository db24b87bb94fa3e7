#!/bin/sh
# Leaves a daemon (twice forked, in a session of its own, its streams on /dev/null), and ends once that runs.
# $1: where the daemon writes its process id.
(setsid sh -c 'echo $$ > "$1"; exec sleep 60' daemon "$1" < /dev/null > /dev/null 2>&1 &)
until [ -s "$1" ]; do sleep 0.01; done
