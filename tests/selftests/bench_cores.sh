#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Does tests/bench/cores still work? Few frames from two CPUs, each kind of lane: all
# arrive. Nothing is timed.
# vehicle: stock
# timeout: 120

smoke=1 exec bash "$(dirname "$0")/../bench/cores" --inside 1 2000
