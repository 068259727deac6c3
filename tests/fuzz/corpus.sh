#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Fuzzes from the committed corpus and the seeds, then keeps in corpus/ the
# smallest set of inputs that reaches all that was reached.

: "${BUILD:=build}" "${FUZZ_SECONDS:=60}" "${TARGETS:?}"
set -e

count=$(echo "$TARGETS" | wc -w)
for t in $TARGETS; do
	work=$BUILD/corpus_$t
	mkdir -p "$work" "corpus/$t" "$BUILD/merged_$t"
	python3 seeds.py "$t" "$work"
	"$BUILD/fuzz_$t" -max_total_time=$((FUZZ_SECONDS / count)) \
		-max_len=600 -artifact_prefix="$BUILD/" -print_final_stats=1 \
		"$work" "corpus/$t" >"$BUILD/corpus_$t.log" 2>&1
	rm -rf "$BUILD/merged_$t"
	mkdir "$BUILD/merged_$t"
	"$BUILD/fuzz_$t" -merge=1 -reduce_inputs=1 "$BUILD/merged_$t" \
		"$work" "corpus/$t" >>"$BUILD/corpus_$t.log" 2>&1
	rm -rf "corpus/$t"
	mv "$BUILD/merged_$t" "corpus/$t"
	echo "$t: $(find "corpus/$t" -type f | wc -l) inputs"
done
