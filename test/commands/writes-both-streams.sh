#!/bin/sh
# 200 lines, by turns to stdout and stderr.
n=1
while [ $n -le 100 ]; do
  echo "out $n"
  echo "err $n" >&2
  n=$((n + 1))
done
