// SPDX-License-Identifier: GPL-2.0-only
/*
 * The commands of all objects as one table.
 */
#include <linux/kernel.h>

#include "genl.h"
#include "nl.h"
#include "nl_control.h"
#include "txn.h"

static const struct svp_nl_ops *const objects[] = {
	&svp_nl_plane, &svp_nl_proxy, &svp_nl_service, &svp_nl_node,
	&svp_nl_chain, &svp_nl_path, &svp_nl_group, &svp_nl_rule,
	&svp_nl_flow, &svp_nl_verdict, &svp_nl_stats, &svp_nl_txn,
	&svp_nl_guestplane, &svp_nl_import, &svp_nl_host, &svp_nl_send,
	&svp_nl_echo,
};

static struct genl_ops ops[SVCPLANE_CMD_MAX] __ro_after_init;

static unsigned int collect(void)
{
	unsigned int i, j, n = 0;

	for (i = 0; i < ARRAY_SIZE(objects); i++)
		for (j = 0; j < objects[i]->n && n < ARRAY_SIZE(ops); j++)
			ops[n++] = objects[i]->ops[j];
	return n;
}

/**
 * svp_nl_init - open the family to users, and let events reach it
 *
 * Return: 0 or a negative errno.
 */
int svp_nl_init(void)
{
	int err;

	err = svp_txn_init();
	if (err)
		return err;
	err = svp_nl_echo_init();
	if (err)
		goto err_txn;
	err = svp_genl_init(ops, collect());
	if (err)
		goto err_echo;
	svp_nl_control_init();
	return 0;

err_echo:
	svp_nl_echo_exit();
err_txn:
	svp_txn_exit();
	return err;
}

/**
 * svp_nl_exit - undo svp_nl_init()
 */
void svp_nl_exit(void)
{
	svp_nl_control_exit();
	svp_genl_exit();
	svp_nl_echo_exit();
	svp_txn_exit();
}
