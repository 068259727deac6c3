/* SPDX-License-Identifier: GPL-2.0-only */
/* Command line of ids-node. */
#ifndef IDS_OPTS_H
#define IDS_OPTS_H

#include "ids-flow.h"

struct ids_opts {
	const char *dev;
	const char *count_file;
	struct ids_pattern patterns[IDS_PATTERNS];
	unsigned int n_patterns;
	uint64_t skip_after;		/* bytes, 0: never */
	uint32_t lifetime;		/* ms, 0: the flow's */
	uint32_t flows;
	uint32_t re_path;		/* SPI for -p instead of drop */
	uint16_t md_class;
	uint8_t scope;
	bool reject;
	bool md_only;			/* verdicts never ride in data frames */
	bool give_back;			/* frames of a dropped flow too */
	bool no_verdict;
	bool verbose;
};

/* Exits with 0 for --help and with 2 when the command line is wrong. */
void ids_opts_parse(struct ids_opts *o, int argc, char **argv);

#endif /* IDS_OPTS_H */
