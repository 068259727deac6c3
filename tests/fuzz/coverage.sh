#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Lines and branches of the module's files that suites and corpus reach; with
# SHOW=1 also where.

: "${BUILD:=build}" "${TARGETS:?}" "${SUITES:?}"
set -e

objects=
rm -f "$BUILD"/*.profraw
for t in $TARGETS; do
	LLVM_PROFILE_FILE=$BUILD/fuzz_$t.profraw \
		"$BUILD/cov_$t" -runs=0 "corpus/$t" >/dev/null 2>&1
	objects="$objects $BUILD/cov_$t"
done
for s in $SUITES; do
	LLVM_PROFILE_FILE=$BUILD/suite_$s.profraw \
		"$BUILD/covtest_$s" >/dev/null 2>&1
	objects="$objects $BUILD/covtest_$s"
done
objects=$(echo "$objects" | sed 's/^ //; s/ / -object /g')
llvm-profdata merge -o "$BUILD/all.profdata" "$BUILD"/*.profraw
# shellcheck disable=SC2086 # a list
llvm-cov report -instr-profile="$BUILD/all.profdata" $objects \
	-ignore-filename-regex='_test[.]c|fuzz_|shim/|frame[.]h'
if [ -n "$SHOW" ]; then
	# shellcheck disable=SC2086 # a list
	llvm-cov show -instr-profile="$BUILD/all.profdata" $objects \
		-show-branches=count -ignore-filename-regex='_test[.]c|fuzz_|shim/|frame[.]h'
fi
