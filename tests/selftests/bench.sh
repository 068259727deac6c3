#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Does tests/bench still work? A few packets, and a second of TCP, through some of its
# lanes: all arrive, and nodes get what they are to get. Nothing is timed.
# vehicle: debug
# timeout: 240

exec bash "$(dirname "$0")/../bench/inside" 100 1 1 bypass allow inline-1 inline-3 nsh-1 \
	flows-10k ipv6 vlan tcp-nsh
