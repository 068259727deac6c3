#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Batch files: line by line, with -force, and as one transaction.
# vehicle: stock
. "$(dirname "$0")/../lib.sh"
need svcplane

rules() { svcplane rule show | sed -n 's/.* prio \([0-9]*\) .*/\1/p' | xargs; }
generation() { svcplane -j plane show sp0 | grep -o '"generation":[0-9]*'; }

module
ip link add sp0 type svcplane
defer ip link del sp0
ip link set sp0 up
cd "$tap_dir" || exit 1

cat > good <<-'B'
	# comment, blank line, continuation, quotes

	rule add sp0 prio 1 \
		proto tcp drop
	'rule' "add" sp0 prio 2 bypass  # more
B
cat > bad <<-'B'
	rule add sp0 prio 3 drop
	rule add sp0 prio 4 chain nosuch
	rule add sp0 prio 5 drop
B
cat > typo <<-'B'
	rule add sp0 prio 3 drop
	rule add sp0 prio 4 frob
B
check "a batch" svcplane -b good
check_eq "has been run" "$(rules)" "1 2"
check_fail "a line the kernel refuses" 2 "Command failed bad:2" svcplane -b bad
check_eq "ends it, what was before stays" "$(rules)" "1 2 3"
svcplane rule del sp0 prio 3
check_fail "-force goes on" 2 "Command failed bad:2" svcplane -force -b bad
check_eq "behind it" "$(rules)" "1 2 3 5"
check_fail "a line that is wrong" 1 "Command failed typo:2" svcplane -b typo
check_fail "no such file" 1 "cannot open nosuch: No such file" svcplane -b nosuch
check_fail "a file that cannot be read" 1 "cannot read .: Is a directory" svcplane -b .
check "which is a line that failed" grep -Fqx "Command failed .:1" "$tap_dir/err"
check_fail "a NUL" 1 "Error: -:2: the line contains a NUL byte" \
	sh -c 'printf "chain\nrule add sp0 prio 9 drop\0 dport 80\n" | svcplane -b -'
check "is a line that failed, too" grep -Fqx "Command failed -:2" "$tap_dir/err"
check_fail "a command too" 1 "-batch takes no command" svcplane -b good show
check "standard input" sh -c 'echo "rule del sp0 prio 5" | svcplane -b -'
check_eq "an array a command" "$(printf 'chain\ngroup\n' | svcplane -j -b - | xargs)" "[] []"
check_fail "an open quote" 1 "a quote is not closed" sh -c 'echo "rule \"add" | svcplane -b -'

svcplane rule del sp0 prio 3 id 3 2> /dev/null
svcplane -b - <<-B
	rule del sp0 prio 1
B
while svcplane rule del sp0 prio 3 2> /dev/null; do :; done
before=$(rules)
generation=$(generation)
check_fail "a transaction with a line refused" 2 "Command failed bad:2" svcplane -atomic modify -b bad
check_eq "leaves nothing" "$(rules)" "$before"
check_fail "with a line that is wrong" 1 "Command failed typo:2" svcplane -atomic modify -b typo
check_eq "sends nothing" "$(generation)" "$generation"
check "one that is good" svcplane -atomic modify -b - <<-'B'
	rule add sp0 prio 10 drop
	rule add sp0 prio 11 drop
	group add sp0 lan members 10.0.0.0/8
B
check_eq "adds to what is there" "$(rules)" "$before 10 11"
check_fail "with a file that cannot be read" 1 "cannot read .: Is a directory" \
	svcplane -atomic replace -b .
check "replacement" svcplane -atomic replace -b good
check_eq "leaves nothing else" "$(rules) $(svcplane group show)" "1 2 "
# So many that they go in several messages
seq -f 'rule add sp0 prio %g drop' 1001 3000 > many
sed '1900s/drop/chain nosuch/' many > one_bad
sed '2000s/drop/chain nosuch/' many > last_bad
check_fail "one refused of 2,000" 2 "Command failed one_bad:1900" svcplane -atomic modify -b one_bad
check "is told as it is alone" grep -q 'chain.*nosuch' "$tap_dir/err"
check_fail "the last refused of 2,000" 2 "Command failed last_bad:2000" svcplane -atomic modify -b last_bad
check_eq "nothing of them is left" "$(rules)" "1 2"
# A long list among them, which fills a message by itself
sed -i "1000i group add sp0 long members $(seq -s, -f '10.1.%g.0/24' 0 255),$(seq -s, -f '2001:db8:%g::/48' 1000 2999)" many
check "2,000 that are good" svcplane -atomic modify -b many
check_eq "are all there" "$(rules | wc -w)" 2002
check_eq "the list, too" "$(svcplane -j group show sp0 | grep -oE '(10\.1|2001:db8)[^"]*' | wc -l)" 2256
check_eq "each of them is echoed if so asked" \
	"$(svcplane -echo -atomic replace -b good | grep -c '^sp0 prio . id')" 2
check_fail "of one plane" 1 'of one plane: "sp0" or "sp1"' svcplane -atomic modify -b - <<-'B'
	rule add sp0 prio 10 drop
	rule add sp1 prio 10 drop
B
check_fail "of policy only" 1 "only rules, groups, chains and paths" \
	svcplane -atomic modify -b - <<< "service add sp0 fw"
check_fail "without a batch" 1 "-atomic needs -batch" svcplane -atomic modify show
check_fail "emptying which plane?" 1 "which plane is to be emptied" \
	svcplane -atomic replace -b /dev/null
