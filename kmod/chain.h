/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Services and chains: what a flow needs done to it, without saying by whom.
 */
#ifndef SVP_CHAIN_H
#define SVP_CHAIN_H

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/rcupdate.h>

#include "svcplane.h"

enum svp_fail { SVP_FAIL_CLOSED, SVP_FAIL_OPEN };
enum svp_select { SVP_SELECT_HASH };

#define SVP_SERVICE_REWRITES	BIT(0)	/* changes addresses or ports; never skipped */
#define SVP_SERVICE_ORIGINATES	BIT(1)	/* may send frames as an endpoint of a flow */

/**
 * struct svp_service - a named function
 * @list: in svp_plane.services, under svp_plane.lock
 * @name: unique in the plane
 * @seq: grows with each new one, for dumps
 * @type: service function type of RFC 9015 section 10.5
 * @flags: SVP_SERVICE_*
 * @users: nodes, and chains in force, that name it; under svp_plane.lock
 * @ref: references
 * @rcu: for freeing
 */
struct svp_service {
	struct list_head list;
	char name[SVP_NAME_MAX];
	u32 seq;
	u16 type;
	u32 flags;
	unsigned int users;
	refcount_t ref;
	struct rcu_head rcu;
};

struct svp_service *svp_service_alloc(const char *name, u16 type, u32 flags);
void svp_service_hold(struct svp_service *service);
void svp_service_put(struct svp_service *service);

/**
 * struct svp_chain - ordered list of services with its policies; immutable
 * @name: unique in the plane
 * @id: chain id on the wire
 * @gen: changes whenever services or their order do; a verdict is bound to it
 * @fail: what happens to a flow when no path is usable
 * @select: how a path is chosen
 * @n_services: entries of @services
 * @services: in order of the forward direction, references held
 * @rewrites: a service of the chain is marked so: never failed open
 * @ref: references
 * @rcu: for freeing
 */
struct svp_chain {
	char name[SVP_NAME_MAX];
	u16 id;
	u32 gen;
	u8 fail;
	u8 select;
	u8 n_services;
	struct svp_service *services[SVP_HOPS_MAX];
	bool rewrites;
	refcount_t ref;
	struct rcu_head rcu;
};

/* What a service rewrites, nobody else can stand in for: never open */
static inline bool svp_chain_fails_open(const struct svp_chain *chain)
{
	return chain->fail == SVP_FAIL_OPEN && !chain->rewrites;
}

struct svp_chain *svp_chain_alloc(const struct svp_chain *conf);
struct svp_chain *svp_chain_hold(struct svp_chain *chain);
void svp_chain_put(struct svp_chain *chain);
bool svp_chain_same_services(const struct svp_chain *a,
			     const struct svp_chain *b);

#endif
