// SPDX-License-Identifier: GPL-2.0-only
/*
 * Services and chains.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "chain.h"

/**
 * svp_service_alloc - make a service
 * @name: its name; longer ones are the caller's to refuse
 * @type: service function type of RFC 9015 section 10.5
 * @flags: SVP_SERVICE_*
 *
 * Context: process.
 * Return: the service with one reference, or NULL.
 */
struct svp_service *svp_service_alloc(const char *name, u16 type, u32 flags)
{
	struct svp_service *service;

	service = kzalloc(sizeof(*service), GFP_KERNEL_ACCOUNT);
	if (!service)
		return NULL;
	INIT_LIST_HEAD(&service->list);
	strscpy(service->name, name, sizeof(service->name));
	service->type = type;
	service->flags = flags;
	refcount_set(&service->ref, 1);
	return service;
}

/**
 * svp_service_hold - take one more reference
 * @service: one that is held already
 */
void svp_service_hold(struct svp_service *service)
{
	refcount_inc(&service->ref);
}

/**
 * svp_service_put - give a reference back
 * @service: freed with the last one, after a grace period; may be NULL
 *
 * Context: any.
 */
void svp_service_put(struct svp_service *service)
{
	if (service && refcount_dec_and_test(&service->ref))
		kfree_rcu(service, rcu);
}

/**
 * svp_chain_alloc - make a chain
 * @conf: what it is to be; @ref, @rcu and @rewrites are not read. It takes
 *	references of its own on the services
 *
 * Context: process; the caller holds references on the services of @conf.
 * Return: the chain with one reference, or NULL when there is no memory or
 * @conf names more services than a path has hops.
 */
struct svp_chain *svp_chain_alloc(const struct svp_chain *conf)
{
	struct svp_chain *chain;
	unsigned int i;

	if (WARN_ON_ONCE(conf->n_services > SVP_HOPS_MAX))
		return NULL;
	chain = kmemdup(conf, sizeof(*conf), GFP_KERNEL_ACCOUNT);
	if (!chain)
		return NULL;

	chain->rewrites = false;
	for (i = 0; i < chain->n_services; i++) {
		svp_service_hold(chain->services[i]);
		if (chain->services[i]->flags & SVP_SERVICE_REWRITES)
			chain->rewrites = true;
	}
	refcount_set(&chain->ref, 1);
	return chain;
}

/**
 * svp_chain_hold - take one more reference
 * @chain: one that is held already
 *
 * Return: @chain.
 */
struct svp_chain *svp_chain_hold(struct svp_chain *chain)
{
	refcount_inc(&chain->ref);
	return chain;
}

/* Readers may still look at the services until the grace period is over */
static void chain_free_rcu(struct rcu_head *rcu)
{
	struct svp_chain *chain = container_of(rcu, struct svp_chain, rcu);
	unsigned int i;

	for (i = 0; i < chain->n_services; i++)
		svp_service_put(chain->services[i]);
	kfree(chain);
}

/**
 * svp_chain_put - give a reference back
 * @chain: freed with the last one, after a grace period; may be NULL
 *
 * Context: any. The module waits with rcu_barrier() before it goes.
 */
void svp_chain_put(struct svp_chain *chain)
{
	if (chain && refcount_dec_and_test(&chain->ref))
		call_rcu(&chain->rcu, chain_free_rcu);
}

/**
 * svp_chain_same_services - whether two chains ask for the same
 * @a: one
 * @b: the other
 *
 * Return: true for the same services in the same order.
 */
bool svp_chain_same_services(const struct svp_chain *a,
			     const struct svp_chain *b)
{
	unsigned int i;

	if (a->n_services != b->n_services)
		return false;
	for (i = 0; i < a->n_services; i++)
		if (a->services[i] != b->services[i])
			return false;
	return true;
}
