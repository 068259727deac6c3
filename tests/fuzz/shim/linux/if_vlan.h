/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SVP_SHIM_LINUX_IF_VLAN_H
#define SVP_SHIM_LINUX_IF_VLAN_H

#include <linux/if_ether.h>
#include <linux/types.h>

#define VLAN_HLEN	4
#define VLAN_VID_MASK	0x0fff

static inline bool eth_type_vlan(__be16 ethertype)
{
	return ethertype == htons(ETH_P_8021Q) ||
	       ethertype == htons(ETH_P_8021AD);
}

#endif
