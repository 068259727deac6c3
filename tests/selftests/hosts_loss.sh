#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Messages between hosts over an underlay that loses, doubles and reorders: each
# is applied exactly once; where it loses nearly all, there is an end to trying.
# TRANSACTIONS=N sends another number than 1000.
#
#	host 1 -- vxlan -- [netem lan netem] -- vxlan -- host 2
# vehicle: debug
# timeout: 120
. "$(dirname "$0")/../fabric.sh"
need tc python3
module

TRANSACTIONS=${TRANSACTIONS:-1000}

# transactions SECONDS N UNDERLAY: from host 1 to host 2; what came of them is in $tap_dir/sums
transactions()
{
	# shellcheck disable=SC2154 # by lib.sh
	/usr/bin/python3 "$tests_dir/tools/transactions.py" -s "$1" "$H1" "$H2" 2 "$2" \
		> "$tap_dir/sums" 2>&1
	figure "$3: $(paste -sd ';' "$tap_dir/sums")"
}

# Announcements, one a second, wait for 22 s like everything else
few_wait() { [ "$(peer 1 2 .outstanding)" -le 32 ]; }

fabric 2 vxlan
check "the hosts have sessions" connected
transactions 30 200 "a good underlay"
check "200 messages over a good underlay" contains "$tap_dir/sums" \
	"sent 200 applied 200 twice 0 lost 0 unknown 0"
check "without one that was sent again for nothing" contains "$tap_dir/sums" "retransmitted 0,"

disturb delay 5ms 3ms loss 30% duplicate 10% reorder 25% 50%
began=$SECONDS slab=$(slab)
transactions 120 "$TRANSACTIONS" "30 % lost, 10 % doubled, 25 % out of order"
check "$TRANSACTIONS messages, 30 % lost, 10 % doubled, in any order: each applied once" \
	contains "$tap_dir/sums" "sent $TRANSACTIONS applied $TRANSACTIONS twice 0 lost 0 unknown 0"
check "memory has not grown" flat "$slab"
figure "in $((SECONDS - began)) s; slab: $slab kB before, $(slab) kB after"

# 90 %: sent while there is a session still, then there is none for most of the time
disturb
check "sessions as before" connected
hears 1
was=$(counted 1 2 retransmitted) slab=$(slab)
disturb loss 90%
transactions 1 100 "90 % lost"
check "90 % lost: no more than may be outstanding" test "$(peer 1 2 .outstanding)" -le 512
check "90 % lost: in the end they do not wait any more" busywait 15 few_wait
more=$(($(counted 1 2 retransmitted) - was))
figure "$more sent again, $(counted 1 2 unknown) given up"
check "90 % lost: no more than 24 tries each" test $more -le $((100 * 23 + 24 * 60))
check "90 % lost: what became of some is unknown" test "$(counted 1 2 unknown)" -gt 0
# shellcheck disable=SC2154 # by hears
check "90 % lost: which is told" contains "$heard_1" "control unknown sp0 host hv2 type user"
check "90 % lost: memory has not grown" flat "$slab"

disturb
check "afterwards there are sessions again" connected
transactions 30 100 "a good underlay again"
check "and messages, each once" contains "$tap_dir/sums" \
	"sent 100 applied 100 twice 0 lost 0 unknown 0"
