#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Lines and branches of the files given that suites and corpus reach.

: "${BUILD:=build}" "${TARGETS:?}" "${SUITES:?}"
set -e

objects=
rm -f "$BUILD"/*.profraw
for t in $TARGETS; do
	LLVM_PROFILE_FILE=$BUILD/fuzz_$t.profraw \
		"$BUILD/cov_$t" -runs=0 "corpus/$t" >/dev/null 2>&1
	objects="$objects -object $BUILD/cov_$t"
done
for s in $SUITES; do
	LLVM_PROFILE_FILE=$BUILD/suite_$s.profraw \
		"$BUILD/covtest_$s" >/dev/null 2>&1
	objects="$objects -object $BUILD/covtest_$s"
done
llvm-profdata merge -o "$BUILD/all.profdata" "$BUILD"/*.profraw
# shellcheck disable=SC2086 # a list
llvm-cov report -instr-profile="$BUILD/all.profdata" $objects "$@"
if [ -n "$SHOW" ]; then
	# shellcheck disable=SC2086 # a list
	llvm-cov show -instr-profile="$BUILD/all.profdata" $objects \
		-show-branches=count "$@"
fi
