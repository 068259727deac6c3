// SPDX-License-Identifier: GPL-2.0-only
/*
 * Suite of ports of a plane: a device that no vehicle has. A station of a
 * wireless network sends with its own address only.
 */
#include <kunit/test.h>
#include <linux/etherdevice.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#include "bridge.h"

static int check_port(const struct net_device *dev,
		      struct netlink_ext_ack *extack)
{
	int err;

	rtnl_lock();
	err = svp_bridge_check(dev, extack);
	rtnl_unlock();
	return err;
}

static void station(struct kunit *test)
{
	struct net_device *dev = alloc_etherdev(0);
	struct netlink_ext_ack extack = {};

	KUNIT_ASSERT_NOT_NULL(test, dev);
	strscpy(dev->name, "wlan0", sizeof(dev->name));
	eth_hw_addr_random(dev);
	KUNIT_EXPECT_EQ(test, 0, check_port(dev, &extack));
	dev->priv_flags |= IFF_DONT_BRIDGE;
	KUNIT_EXPECT_EQ(test, -EOPNOTSUPP, check_port(dev, &extack));
	KUNIT_EXPECT_STREQ(test, extack._msg,
			   "wlan0 cannot send with foreign source addresses");
	free_netdev(dev);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(station),
	{}
};

static struct kunit_suite suite = {
	.name = "svcplane_bridge",
	.test_cases = cases,
};

kunit_test_suite(suite);
