#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Does tests/bench/latency still work? Few frames in each part: all arrive, and a verdict
# is obeyed. Nothing is timed.
# vehicle: debug
# timeout: 240

smoke=1 exec bash "$(dirname "$0")/../bench/latency" --inside 1 1 hops verdict replace
