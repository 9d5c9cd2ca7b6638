/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#include <ttmsim/mm.h>

#include "support/ttm_fixture.h"

static struct ttm_fixture fx;

static int setup(void **state)
{
	(void)state;
	ttm_fixture_open(&fx, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	ttm_fixture_close(&fx);
	return 0;
}

static int open_result, nr_open, nr_freed;

static int count_open(struct drm_gem_object *obj, struct drm_file *file)
{
	(void)obj, (void)file;
	nr_open += !open_result;
	return open_result;
}

static void count_close(struct drm_gem_object *obj, struct drm_file *file)
{
	(void)obj, (void)file;
	nr_open--;
}

static void count_free(struct drm_gem_object *obj)
{
	drm_gem_object_release(obj);
	nr_freed++;
}

static const struct drm_gem_object_funcs funcs = {
	.free = count_free, .open = count_open, .close = count_close,
};

static void begin(struct drm_gem_object *obj, struct drm_minor *minor, struct drm_file *file)
{
	open_result = nr_open = nr_freed = 0;
	minor->dev = sim_ttm_ddev(fx.dev);
	sim_drm_file_init(file, minor);
	memset(obj, 0, sizeof(*obj));
	drm_gem_private_object_init(minor->dev, obj, fx.page);
	obj->funcs = &funcs;
}

static void test_handles_share_one_reference(void **state)
{
	struct drm_gem_object obj;
	struct drm_minor minor;
	struct drm_file file;
	uint32_t first, second, many;

	(void)state;
	begin(&obj, &minor, &file);
	assert_int_equal(drm_gem_handle_create(&file, &obj, &first), 0);
	assert_int_equal(drm_gem_handle_create(&file, &obj, &second), 0);
	assert_int_equal(first, 1);
	assert_int_equal(second, 2);
	assert_int_equal(obj.handle_count, 2);
	assert_int_equal(kref_read(&obj.refcount), 2);
	assert_ptr_equal(drm_gem_object_lookup(&file, second), &obj);
	drm_gem_object_put(&obj);
	assert_null(drm_gem_object_lookup(&file, 0));
	assert_null(drm_gem_object_lookup(&file, 77));
	assert_int_equal(drm_gem_handle_delete(&file, first), 0);
	assert_int_equal(drm_gem_handle_delete(&file, first), -EINVAL);
	assert_int_equal(drm_gem_handle_delete(&file, 0), -EINVAL);
	/* the second one still lets the file map it */
	assert_int_equal(drm_vma_node_verify_access(&obj.vma_node, &file), 0);
	for (uint32_t i = 0; i < 20; i++)
		assert_int_equal(drm_gem_handle_create(&file, &obj, &many), 0);
	assert_int_equal(many, 21);
	assert_int_equal(nr_open, 21);
	drm_gem_object_put(&obj);
	sim_drm_file_fini(&file);
	assert_int_equal(nr_open, 0);
	assert_int_equal(nr_freed, 1);
}

static void test_refused_open_leaves_nothing(void **state)
{
	struct drm_gem_object obj;
	struct drm_minor minor;
	struct drm_file file;
	uint32_t handle;

	(void)state;
	begin(&obj, &minor, &file);
	open_result = -EPERM;
	assert_int_equal(drm_gem_handle_create(&file, &obj, &handle), -EPERM);
	assert_int_equal(obj.handle_count, 0);
	assert_int_equal(kref_read(&obj.refcount), 1);
	assert_false(drm_vma_node_is_allowed(&obj.vma_node, &file));
	open_result = 0;
	for (unsigned long nth = 1;; nth++) {
		sim_fail_alloc(fx.machine, nth);
		if (!drm_gem_handle_create(&file, &obj, &handle))
			break;
		assert_int_equal(obj.handle_count, 0);
		assert_int_equal(kref_read(&obj.refcount), 1);
	}
	sim_fail_alloc(fx.machine, 0);
	assert_int_equal(handle, 1);
	sim_drm_file_fini(&file);
	drm_gem_object_put(&obj);
	assert_int_equal(nr_freed, 1);
}

static void test_map_offset_of_a_handle(void **state)
{
	struct drm_gem_object obj;
	struct drm_minor minor;
	struct drm_file file;
	uint64_t offset = 0;
	uint32_t handle;

	(void)state;
	begin(&obj, &minor, &file);
	assert_int_equal(drm_gem_handle_create(&file, &obj, &handle), 0);
	assert_int_equal(drm_gem_dumb_map_offset(&file, minor.dev, 9, &offset), -ENOENT);
	obj.import_attach = (struct dma_buf_attachment *)&obj;
	assert_int_equal(drm_gem_dumb_map_offset(&file, minor.dev, handle, &offset), -EINVAL);
	obj.import_attach = NULL;
	assert_int_equal(drm_gem_dumb_map_offset(&file, minor.dev, handle, &offset), 0);
	assert_int_equal(offset, drm_vma_node_offset_addr(&obj.vma_node));
	assert_true(offset >= DRM_FILE_PAGE_OFFSET_START << PAGE_SHIFT);
	sim_drm_file_fini(&file);
	drm_gem_object_put(&obj);
}

/* Allowed as often as revoked; once is once. */
static void test_node_counts_who_may_map_it(void **state)
{
	struct drm_vma_offset_node node;
	struct drm_file a, b;

	(void)state;
	drm_vma_node_reset(&node);
	assert_int_equal(drm_vma_node_allow(&node, &a), 0);
	assert_int_equal(drm_vma_node_allow(&node, &a), 0);
	assert_int_equal(drm_vma_node_allow_once(&node, &b), 0);
	assert_int_equal(drm_vma_node_allow_once(&node, &b), 0);
	drm_vma_node_revoke(&node, &a);
	drm_vma_node_revoke(&node, &b);
	assert_true(drm_vma_node_is_allowed(&node, &a));
	assert_int_equal(drm_vma_node_verify_access(&node, &b), -EACCES);
	drm_vma_node_revoke(&node, &b);
	drm_vma_node_revoke(&node, &a);
	assert_false(drm_vma_node_is_allowed(&node, &a));
	sim_fail_alloc(fx.machine, 1);
	assert_int_equal(drm_vma_node_allow(&node, &a), -ENOMEM);
}

#define HANDLE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static const struct CMUnitTest tests[] = {
	HANDLE_TEST(test_handles_share_one_reference),
	HANDLE_TEST(test_refused_open_leaves_nothing),
	HANDLE_TEST(test_map_offset_of_a_handle),
	HANDLE_TEST(test_node_counts_who_may_map_it),
};

SIM_TEST_MAIN(tests)
