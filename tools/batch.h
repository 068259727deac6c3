/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands from a file, one a line.
 */
#ifndef SVC_BATCH_H
#define SVC_BATCH_H

#include "session.h"

#define WORDS_MAX	256

/*
 * Cuts @line (written to) into words: blanks part them, '...' and "..." keep
 * blanks, # begins a comment, \ takes the next character as it is. Returns
 * their number, or -1 with a text in @err.
 */
int batch_words(char *line, char **words, int max, struct err *err);

/*
 * Runs the file of the options; the exit code is that of the first line that
 * failed.
 */
int batch_run(struct session *s);

#endif
