#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Does tests/bench/grow still work? Each part with few frames, through each of its lanes:
# all arrive. Nothing is timed.
# vehicle: debug
# timeout: 240

exec bash "$(dirname "$0")/../bench/growth/inside" 1 hops flows rules new update
