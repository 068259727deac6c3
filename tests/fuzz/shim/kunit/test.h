/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of KUnit as the suites of pure code need to run in user space. One
 * suite a program.
 */
#ifndef SVP_SHIM_KUNIT_TEST_H
#define SVP_SHIM_KUNIT_TEST_H

#include <linux/types.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KUNIT_PARAM_DESC_SIZE	128
#define GFP_KERNEL		0
#define SHIM_ALLOCS		4096

struct kunit {
	const void *param_value;
	jmp_buf stop;
	int failed;
	void *mem[SHIM_ALLOCS];
	unsigned int n_mem;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
	const void *(*generate_params)(const void *prev, char *desc);
};

struct kunit_suite {
	char name[256];
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(fn)			{ .run_case = fn, .name = #fn }
#define KUNIT_CASE_PARAM(fn, gen)					\
	{ .run_case = fn, .name = #fn, .generate_params = gen }

#define KUNIT_ARRAY_PARAM(id, array, get_desc)				\
static const void *id##_gen_params(const void *prev, char *desc)	\
{									\
	__typeof__((array)[0]) *next = prev ?				\
		((__typeof__(next))prev) + 1 : (array);			\
									\
	if (next - (array) >= (long)(sizeof(array) / sizeof((array)[0])))	\
		return NULL;						\
	get_desc(next, desc);						\
	return next;							\
}

#define SHIM_CHECK(test, cond, stop_it, fmt, ...)			\
do {									\
	if (!(cond)) {							\
		printf("# %s:%d: not so: %s " fmt "\n", __FILE__,	\
		       __LINE__, #cond, ##__VA_ARGS__);			\
		(test)->failed = 1;					\
		if (stop_it)						\
			longjmp((test)->stop, 1);			\
	}								\
} while (0)

#define SHIM_CMP(test, a, op, b, stop_it, fmt, ...)			\
do {									\
	__typeof__(a) shim_a = (a);					\
	__typeof__(b) shim_b = (b);					\
									\
	if (!(shim_a op shim_b)) {					\
		printf("# %s:%d: not so: %s %s %s (%lld, %lld) " fmt	\
		       "\n", __FILE__, __LINE__, #a, #op, #b,		\
		       (long long)shim_a, (long long)shim_b,		\
		       ##__VA_ARGS__);					\
		(test)->failed = 1;					\
		if (stop_it)						\
			longjmp((test)->stop, 1);			\
	}								\
} while (0)

#define KUNIT_EXPECT_EQ(t, a, b)	SHIM_CMP(t, a, ==, b, 0, "")
#define KUNIT_EXPECT_NE(t, a, b)	SHIM_CMP(t, a, !=, b, 0, "")
#define KUNIT_EXPECT_LE(t, a, b)	SHIM_CMP(t, a, <=, b, 0, "")
#define KUNIT_EXPECT_GE(t, a, b)	SHIM_CMP(t, a, >=, b, 0, "")
#define KUNIT_EXPECT_GT(t, a, b)	SHIM_CMP(t, a, >, b, 0, "")
#define KUNIT_EXPECT_TRUE(t, c)		SHIM_CHECK(t, c, 0, "")
#define KUNIT_EXPECT_FALSE(t, c)	SHIM_CHECK(t, !(c), 0, "")
#define KUNIT_EXPECT_EQ_MSG(t, a, b, ...)	SHIM_CMP(t, a, ==, b, 0, __VA_ARGS__)
#define KUNIT_EXPECT_NE_MSG(t, a, b, ...)	SHIM_CMP(t, a, !=, b, 0, __VA_ARGS__)
#define KUNIT_EXPECT_TRUE_MSG(t, c, ...)	SHIM_CHECK(t, c, 0, __VA_ARGS__)
#define KUNIT_EXPECT_FALSE_MSG(t, c, ...)	SHIM_CHECK(t, !(c), 0, __VA_ARGS__)
#define KUNIT_ASSERT_EQ(t, a, b)	SHIM_CMP(t, a, ==, b, 1, "")
#define KUNIT_ASSERT_EQ_MSG(t, a, b, ...)	SHIM_CMP(t, a, ==, b, 1, __VA_ARGS__)
#define KUNIT_ASSERT_TRUE(t, c)		SHIM_CHECK(t, c, 1, "")
#define KUNIT_ASSERT_NOT_NULL(t, p)	SHIM_CHECK(t, p, 1, "")

#define strscpy(to, from, size)		snprintf(to, size, "%s", from)
#define ARRAY_SIZE(a)			(sizeof(a) / sizeof((a)[0]))

static inline void *kunit_kmalloc(struct kunit *test, size_t size, int gfp)
{
	void *p = test->n_mem < SHIM_ALLOCS ? malloc(size) : NULL;

	if (p)
		test->mem[test->n_mem++] = p;
	return p;
}

static inline void *kunit_kzalloc(struct kunit *test, size_t size, int gfp)
{
	void *p = kunit_kmalloc(test, size, gfp);

	return p ? memset(p, 0, size) : NULL;
}

#define kmalloc(size, gfp)	malloc(size)
#define kfree(p)		free(p)

static inline int shim_run_case(struct kunit *test, struct kunit_case *c)
{
	if (!setjmp(test->stop))
		c->run_case(test);
	while (test->n_mem)
		free(test->mem[--test->n_mem]);
	return test->failed;
}

static inline int shim_run_suite(struct kunit_suite *suite)
{
	char desc[KUNIT_PARAM_DESC_SIZE];
	static struct kunit test;
	struct kunit_case *c;
	int failed = 0, n = 0;

	for (c = suite->test_cases; c->run_case; c++) {
		test = (struct kunit) {};
		if (!c->generate_params) {
			test.failed = shim_run_case(&test, c);
		} else {
			while ((test.param_value =
				c->generate_params(test.param_value, desc))) {
				int before = test.failed;

				test.failed = 0;
				if (shim_run_case(&test, c))
					printf("# failed: %s\n", desc);
				test.failed |= before;
			}
		}
		printf("%s %d - %s\n", test.failed ? "not ok" : "ok", ++n,
		       c->name);
		failed += test.failed;
	}
	printf("1..%d\n", n);
	return failed ? 1 : 0;
}

#define kunit_test_suite(suite)		\
int main(void)				\
{					\
	return shim_run_suite(&(suite));	\
}

#endif
