/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SVC_MANUAL_H
#define SVC_MANUAL_H

#include <stdio.h>

/* Commands, parameters and options in the language of man(7) */
void manual_print(FILE *f);

#endif
