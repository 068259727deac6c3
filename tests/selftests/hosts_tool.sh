#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The command and hosts: keys are made, hosts listed, changed, shown and struck;
# what is wrong is refused in words; no private key is ever shown. No host is heard.
# vehicle: debug
. "$(dirname "$0")/../lib.sh"
need svcplane python3

cd "$tap_dir" || exit 1
umask 077
check_fail "no argument" 1 "is unknown here" svcplane genkey x
for n in 1 2 3 4 5; do
	svcplane genkey > key$n 2> err$n
	svcplane pubkey < key$n > pub$n
done
check_eq "a key is 44 characters" "$(wc -c < key1)" 45
check_eq "nothing to warn of" "$(cat err1)" ""
check_eq "each is another" "$(cat key? | sort -u | wc -l)" 5
check_eq "the public key of RFC 7748" \
	"$(svcplane pubkey <<< dwdtCnMYpX08FsFyUbJmRd9ML4frwJkqsXf7pR25LCo=)" \
	"hSDwCYkwp1R0i33ctD73Wg2/Og0mOBr066SpjqqbTmo="
check "others that may read it are told of" sh -c \
	'umask 022; svcplane genkey 2>&1 > open | grep -q "Warning: others may read"'
check_fail "no key" 1 "standard input holds no key" svcplane pubkey <<< abc
check_fail "no key at all" 1 "standard input holds no key" svcplane pubkey < /dev/null
# The words of a command are in nobody's list of processes, but a path is
check_fail "no key as an argument" 1 "cannot open" \
	svcplane plane set sp0 private-key "$(tr / . < key1)"

module
ip link add sp0 type svcplane
defer ip link del sp0
ip link set sp0 up
spawn svcplane -j -d monitor all
monitor=$spawned_out
spawn svcplane -d monitor
plain=$spawned_out
heard_by_all()
{
	svcplane service add sp0 fw
	svcplane service del sp0 fw
	grep -q fw "$monitor" && grep -q fw "$plain"
}
check "monitors listen" busywait 20 heard_by_all

check_eq "none is listed" "$(svcplane -j host show)" "[]"
check "the own key" svcplane plane set sp0 host-id 1 private-key key1
check_eq "its public one is shown" "$(svcplane plane show sp0 | grep -c "public-key $(cat pub1)$")" 1
check "a key by standard input" sh -c 'svcplane plane set sp0 private-key - < key1'
check_fail "not where the commands are" 1 "standard input is the batch file" \
	svcplane -b - <<< "plane set sp0 private-key -"
chmod 644 key2
check "a file that others may read is told of" sh -c \
	'svcplane plane set sp0 private-key key1 private-key key2 key-number 7 2>&1 |
		grep -q "Warning: others may read key2: its mode is 0644, and should be 0600"'
check_eq "but taken" "$(svcplane plane show sp0 | grep -c "public-key .*")" 2
# shellcheck disable=SC2016 # by that shell
check "with its number" sh -c 'svcplane plane show sp0 | grep -q "public-key $(cat pub2) key-number 7$"'
check "one takes the place of two" svcplane plane set sp0 private-key key1

check "a host" svcplane host add sp0 2 name hv2 public-key "$(cat pub2)"
check "one with two keys" svcplane host add sp0 3 name hv3 public-key "$(cat pub3)" \
	public-key "$(cat pub4)" key-number 1
check_eq "are shown" "$(svcplane host show sp0)" "sp0 hv2 id 2 down never-heard nodes 0
    public-key $(cat pub2)
sp0 hv3 id 3 down never-heard nodes 0
    public-key $(cat pub3)
    public-key $(cat pub4) key-number 1"
check_eq "by id" "$(svcplane -br host show sp0 3 | awk '{ print $2 }')" hv3
check_eq "by name" "$(svcplane -br host show sp0 hv2 | awk '{ print $3 }')" 2
check_eq "counted" "$(svcplane plane show sp0 | grep -o 'hosts [0-9]*')" "hosts 2"
check "in the tree" sh -c 'svcplane show | grep -q "^    host hv2 id 2 down"'
check "with counters" sh -c 'svcplane -s host show sp0 2 | grep -q "replayed 0 forged 0 stray 0"'
for args in "" "-s" "-s -d"; do
	# shellcheck disable=SC2086
	svcplane -j $args host show > json
	check "JSON of hosts $args" "$tests_dir/schema/validate" host.json < json
done
svcplane -j -s -d show > json
check "JSON of the tree" "$tests_dir/schema/validate" tree.json < json
svcplane -j -d plane show > json
check "JSON of the plane" "$tests_dir/schema/validate" plane.json < json

check "another name" svcplane host set sp0 2 name rack2
check "another key" svcplane host set sp0 rack2 public-key "$(cat pub5)" key-number 9
check_eq "and nothing else" "$(svcplane -o host show sp0 2)" \
	"sp0 rack2 id 2 down never-heard nodes 0\\    public-key $(cat pub5) key-number 9"
check "the old ones" svcplane host set sp0 rack2 name hv2 public-key "$(cat pub2)"

refused() { check_fail "$@"; }
new() { echo "host add sp0 7 name hv7 public-key $(svcplane genkey 2> /dev/null | svcplane pubkey)"; }
refused "no base64" 1 "that is no key: a key is 44 characters" svcplane host add sp0 7 name hv7 public-key xyz
refused "a letter too few" 1 "that is no key" svcplane host add sp0 7 name hv7 public-key "$(cut -c2- pub4)"
refused "bits behind the end" 1 "that is no key" svcplane host add sp0 7 name hv7 \
	public-key AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=
refused "no id" 1 'id: "name" is not a number from 1 to 4094' \
	svcplane host add sp0 name hv7 public-key "$(cat pub1)"
refused "an id out of range" 1 "allowed 1 to 4094" svcplane host add sp0 4095 name x public-key "$(cat pub1)"
refused "no key" 1 '"public-key" is missing' svcplane host add sp0 7 name hv7
refused "a number in front of its key" 1 "stands behind the key" \
	svcplane host add sp0 7 name hv7 key-number 1 public-key "$(cat pub1)"
refused "a number out of range" 1 "allowed 0 to 255" \
	svcplane host add sp0 7 name hv7 public-key "$(cat pub1)" key-number 256
refused "a key of zeros" 2 "key number 0 is zero (public-key AAAA" svcplane host add sp0 7 name hv7 \
	public-key AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=
refused "this host" 2 "host 1 of plane sp0 is this one: other hosts are listed (id 1)" \
	svcplane host add sp0 1 name hv1 public-key "$(cat pub5)"
# shellcheck disable=SC2046
refused "an id that is taken" 2 "host id 2 is taken by host hv2" svcplane $(new | sed 's/ 7 / 2 /')
# shellcheck disable=SC2046
refused "a name that is taken" 2 "host 2 has the name hv2" svcplane $(new | sed 's/hv7/hv2/')
# shellcheck disable=SC2046
refused "a name that is a number" 2 "a host cannot be called 17" svcplane $(new | sed 's/hv7/17/')
refused "a key that is taken" 2 "host hv3 (id 3) has this public key" \
	svcplane host add sp0 7 name hv7 public-key "$(cat pub3)"
refused "the own key" 2 "this is a public key of this host" \
	svcplane host add sp0 7 name hv7 public-key "$(cat pub1)"
refused "two keys of one number" 2 "key number 0 is given twice" \
	svcplane host set sp0 2 public-key "$(cat pub2)" public-key "$(cat pub5)"
refused "a host that is not listed" 2 "plane sp0 has no host hv9 (host hv9)" svcplane host del sp0 hv9
refused "the id of another host" 2 "host id 2 is that of host hv2" svcplane plane set sp0 host-id 2
refused "no message without session" 2 "there is no session with host hv2 (id 2)" \
	svcplane control send sp0 2 text hello
refused "to none of them" 2 "none of the 2 hosts of plane sp0 can be sent to now" \
	svcplane control send sp0 all hex 00ff
refused "no message of nothing" 1 "is missing" svcplane control send sp0 2
refused "none that is too long" 1 "text: \"xxx" svcplane control send sp0 2 text "$(printf 'x%.0s' {1..101})"
refused "a private key that is none" 1 "private-key: junk holds no key" \
	sh -c 'echo x > junk; svcplane plane set sp0 private-key junk'

as_user() { setpriv --reuid nobody --regid nogroup --clear-groups /usr/sbin/svcplane "$@"; }
check "anybody may see hosts" as_user host show sp0
refused "but not list any" 2 "not permitted" as_user host add sp0 7 name hv7 public-key "$(cat pub2)"
refused "nor strike any" 2 "not permitted" as_user host del sp0 2
refused "nor send" 2 "not permitted" as_user control send sp0 2 text x
chmod 755 .
install -m 644 key3 key3.open
refused "nor give a key" 2 "not permitted" as_user plane set sp0 private-key "$tap_dir/key3.open"
chmod 700 .

check_eq "names to complete" "$(svcplane autocomplete host del sp0 '' | xargs)" "hv2 hv3"
check_eq "and their keywords" "$(svcplane autocomplete host add sp0 7 '' | xargs)" "name public-key key-number"
check "a batch" svcplane -b - <<-B
	host del sp0 3
	plane set sp0 private-key key1
	host add sp0 3 name hv3 public-key $(cat pub3)
B
check_fail "a line that is wrong is named" 1 "Command failed -:2" svcplane -b - <<-B
	host show sp0
	host add sp0 9 name hv9 public-key xyz
B
check "a host is struck" svcplane host del sp0 hv3
hears() { busywait 5 grep -qE -- "$2" "$1"; }
check "the monitor tells of it" hears "$plain" '^host del sp0 hv3 id 3 '
check "and of changes" hears "$plain" '^host set sp0 rack2 id 2 '
check "in JSON, too" hears "$monitor" '"event":"del","object":"host","plane":"sp0","name":"hv3"'
check "as the schema has it" "$tests_dir/schema/validate" monitor.json -l < "$monitor"

# Everything that was printed, and everything there is to print
{
	cat "$monitor" "$plain"
	svcplane -d -s show
	svcplane -j -d -s show
	svcplane -d -s host show
	svcplane -echo plane set sp0 private-key key1 host-id 1
} > all 2>&1
secrets()
{
	for n in 1 2 3 4 5; do
		base64 -d < key$n | od -An -tx1 | tr -d ' \n'
		echo
		tr -d '=\n' < key$n
		echo
	done
}
# shellcheck disable=SC2094 # a function and a file
secrets > secrets
check_eq "no private key is in what was printed" "$(grep -cFf secrets all)" 0
check_eq "public ones are" "$(grep -qF "$(cat pub1)" all && grep -cF "$(cat key1)" key1)" 1
