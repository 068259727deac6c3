// SPDX-License-Identifier: GPL-2.0-only
/*
 * Service planes as objects. A plane's policy outlives its device until the
 * last proxy is deleted: what was fail closed stays so.
 */
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/netns/generic.h>
#include <uapi/linux/svcplane_wire.h>

#include "event.h"
#include "far.h"
#include "node.h"
#include "plane.h"
#include "port.h"
#include "treat.h"

/* Events of rejected control messages: a second, and at once */
#define REPORT_RATE	100
#define REPORT_BURST	200

static unsigned int net_id __read_mostly;

/**
 * svp_net - what the module keeps of a namespace
 * @net: the namespace
 */
struct svp_net *svp_net(const struct net *net)
{
	return net_generic(net, net_id);
}

/* A plane without device may have outlived its namespace: it tells nothing */
static void flow_gone(struct svp_flow *flow, void *ctx)
{
	struct svp_plane *plane = ctx;

	if (svp_flow_is_far(flow)) {
		svp_far_flow_gone(plane->far, flow);
		return;
	}
	if (rcu_access_pointer(plane->dev))
		svp_event_raise(plane->net, &(struct svp_event){
			.kind = SVP_EV_FLOW,
			.what = "gone",
			.plane = plane,
			.flow = flow,
		});
	svp_port_uncharge(flow->port, 1 + svp_treat_cost(flow));
}

static bool key_charge(struct svp_flow *flow, void *ctx)
{
	struct svp_plane *plane = ctx;

	return svp_flow_is_far(flow) ?
		svp_far_charge(plane->far, svp_far_of(flow->port)) :
		svp_port_charge(flow->port);
}

static void key_uncharge(struct svp_flow *flow, void *ctx)
{
	struct svp_plane *plane = ctx;

	if (svp_flow_is_far(flow))
		svp_far_uncharge(plane->far, svp_far_of(flow->port));
	else
		svp_port_uncharge(flow->port, 1);
}

static const struct svp_flow_ops flow_ops = {
	.gone = flow_gone,
	.charge = key_charge,
	.uncharge = key_uncharge,
	.free_verdicts = svp_treat_free,
};

static void plane_free(struct svp_plane *plane)
{
	if (plane->flows)
		svp_flow_table_destroy(plane->flows);
	svp_far_table_destroy(plane->far);
	if (plane->frags)
		svp_frag_table_destroy(plane->frags);
	svp_policy_free(rcu_dereference_protected(plane->policy, true));
	svp_hosts_destroy(&plane->hosts);
	free_percpu(plane->drops);
	svp_imports_destroy(&plane->imports);
	xa_destroy(&plane->nodes);
	xa_destroy(&plane->ports);
	xa_destroy(&plane->taps);
	mutex_destroy(&plane->lock);
	kfree(plane);
}

static int plane_alloc_tables(struct svp_plane *plane)
{
	struct svp_policy *policy = svp_policy_new();

	if (!policy)
		return -ENOMEM;
	rcu_assign_pointer(plane->policy, policy);
	if (svp_policy_seal(policy, policy, NULL))
		return -ENOMEM;
	plane->drops = svp_drops_alloc();
	plane->flows = svp_flow_table_new(SVP_FLOWS_DEFAULT, &flow_ops, plane);
	if (IS_ERR_OR_NULL(plane->flows))
		plane->flows = NULL;
	plane->frags = svp_frag_table_new(SVP_FRAGS_DEFAULT,
					  SVP_PORT_FRAGS_DEFAULT);
	if (IS_ERR_OR_NULL(plane->frags))
		plane->frags = NULL;
	plane->far = svp_far_table_new(plane);
	return plane->drops && plane->flows && plane->frags && plane->far ?
		0 : -ENOMEM;
}

/**
 * svp_plane_create - make the object behind a new device of kind svcplane
 * @net: namespace of the device
 * @dev: the device, about to be registered; svp_plane_dev_gone() undoes it
 *
 * Context: RTNL.
 * Return: the plane with one reference, which the device owns, or an ERR_PTR.
 */
struct svp_plane *svp_plane_create(struct net *net, struct net_device *dev)
{
	struct svp_plane *plane;

	plane = kzalloc(sizeof(*plane), GFP_KERNEL);
	if (!plane)
		return ERR_PTR(-ENOMEM);
	plane->net = net;
	plane->gen = 1;
	plane->host_id = 1;
	plane->md_class = SVCPLANE_MD_CLASS;
	strscpy(plane->name, dev->name, sizeof(plane->name));
	mutex_init(&plane->lock);
	svp_imports_init(&plane->imports);
	INIT_LIST_HEAD(&plane->services);
	INIT_LIST_HEAD(&plane->proxies);
	xa_init(&plane->nodes);
	xa_init_flags(&plane->ports, XA_FLAGS_ALLOC1);
	xa_init(&plane->taps);
	svp_hosts_init(&plane->hosts);
	get_random_bytes(&plane->seed, sizeof(plane->seed));
	svp_bucket_init(&plane->answers, SVP_ANSWER_RATE, SVP_ANSWER_BURST);
	refcount_set(&plane->ref, 1);
	if (plane_alloc_tables(plane)) {
		plane_free(plane);
		return ERR_PTR(-ENOMEM);
	}
	rcu_assign_pointer(plane->dev, dev);
	list_add_tail_rcu(&plane->list, &svp_net(net)->planes);
	return plane;
}

static void drop_policy(struct svp_plane *plane)
{
	struct svp_policy *old = rcu_dereference_protected(plane->policy,
							   lockdep_is_held(&plane->lock));
	struct svp_policy *empty = svp_policy_new();

	if (!empty || svp_policy_seal(empty, old, NULL)) {
		/* nobody is left to pass through it: emptied after its readers */
		svp_policy_free(empty);
		synchronize_rcu();
		svp_policy_clear(old);
		return;
	}
	svp_plane_commit(plane, empty);
}

/*
 * Nodes hold the plane, paths hold nodes, flows hold paths: let go of all.
 */
static void plane_dissolve(struct svp_plane *plane)
{
	struct svp_service *service, *next;
	struct svp_node *node;
	unsigned long i;

	mutex_lock(&plane->lock);
	drop_policy(plane);
	svp_flow_flush(plane->flows, NULL, NULL);
	xa_for_each(&plane->nodes, i, node) {
		xa_erase(&plane->nodes, i);
		svp_node_set_down(node, SVP_NODE_DOWN_GONE, true);
		svp_node_put(node);
	}
	list_for_each_entry_safe(service, next, &plane->services, list) {
		list_del(&service->list);
		svp_service_put(service);
	}
	mutex_unlock(&plane->lock);
}

static bool plane_abandoned(const struct svp_plane *plane)
{
	return !rcu_access_pointer(plane->dev) && list_empty(&plane->proxies);
}

/**
 * svp_plane_dev_gone - the device of a plane is deleted
 * @plane: its plane, whose nodes have been detached; gives the device's
 *	reference back
 *
 * With proxies left the policy stays, and every chain fails. Nothing can be
 * added any more: svp_plane_get() does not find it. Its hosts are struck.
 *
 * Context: RTNL.
 */
void svp_plane_dev_gone(struct svp_plane *plane)
{
	ASSERT_RTNL();
	WRITE_ONCE(plane->up, false);
	RCU_INIT_POINTER(plane->dev, NULL);
	svp_plane_bump(plane);
	list_del_rcu(&plane->list);
	mutex_lock(&plane->lock);
	svp_hosts_clear(plane);
	mutex_unlock(&plane->lock);
	if (plane_abandoned(plane))
		plane_dissolve(plane);
	svp_plane_put(plane);
}

/**
 * svp_plane_add_proxy - a port proxy joins
 * @plane: the plane
 * @proxy: proxy without a plane; gets a reference
 *
 * Context: RTNL.
 */
void svp_plane_add_proxy(struct svp_plane *plane, struct svp_proxy *proxy)
{
	ASSERT_RTNL();
	proxy->plane = svp_plane_hold(plane);
	list_add_tail(&proxy->list, &plane->proxies);
}

/**
 * svp_plane_del_proxy - a port proxy leaves; its guests have been unbound
 * @proxy: proxy with a plane
 *
 * Context: RTNL.
 */
void svp_plane_del_proxy(struct svp_proxy *proxy)
{
	struct svp_plane *plane = proxy->plane;

	ASSERT_RTNL();
	list_del_init(&proxy->list);
	proxy->plane = NULL;
	if (plane_abandoned(plane))
		plane_dissolve(plane);
	svp_plane_put(plane);
}

/**
 * svp_plane_hold - take a reference
 * @plane: a plane the caller can see
 * Return: @plane.
 */
struct svp_plane *svp_plane_hold(struct svp_plane *plane)
{
	refcount_inc(&plane->ref);
	return plane;
}

static void plane_free_work(struct work_struct *work)
{
	plane_free(container_of(to_rcu_work(work), struct svp_plane, rwork));
}

/**
 * svp_plane_put - give a reference back; the last frees through RCU
 * @plane: the plane, or NULL
 *
 * Context: any.
 */
void svp_plane_put(struct svp_plane *plane)
{
	if (!plane || !refcount_dec_and_test(&plane->ref))
		return;
	INIT_RCU_WORK(&plane->rwork, plane_free_work);
	queue_rcu_work(svp_wq, &plane->rwork);
}

/**
 * svp_plane_get - find a plane by the name of its device
 * @net: namespace
 * @name: name
 *
 * Context: any. A plane whose device is gone has no name any more.
 * Return: the plane with a reference for the caller, or NULL.
 */
struct svp_plane *svp_plane_get(struct net *net, const char *name)
{
	struct svp_plane *plane, *found = NULL;
	struct net_device *dev;

	rcu_read_lock();
	list_for_each_entry_rcu(plane, &svp_net(net)->planes, list) {
		dev = rcu_dereference(plane->dev);
		if (!dev || strcmp(dev->name, name))
			continue;
		if (refcount_inc_not_zero(&plane->ref))
			found = plane;
		break;
	}
	rcu_read_unlock();
	return found;
}

/**
 * svp_plane_bump - make every flow of a plane ask again for its treatment
 * @plane: the plane
 *
 * Context: any.
 */
void svp_plane_bump(struct svp_plane *plane)
{
	/* the new state is visible to whoever sees the new number */
	smp_store_release(&plane->gen, READ_ONCE(plane->gen) + 1);
}

/**
 * svp_plane_commit - publish a policy
 * @plane: the plane
 * @policy: sealed; owned by the plane from here on
 *
 * One pointer: a packet sees the old policy or the new one, whole.
 *
 * Context: process, under svp_plane.lock.
 */
void svp_plane_commit(struct svp_plane *plane, struct svp_policy *policy)
{
	struct svp_policy *old;

	old = rcu_replace_pointer(plane->policy, policy,
				  lockdep_is_held(&plane->lock));
	svp_plane_bump(plane);
	svp_policy_free_rcu(old);
}

/**
 * svp_plane_service - service of a name
 * @plane: the plane
 * @name: its name
 *
 * Context: svp_plane.lock. No reference is taken.
 */
struct svp_service *svp_plane_service(struct svp_plane *plane,
				      const char *name)
{
	struct svp_service *service;

	lockdep_assert_held(&plane->lock);
	list_for_each_entry(service, &plane->services, list)
		if (!strcmp(service->name, name))
			return service;
	return NULL;
}

/**
 * svp_plane_node - node of a number
 * @plane: the plane
 * @id: node id
 *
 * Context: RCU, RTNL or svp_plane.lock. No reference is taken.
 */
struct svp_node *svp_plane_node(struct svp_plane *plane, u16 id)
{
	return xa_load(&plane->nodes, id);
}

/**
 * svp_plane_node_by_name - node of a name
 * @plane: the plane
 * @name: its name
 *
 * Context: RCU, RTNL or svp_plane.lock. No reference is taken.
 */
struct svp_node *svp_plane_node_by_name(struct svp_plane *plane,
					const char *name)
{
	struct svp_node *node;
	unsigned long i;

	xa_for_each(&plane->nodes, i, node)
		if (!strcmp(node->conf.name, name))
			return node;
	return NULL;
}

/**
 * svp_plane_port - guest port of a number
 * @plane: the plane
 * @id: port id
 *
 * Context: RCU; RTNL for a guest of this host. No reference is taken.
 */
struct svp_port *svp_plane_port(struct svp_plane *plane, u16 id)
{
	return id > SVP_GUEST_ID_MAX ? svp_far_port(plane->far, id) :
				       xa_load(&plane->ports, id);
}

/**
 * svp_plane_port_next - walk over guest ports in order of their numbers
 * @plane: the plane
 * @after: number of the last one, 0 for the first
 *
 * Those of this host first, then those of others.
 *
 * Context: RCU. No reference is taken.
 * Return: the next port, or NULL.
 */
struct svp_port *svp_plane_port_next(struct svp_plane *plane, u16 after)
{
	unsigned long id = after;
	struct svp_port *port = NULL;

	if (after < SVP_GUEST_ID_MAX)
		port = xa_find_after(&plane->ports, &id, SVP_GUEST_ID_MAX,
				     XA_PRESENT);
	return port ?: svp_far_next(plane->far, after);
}

/**
 * svp_plane_port_by_mac - guest ports of an address
 * @plane: the plane
 * @mac: address of a guest
 * @after: the last one that was returned, or NULL for the first
 *
 * There may be several: a guest can send from the address of another. Looks
 * through all ports: only nodes with `macs keep` or `context zero` ask.
 *
 * Context: RCU. No reference is taken.
 * Return: the next port, or NULL.
 */
struct svp_port *svp_plane_port_by_mac(struct svp_plane *plane, const u8 *mac,
				       const struct svp_port *after)
{
	struct svp_port *port = svp_plane_port_next(plane, after ? after->id : 0);

	while (port && !svp_port_has_mac(port, mac))
		port = svp_plane_port_next(plane, port->id);
	return port;
}

static int __net_init net_init(struct net *net)
{
	struct svp_net *sn = svp_net(net);

	sn->net = net;
	INIT_LIST_HEAD(&sn->planes);
	INIT_LIST_HEAD(&sn->proxies);
	svp_bucket_init(&sn->reports, REPORT_RATE, REPORT_BURST);
	return 0;
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.id = &net_id,
	.size = sizeof(struct svp_net),
};

/**
 * svp_plane_init - register what is kept of each namespace
 * Return: 0 or a negative errno.
 */
int svp_plane_init(void)
{
	return register_pernet_subsys(&net_ops);
}

/**
 * svp_plane_exit - undo svp_plane_init(); no device is left by then
 */
void svp_plane_exit(void)
{
	unregister_pernet_subsys(&net_ops);
}
