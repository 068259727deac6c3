#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Does tests/bench still work? A few packets through some of its lanes, Open vSwitch
# among them: all arrive, and nodes get what they are to get. Nothing is timed.
# vehicle: debug
# timeout: 240

exec bash "$(dirname "$0")/../bench/inside" 1000 1 1 bypass inline-1 nsh-1 inline-1-gp
