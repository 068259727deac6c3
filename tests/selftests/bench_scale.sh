#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Does tests/bench/scale still work? Each case with few of each. Nothing is timed.
# vehicle: debug
# timeout: 240

bench=$(dirname "$0")/../bench
mapfile -t cases < <("$bench/scale" --list)
exec bash "$bench/scale_inside" 2000 10 10 40 4 1 1000 "${cases[@]}"
