#!/bin/sh
# Ends at once and leaves a process that has left the group, holds the output and writes "ghost" to it when told.
# $1: a named pipe that the leftover waits at.
setsid sh -c ': < "$1"; echo ghost' leftover "$1" &
echo "left $!"
