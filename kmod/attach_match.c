// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taps by pattern: bound when they appear or change. One that cannot be bound is
 * shut while its port proxy is fail closed: at once, or when a policy makes it so.
 */
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "attach.h"
#include "extack.h"
#include "plane.h"
#include "policy.h"

static bool fail_closed(const struct svp_proxy *proxy)
{
	bool closed;

	rcu_read_lock();
	closed = svp_policy_fail_closed(rcu_dereference(proxy->plane->policy),
					proxy->id);
	rcu_read_unlock();
	return closed;
}

static bool pattern_takes_alias(const char *pattern,
				const struct net_device *dev)
{
	const struct dev_ifalias *alias;
	bool takes;

	rcu_read_lock();
	alias = rcu_dereference(dev->ifalias);
	takes = alias && svp_pattern_matches(pattern, alias->ifalias);
	rcu_read_unlock();
	return takes;
}

/* By name or ifalias; or the altname itself */
static bool pattern_takes(const char *pattern, struct net_device *dev)
{
	if (svp_pattern_matches(pattern, dev->name) ||
	    pattern_takes_alias(pattern, dev))
		return true;
	return __dev_get_by_name(dev_net(dev), pattern) == dev;
}

static bool proxy_wants(const struct svp_proxy *proxy, struct net_device *dev)
{
	u8 i;

	for (i = 0; i < proxy->n_patterns; i++)
		if (pattern_takes(proxy->pattern[i], dev))
			return true;
	return false;
}

static bool unwanted(const struct svp_proxy *proxy, struct net_device *dev)
{
	return !proxy_wants(proxy, dev);
}

static bool harmless(const struct svp_proxy *proxy, struct net_device *dev)
{
	return !fail_closed(proxy);
}

static struct svp_proxy *waiting_proxy(struct net_device *dev)
{
	struct svp_proxy *proxy;

	list_for_each_entry(proxy, &svp_net(dev_net(dev))->proxies, all)
		if (proxy->plane && proxy_wants(proxy, dev))
			return proxy;
	return NULL;
}

static int bind_or_shut(struct svp_proxy *proxy, struct net_device *dev,
			bool closed, struct netlink_ext_ack *extack)
{
	if (!svp_attach_guest(proxy, dev, NULL))
		return 0;
	svp_attach_event(proxy, dev, "refused",
			 "a pattern matches, but the device cannot be bound");
	return closed ? svp_attach_guard(proxy, dev, extack) : 0;
}

/**
 * svp_attach_guest_appeared - bind a device that a proxy waits for
 * @dev: device that has appeared or changed
 *
 * Context: RTNL.
 */
void svp_attach_guest_appeared(struct net_device *dev)
{
	struct svp_proxy *proxy = waiting_proxy(dev);

	if (proxy && !svp_attach_port_of(dev))
		bind_or_shut(proxy, dev, fail_closed(proxy), NULL);
}

static int shut_proxy(struct svp_proxy *proxy, struct netlink_ext_ack *extack)
{
	struct net_device *dev, *next;
	int err;

	for_each_netdev_safe(proxy->plane->net, dev, next) {
		if (!proxy_wants(proxy, dev) || waiting_proxy(dev) != proxy ||
		    svp_attach_port_of(dev) || !svp_attach_could_be_guest(dev))
			continue;
		err = bind_or_shut(proxy, dev, true, extack);
		if (err)
			return err;
	}
	return 0;
}

/**
 * svp_attach_shut - a policy is about to make proxies fail closed
 * @plane: the plane, whose policy is still the one before
 * @policy: sealed; the next one
 * @extack: told which tap can be neither bound nor shut
 *
 * Taps that could not be bound and have passed raw until now are shut before the
 * policy is in force. svp_attach_lift() has to follow.
 *
 * Context: RTNL.
 * Return: 0, or a negative errno: the policy must not be published.
 */
int svp_attach_shut(struct svp_plane *plane, const struct svp_policy *policy,
		    struct netlink_ext_ack *extack)
{
	struct svp_proxy *proxy;
	int err = 0;

	ASSERT_RTNL();
	list_for_each_entry(proxy, &plane->proxies, list) {
		if (!svp_policy_fail_closed(policy, proxy->id) ||
		    fail_closed(proxy))
			continue;
		err = shut_proxy(proxy, extack);
		if (err)
			break;
	}
	return err;
}

/**
 * svp_attach_lift - open the taps whose proxies are fail closed no longer
 * @plane: the plane, with the policy in force
 *
 * Context: RTNL.
 */
void svp_attach_lift(struct svp_plane *plane)
{
	struct svp_proxy *proxy;

	ASSERT_RTNL();
	list_for_each_entry(proxy, &plane->proxies, list)
		svp_attach_unguard_if(proxy, harmless);
}

/**
 * svp_attach_match - bind what matches, now and when it appears
 * @proxy: proxy with a plane
 * @pattern: of names, ifaliases; or an altname
 * @extack: texts
 *
 * Context: RTNL.
 * Return: 0, -EEXIST or -ENOSPC. A device that matches and cannot be bound is no
 * error: see svp_attach_guest_appeared().
 */
int svp_attach_match(struct svp_proxy *proxy, const char *pattern,
		     struct netlink_ext_ack *extack)
{
	struct net_device *dev, *next;
	u8 i;

	ASSERT_RTNL();
	for (i = 0; i < proxy->n_patterns; i++) {
		if (strcmp(proxy->pattern[i], pattern))
			continue;
		svp_err(extack, "port proxy %s has pattern '%s' already",
			proxy->name, pattern);
		return -EEXIST;
	}
	if (proxy->n_patterns == SVP_PROXY_PATTERNS) {
		svp_err(extack, "a port proxy holds at most %u patterns",
			SVP_PROXY_PATTERNS);
		return -ENOSPC;
	}
	strscpy(proxy->pattern[proxy->n_patterns++], pattern, SVP_PATTERN_MAX);
	for_each_netdev_safe(proxy->plane->net, dev, next)
		if (pattern_takes(pattern, dev))
			svp_attach_guest_appeared(dev);
	return 0;
}

/**
 * svp_attach_unmatch - wait for a pattern no longer
 * @proxy: proxy
 * @pattern: one of its patterns
 * @extack: texts
 *
 * Context: RTNL.
 * Return: 0 or -ENOENT.
 */
int svp_attach_unmatch(struct svp_proxy *proxy, const char *pattern,
		       struct netlink_ext_ack *extack)
{
	u8 i;

	ASSERT_RTNL();
	for (i = 0; i < proxy->n_patterns; i++)
		if (!strcmp(proxy->pattern[i], pattern))
			break;
	if (i == proxy->n_patterns) {
		svp_err(extack, "port proxy %s has no pattern '%s'", proxy->name,
			pattern);
		return -ENOENT;
	}
	proxy->n_patterns--;
	memmove(proxy->pattern[i], proxy->pattern[i + 1],
		(proxy->n_patterns - i) * SVP_PATTERN_MAX);
	svp_attach_unguard_if(proxy, unwanted);
	return 0;
}
