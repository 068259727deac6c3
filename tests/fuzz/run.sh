#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Runs the suites and the fuzz targets and counts. The committed corpus is only
# read. What crashes a target stays in $BUILD/crash-*.

: "${CLANG:=clang}" "${BUILD:=build}" "${FUZZ_SECONDS:=60}"
: "${TARGETS:?}" "${SUITES:?}"

passed=0 failed=0 skipped=0

ok() { echo "ok - $1"; passed=$((passed + 1)); }
not_ok() { echo "not ok - $1"; failed=$((failed + 1)); }
skip() { echo "ok - $1 # SKIP $2"; skipped=$((skipped + 1)); }

# $1 name, $2... command; its output is shown when it fails
try()
{
	name=$1
	shift
	if "$@" >"$BUILD/$name.log" 2>&1; then
		ok "$name"
	else
		tail -n 40 "$BUILD/$name.log"
		not_ok "$name"
	fi
}

have_fuzzer()
{
	echo 'int LLVMFuzzerTestOneInput(const char *d, long n) { return !d && n; }' |
		"$CLANG" -x c -fsanitize=fuzzer,address,undefined - \
			-o "$BUILD/probe" >/dev/null 2>&1
}

mkdir -p "$BUILD"
if ! have_fuzzer; then
	for t in $SUITES $TARGETS; do
		skip "$t" "$CLANG has no libFuzzer or sanitizers"
	done
	echo "$passed passed, $failed failed, $skipped skipped"
	exit 0
fi

if ! ${MAKE:-make} -s -j2 all BUILD="$BUILD" CLANG="$CLANG"; then
	not_ok build
	echo "$passed passed, $failed failed, $skipped skipped"
	exit 1
fi

for s in $SUITES; do
	try "suite_$s" "$BUILD/${s}_test"
done

count=$(echo "$TARGETS" | wc -w)
share=$((FUZZ_SECONDS / count))
for t in $TARGETS; do
	try "corpus_$t" "$BUILD/fuzz_$t" -runs=0 -artifact_prefix="$BUILD/" \
		"corpus/$t"
	[ "$share" -gt 0 ] || continue
	mkdir -p "$BUILD/corpus_$t"
	try "fuzz_$t" "$BUILD/fuzz_$t" -max_total_time="$share" -timeout=10 \
		-max_len=600 -artifact_prefix="$BUILD/" \
		"$BUILD/corpus_$t" "corpus/$t"
done

echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
