/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names of numbers, used for reading and for printing.
 */
#ifndef SVC_WORDS_H
#define SVC_WORDS_H

#include "grammar.h"

extern const struct word words_fail[], words_select[], words_service_flag[],
	words_mode[], words_macs[], words_context[], words_node_flag[],
	words_perm[], words_down[], words_action[], words_dir[], words_dirs[],
	words_flow_flag[], words_tcp[], words_verdict[], words_scope[],
	words_scope_bits[], words_verdict_flag[], words_kind[], words_ctl[],
	words_status[], words_proto[], words_ethertype[], words_family[],
	words_sft[], words_node_state[];

/* The name of @value, or NULL */
const char *words_name(const struct word *words, uint32_t value);

#endif
