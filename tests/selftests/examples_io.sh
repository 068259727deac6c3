#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# ids-node, nsh-echo and nsh-node on a veth pair, without the module: batches,
# signals, patterns, MTU, link down and gone, and each way to misbehave. The
# topology is drawn in tests/tools/examples_io.py.
# vehicle: stock

tree=$(readlink -f "$(dirname "$0")/../..")
exec /usr/bin/python3 "$tree/tests/tools/examples_io.py"
