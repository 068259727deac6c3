// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asked once for a flow, and again only when something its answer rests on has
 * changed.
 */
#include "decide.h"
#include "node.h"
#include "select.h"

static __be16 tuple_ethertype(const struct svp_tuple *tuple)
{
	switch (tuple->family) {
	case 4:
		return htons(ETH_P_IP);
	case 6:
		return htons(ETH_P_IPV6);
	default:
		return tuple->sport;
	}
}

static struct svp_rule *ask(const struct svp_policy *policy,
			    const struct svp_subject *subject)
{
	struct svp_query query = {
		.tuple = subject->tuple,
		.smac = subject->smac,
		.dmac = subject->dmac,
		.ethertype = tuple_ethertype(subject->tuple),
		.mark = subject->mark,
		.proxy = subject->port->proxy->id,
		.dir = subject->dir,
		.special = subject->special,
	};

	return svp_classify_lookup(policy->classifier, &query);
}

/*
 * The frame may be an answer: what a rule says of the question it answers
 * counts as well. Else a guest would open itself a bypass by sending first
 * from a service's port.
 */
static struct svp_rule *ask_reversed(const struct svp_policy *policy,
				     const struct svp_subject *subject)
{
	struct svp_subject reversed = *subject;
	struct svp_tuple tuple;

	svp_tuple_reverse(&tuple, subject->tuple);
	reversed.tuple = &tuple;
	reversed.smac = subject->dmac;
	reversed.dmac = subject->smac;
	reversed.dir = !subject->dir;
	return ask(policy, &reversed);
}

static bool before(const struct svp_rule *a, const struct svp_rule *b)
{
	return a->prio != b->prio ? a->prio < b->prio : a->id < b->id;
}

static struct svp_rule *find_rule(const struct svp_policy *policy,
				  const struct svp_subject *subject)
{
	struct svp_rule *rule = ask(policy, subject);
	struct svp_rule *other;

	if (subject->syn)
		return rule;
	other = ask_reversed(policy, subject);
	if (!rule || (other && before(other, rule)))
		return other;
	return rule;
}

/* The path a flow is pinned to, or the one that replaced it under its SPI */
static struct svp_path *keep_path(const struct svp_policy *policy,
				  const struct svp_chain *chain,
				  const struct svp_path *pinned)
{
	struct svp_path *path;

	if (!pinned)
		return NULL;
	path = svp_policy_path(policy, pinned->spi[SVP_OUT]);
	if (!path || path->chain != chain ||
	    path->spi[SVP_OUT] != pinned->spi[SVP_OUT] ||
	    path->n_hops != pinned->n_hops ||
	    memcmp(path->nodes, pinned->nodes,
		   path->n_hops * sizeof(path->nodes[0])))
		return NULL;
	return svp_path_usable(path) ? path : NULL;
}

static void decide_chain(struct svp_plane *plane,
			 const struct svp_policy *policy,
			 const struct svp_subject *subject,
			 const struct svp_path *pinned,
			 struct svp_decision *decision)
{
	struct svp_chain_set *set = svp_policy_chain(policy,
						     decision->rule->chain_id);
	struct svp_path *path = NULL;
	u8 why = SVP_DROP_CHAIN_FAILED;

	if (!READ_ONCE(plane->up))
		why = SVP_DROP_PLANE_GONE;
	else if (!READ_ONCE(subject->port->proxy->up))
		why = SVP_DROP_PROXY_DOWN;
	else
		path = keep_path(policy, set->chain, pinned) ?:
		       svp_select_hash(set->paths, set->n_weighted,
				       subject->tuple, &plane->seed);
	decision->path = path;
	decision->why = why;
	if (path)
		decision->act = SVP_FLOW_CHAIN;
	else if (svp_chain_fails_open(set->chain))
		decision->act = SVP_FLOW_BYPASS;
	else
		decision->act = SVP_FLOW_DROP;
}

/**
 * svp_decide - ask the policy about a flow
 * @plane: the plane
 * @subject: the flow
 * @pinned: path it has, or NULL
 * @decision: filled in
 *
 * Context: RCU, BH off.
 */
void svp_decide(struct svp_plane *plane, const struct svp_subject *subject,
		const struct svp_path *pinned, struct svp_decision *decision)
{
	const struct svp_policy *policy = rcu_dereference(plane->policy);

	decision->rule = find_rule(policy, subject);
	decision->path = NULL;
	decision->act = SVP_FLOW_BYPASS;
	decision->why = SVP_DROP_UNSPEC;
	if (!decision->rule)
		return;
	switch (decision->rule->action) {
	case SVP_ACT_DROP:
		decision->act = SVP_FLOW_DROP;
		decision->why = SVP_DROP_RULE;
		break;
	case SVP_ACT_CHAIN:
		decide_chain(plane, policy, subject, pinned, decision);
		break;
	}
}
