#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The command's contract: exit codes 0, 1 and 2; data on stdout, errors on
# stderr; refusals in the words that were typed, with the range allowed.
#
#	l0, l1, l2 (dummies) are legs, t0 a guest of plane sp0
# vehicle: stock
. "$(dirname "$0")/../lib.sh"
need svcplane

# quiet_fail NAME RC TEXT CMD...: as check_fail, and nothing on stdout
quiet_fail()
{
	check_fail "$@" && check_eq "$1: nothing on stdout" "$(cat "$tap_dir/out")" ""
}

# prints NAME CMD...: CMD succeeds with something on stdout, nothing on stderr
prints()
{
	local name=$1

	shift
	"$@" > "$tap_dir/out" 2> "$tap_dir/err"
	check_eq "$name" "$? $(test -s "$tap_dir/out" && echo text) $(cat "$tap_dir/err")" "0 text "
}

setup_ns A
prints "help" svcplane help
prints "-help" svcplane -help
prints "help of an object" svcplane chain help
prints "help of a command" svcplane rule add help
prints "help of a command below a command" svcplane proxy guest add help
prints "help behind a short name" svcplane cha a help
check_eq "help in front" "$(svcplane help cha a)" "$(svcplane chain add help)"
check_eq "twice" "$(svcplane help rule help)" "$(svcplane rule help)"
quiet_fail "help of what is not there" 1 'command "frob" is unknown' svcplane help rule frob
prints "-V" svcplane -V
quiet_fail "no object" 1 "Usage: svcplane" svcplane
quiet_fail "an unknown object" 1 'object "lnik" is unknown' svcplane lnik
quiet_fail "an ambiguous object" 1 '"p" is ambiguous: plane, proxy, path, pubkey' svcplane p
quiet_fail "an unknown option" 1 'option "-q" is unknown' svcplane -q show
quiet_fail "an option without its value" 1 '"-netns" needs a value' svcplane -n
quiet_fail "an unknown namespace" 1 'cannot open network namespace "nosuch": No such file' \
	svcplane -n nosuch show
quiet_fail "a bad number" 1 'id: "70000" is out of range: allowed 1 to 65535' \
	svcplane node add sp0 n service s id 70000
quiet_fail "a bad value of an option" 1 '-rcvbuf: "5" is out of range' svcplane -rc 5 show
quiet_fail "a bad word" 1 'fail: "shut" is not one of: closed, open' \
	svcplane chain add sp0 c services s fail shut
quiet_fail "a missing word" 1 '"reverse" is missing' svcplane path add sp0 1 chain c nodes n

module
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$tests_dir/../dkms.conf")
check_eq "one version" "$(svcplane -V)" "svcplane $version, module $version"
check_eq "nothing to show" "$(svcplane show; svcplane rule; echo $?)" 0
check_eq "an empty array" "$(svcplane -j show)" "[]"
quiet_fail "no such plane" 2 "no service plane sp0" svcplane plane set sp0 tenant 1
for dev in l0 l1 l2 t0; do
	ip link add $dev type dummy
	defer ip link del $dev
	ip link set $dev up
done
ip link add sp0 type svcplane
defer ip link del sp0
ip link set sp0 up

check "a setting" svcplane plane set sp0 tenant 7 timeout-udp 31
check "is kept" sh -c 'svcplane -d plane show sp0 | grep -q " tenant 7 .*" &&
	svcplane -d plane show sp0 | grep -q " udp 31 "'
# what help says is the kernel's range: it takes the greatest values
check "the greatest values" svcplane plane set sp0 max-flows 16777216 timeout-other 864000
check "are taken" sh -c 'svcplane -d plane show sp0 | grep -q " max-flows 16777216" &&
	svcplane -d plane show sp0 | grep -q " other 864000"'
svcplane plane set sp0 max-flows 262144
quiet_fail "no more flows" 1 'max-flows: "16777217" is out of range: allowed 1 to 16777216' \
	svcplane plane set sp0 max-flows 16777217
quiet_fail "no longer times" 1 'timeout-other: "864001" is out of range: allowed 1 to 864000' \
	svcplane plane set sp0 timeout-other 864001
check "services" svcplane service add sp0 fw type firewall
svcplane service add sp0 ids
quiet_fail "twice" 2 "fw" svcplane service add sp0 fw
check "an inline node" svcplane node add sp0 fw1 id 1 service fw dev l0 egress l1
check "an NSH node" svcplane node add sp0 ids1 service ids mode nsh dev l2 gso on
quiet_fail "OAM packets" 2 "oam is not supported yet" \
	svcplane node add sp0 n service ids mode nsh dev t0 oam on
quiet_fail "a node of no service" 2 "(service nix)" \
	svcplane node add sp0 n service nix dev t0 egress t1
check "a chain" svcplane chain add sp0 web id 1 services fw,ids
quiet_fail "a list item is named" 2 "(services nix)" \
	svcplane chain add sp0 c2 services fw,nix
check "a chain is replaced" svcplane chain replace sp0 web id 1 services fw,ids fail open
check_eq "and shown" "$(svcplane chain show sp0 web)" \
	"sp0 web id 1 services fw,ids fail open select hash paths 0 usable 0"
check "a path" svcplane path add sp0 100 reverse 101 chain web nodes fw1,ids1
quiet_fail "a path with nodes in the wrong order" 2 "is of service" \
	svcplane path add sp0 102 reverse 103 chain web nodes ids1,fw1
quiet_fail "a sum that is too much" 2 "needs 1538 (1500 + NSH 24 + inner Ethernet 14)" \
	svcplane proxy add pp0 plane sp0 guest t0
ip link set l2 mtu 1600
check "a proxy" svcplane proxy add pp0 plane sp0 guest t0
defer svcplane proxy del pp0
quiet_fail "a guest that has a proxy" 2 "t0 is a guest of port proxy pp0 already" \
	svcplane proxy add pp1 plane sp0 guest t0
quiet_fail "no such proxy" 2 "there is no port proxy pp7" svcplane proxy del pp7
check_eq "a rule tells its id" "$(svcplane -echo rule add sp0 prio 100 dir any proto tcp \
	dport 80,8000-8080 proxy pp0 chain web)" "sp0 prio 100 id 1"
check_eq "a rule as typed" "$(svcplane rule show)" \
	"sp0 prio 100 id 1 dir any proto tcp dport 80,8000-8080 proxy pp0 chain web"
check "a group" svcplane group add sp0 lan members 10.0.0.0/8,2001:db8::/32,02:00:00:00:00:01
check "a rule of a group" svcplane rule add sp0 prio 200 src-group lan drop
quiet_fail "a group in use" 2 "lan" svcplane group del sp0 lan
quiet_fail "a chain in use" 2 "chain web is used by" svcplane chain del sp0 web
quiet_fail "a node in use" 2 "fw1" svcplane node del sp0 fw1
check_eq "filters of show" "$(svcplane rule show sp0 prio 200)" \
	"sp0 prio 200 id 2 dir any src-group lan drop"
check "down" svcplane node set sp0 fw1 down
check_eq "is told" "$(svcplane -br node show sp0 fw1 | awk '{ print $NF }')" admin
check "up" svcplane node set sp0 fw1 up
quiet_fail "a verdict on no flow" 2 "no flow" svcplane verdict drop sp0 node fw1 tag 5
check_eq "a flush" "$(svcplane -echo flow flush sp0)" "flushed 0"
check "a pattern" svcplane proxy match add pp0 'vnet*'
check "is forgotten" svcplane proxy match del pp0 'vnet*'
check "a guest goes" svcplane proxy guest del pp0 t0
check "and comes" svcplane proxy guest add pp0 t0 mac 02:00:00:00:00:07
check "with its MAC" sh -c 'svcplane proxy show pp0 | grep -q "guest t0 mac 02:00:00:00:00:07 "'
check_eq "-o: a line an object" "$(svcplane -o -s node show | wc -l)" 2
quiet_fail "no proxy of that name to show" 2 "there is no port proxy pp7" svcplane proxy show pp7
quiet_fail "nor a proxy in JSON" 2 "there is no port proxy pp7" svcplane -j proxy show pp7
quiet_fail "no such group" 2 "there is no group nix" svcplane group show sp0 nix
quiet_fail "no such drop reason" 2 "there is no drop reason frob" svcplane stats show reason frob
check_eq "what never happened is there" "$(svcplane stats show sp0 reason rule -all | xargs)" "sp0 rule 0"
for n in 0 1 2 3 4 5 6 7 8; do echo "link add g$n group 7 up type dummy"; done | ip -b -
defer ip link del group 7
# a dump tells eight guests a message
svcplane proxy add pp1 plane sp0 guest g0,g1,g2,g3,g4,g5,g6,g7,g8
# one_proxy NAME COMMAND...: COMMAND shows pp1 once, with nine guests
one_proxy()
{
	local name=$1

	shift
	"$@" > "$tap_dir/pp1"
	check_eq "$name: one proxy, nine guests" "$(grep -o '"name":"pp1"' "$tap_dir/pp1" | wc -l) $(
		grep -o '"dev":"g[0-8]"' "$tap_dir/pp1" | sort -u | wc -l)" "1 9"
}
one_proxy "proxy show" svcplane -j proxy show pp1
one_proxy "show" svcplane -j show
check_eq "a line of the table" "$(svcplane -br proxy show pp1 | wc -l)" 1
check_eq "completion" "$(svcplane autocomplete proxy show '' | grep -cx pp1)" 1
svcplane proxy del pp1
check "the tree" sh -c 'svcplane show | grep -q "^    chain web id 1"'
quiet_fail "of no plane" 2 'no service plane "sp9"' svcplane show sp9
quiet_fail "nor in JSON" 2 'no service plane "sp9"' svcplane -j show sp9
check_eq "another namespace has its own" "$(svcplane -n "$A" show)" ""
check_eq "names to complete" "$(svcplane autocomplete chain show sp0 '' | head -1)" web
check_eq "of the namespace that is named" "$(svcplane autocomplete -n "$A" chain show sp0 '')" ""
check_eq "its devices" "$(svcplane autocomplete -n "$A" node add sp0 n dev '' | grep -x 'l[o0]')" lo
check_eq "nothing of one that is not there" \
	"$(svcplane autocomplete -n nosuch node add sp0 n dev '')" ""
check "namespaces" sh -c "svcplane autocomplete -n '' | grep -qx $A"
check_eq "rules by priority" "$(svcplane autocomplete rule del sp0 prio '')" "100
200"
check_eq "the id of that priority" "$(svcplane autocomplete rule del sp0 prio 200 id '')" 2
check_eq "patterns of the proxy" "$(svcplane autocomplete proxy match del pp0 '')" "$(
	svcplane -j proxy show pp0 | sed -n 's/.*"match":\["\([^"]*\)".*/\1/p')"
check_eq "numbers of chains" "$(svcplane autocomplete node set sp0 fw1 re-path-chains '')" 1
check_eq "items of a list" "$(svcplane autocomplete chain add sp0 c services fw, | tail -1)" fw,ids
check_eq "abbreviations" "$(svcplane cha sh)" "$(svcplane chain show)"

as_user() { setpriv --reuid nobody --regid nogroup --clear-groups /usr/sbin/svcplane "$@"; }
prints "anybody may look" as_user plane show
quiet_fail "but not touch" 2 "not permitted: this needs CAP_NET_ADMIN" as_user plane set sp0 tenant 8
quiet_fail "nor see flows" 2 "not permitted" as_user flow show
check_fail "a full disk is told" 2 "cannot write" sh -c 'svcplane show > /dev/full'
# the socket to the kernel does not take the place of the output
check_fail "a closed output is told" 2 "cannot write: Bad file descriptor" sh -c 'svcplane show >&-'
check_fail "a closed input is told" 1 "cannot read -: Bad file descriptor" sh -c 'svcplane -b - <&-'

check_eq "no completion of nothing" "$(svcplane autocomplete nosuch "")" ""
complete_words()
{
	# shellcheck source=/dev/null
	. "$tests_dir/../tools/bash-completion/svcplane"
	COMP_LINE=$1 COMP_POINT=${#1}
	_svcplane
	echo "${COMPREPLY[*]}"
}
check_eq "bash completion" "$(complete_words "svcplane chain add sp0 c services fw fail ")" \
	"closed open"
