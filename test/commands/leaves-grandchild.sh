#!/bin/sh
# Ends at once and leaves a sleeping process of its group that holds the output.
sleep 60 &
echo "left $!"
