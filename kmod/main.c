// SPDX-License-Identifier: GPL-2.0-only
/*
 * Order of life: what is below comes first and goes last. Devices are deleted
 * before the tables and notifiers they use are.
 */
#include <linux/module.h>
#include <linux/workqueue.h>

#include "attach.h"
#include "bridge.h"
#include "ctl.h"
#include "flow.h"
#include "gap.h"
#include "guest_dev.h"
#include "move.h"
#include "nl.h"
#include "oam.h"
#include "plane.h"
#include "port_dev.h"
#include "steer.h"
#include "svc_dev.h"
#include "uplink.h"
#include "verdict.h"

struct workqueue_struct *svp_wq;

/* Each step with what undoes it; -> init fails, the steps before are undone */
static const struct {
	int (*init)(void);
	void (*exit)(void);
} steps[] = {
	{ svp_flow_init, svp_flow_exit },
	{ svp_plane_init, svp_plane_exit },
	{ svp_steer_init, svp_steer_exit },
	{ svp_move_init, svp_move_exit },
	{ svp_verdict_far_init, svp_verdict_far_exit },
	{ svp_oam_init, svp_oam_exit },
	{ svp_gap_init, svp_gap_exit },
	{ svp_attach_init, svp_attach_exit },
	{ svp_bridge_init, svp_bridge_exit },
	{ svp_ctl_init, svp_ctl_exit },
	{ svp_uplink_init, svp_uplink_exit },
	{ svp_svc_dev_init, svp_svc_dev_exit },
	{ svp_guest_dev_init, svp_guest_dev_exit },
	{ svp_port_dev_init, svp_port_dev_exit },
	{ svp_nl_init, svp_nl_exit },
};

static void undo(int n)
{
	while (n--) {
		steps[n].exit();
		/* objects that a step let go hold memory of those below */
		rcu_barrier();
		flush_workqueue(svp_wq);
		rcu_barrier();
	}
	destroy_workqueue(svp_wq);
}

static int __init svcplane_init(void)
{
	int i, err;

	svp_wq = alloc_workqueue("svcplane", WQ_UNBOUND, 0);
	if (!svp_wq)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		err = steps[i].init();
		if (err) {
			undo(i);
			return err;
		}
	}
	return 0;
}

static void __exit svcplane_exit(void)
{
	undo(ARRAY_SIZE(steps));
}

module_init(svcplane_init);
module_exit(svcplane_exit);

MODULE_DESCRIPTION("Service insertion for hypervisor hosts");
MODULE_AUTHOR("The svcplane project");
MODULE_LICENSE("GPL");
MODULE_VERSION("0.1.0");
