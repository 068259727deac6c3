// SPDX-License-Identifier: GPL-2.0-only
/*
 * What makes a module of the suites; they run as soon as it is loaded.
 */
#include <linux/module.h>

MODULE_DESCRIPTION("Tests of svcplane");
MODULE_LICENSE("GPL");
