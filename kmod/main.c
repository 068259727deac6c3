// SPDX-License-Identifier: GPL-2.0-only
/*
 * svcplane: module entry and exit.
 */
#include <linux/module.h>

static int __init svcplane_init(void)
{
	return 0;
}

static void __exit svcplane_exit(void)
{
}

module_init(svcplane_init);
module_exit(svcplane_exit);

MODULE_DESCRIPTION("Service chaining planes for guest traffic");
MODULE_LICENSE("GPL");
