/*
 * Handles as numbers: none ever comes back, a stale one is always found out, 65,535 may be open at
 * once, and an app's own limit is 256 unless it was changed.
 */
#include "support.h"

#define OPEN_MOST 65535

static int compare_handles(const void *a, const void *b) {
    spinkv_store left = *(const spinkv_store *)a, right = *(const spinkv_store *)b;

    return left < right ? -1 : left > right;
}

/* That no number is there twice, and none is 0. Sorts them. */
static void check_distinct(spinkv_store *handles, size_t count) {
    size_t i;

    qsort(handles, count, sizeof(*handles), compare_handles);
    CHECK(handles[0] != 0);
    for (i = 1; i < count; i++) {
        if (!CHECK(handles[i] != handles[i - 1])) {
            break;
        }
    }
}

static spinkv_app *new_app(uint32_t max_open_stores) {
    spinkv_app *app = NULL;

    CHECK_OK(spinkv_app_new(&app, &err));
    CHECK_OK(spinkv_app_set_state_dir(app, "", &err));
    CHECK_OK(spinkv_app_set_max_open_stores(app, max_open_stores, &err));
    return app;
}

/* Goes first: it needs all slots, before one is used up. */
static void many_open_at_once(void) {
    spinkv_store *handles = calloc(OPEN_MOST, sizeof(*handles)), one_more;
    spinkv_app *app = new_app(OPEN_MOST), *other = new_app(1);
    size_t i;

    REQUIRE(handles);
    for (i = 0; i < OPEN_MOST; i++) {
        if (!CHECK_OK(spinkv_open_default(app, &handles[i], &err))) {
            break;
        }
    }
    REFUSES(SPINKV_STORE_TABLE_FULL, spinkv_open_default(app, &one_more, error));
    CHECK_HAS("65535 stores of this app are open, the limit is 65535", err.message);
    CHECK_NUMBER(0, one_more);
    REFUSES(SPINKV_STORE_TABLE_FULL, spinkv_open_default(other, &one_more, error));
    CHECK_HAS("65535", err.message);
    CHECK_OK(set_text(handles[0], "k", "v"));
    for (i = 0; i < OPEN_MOST; i += 1000) {
        CHECK_VALUE("v", handles[i], "k");
    }
    spinkv_close(handles[OPEN_MOST / 2]);
    CHECK_OK(spinkv_open_default(app, &handles[OPEN_MOST / 2], &err));
    check_distinct(handles, OPEN_MOST);
    for (i = 0; i < OPEN_MOST; i++) {
        spinkv_close(handles[i]);
    }
    for (i = 0; i < OPEN_MOST; i += 1000) {
        CHECK_STATUS(SPINKV_INVALID_STORE, set_text(handles[i], "k", "v"));
    }
    /* All that was taken came back. */
    CHECK_OK(spinkv_open_default(other, &one_more, &err));
    spinkv_close(one_more);
    spinkv_app_free(app);
    spinkv_app_free(other);
    free(handles);
}

/* More openings than a slot has generations: it must not begin anew. */
static void no_number_comes_back(void) {
    const size_t count = 70000;
    spinkv_store *handles = calloc(count, sizeof(*handles));
    spinkv_app *app = new_app(256);
    size_t i;

    REQUIRE(handles);
    for (i = 0; i < count; i++) {
        if (!CHECK_OK(spinkv_open_default(app, &handles[i], &err))) {
            break;
        }
        spinkv_close(handles[i]);
        if (i % 100 == 99) {
            CHECK_STATUS(SPINKV_INVALID_STORE, set_text(handles[i], "k", "v"));
            CHECK_STATUS(SPINKV_INVALID_STORE, set_text(handles[i / 2], "k", "v"));
            CHECK_STATUS(SPINKV_INVALID_STORE, set_text(handles[0], "k", "v"));
        }
    }
    check_distinct(handles, count);
    spinkv_app_free(app);
    free(handles);
}

/* Numbers beside the one that is open, in every bit, are not open. */
static void a_number_that_is_near_is_not_open(void) {
    spinkv_app *app = new_app(256);
    spinkv_store store;
    int bit;

    CHECK_OK(spinkv_open_default(app, &store, &err));
    for (bit = 0; bit < 32; bit++) {
        spinkv_store near = store ^ (UINT32_C(1) << bit);
        CHECK_STATUS(SPINKV_INVALID_STORE, set_text(near, "k", "v"));
        spinkv_close(near);
    }
    CHECK_OK(set_text(store, "k", "v"));
    spinkv_close(store);
    spinkv_app_free(app);
}

static void an_app_has_256_stores_open_by_default(void) {
    spinkv_store handles[256], one_more;
    spinkv_app *app = NULL, *other = new_app(1);
    size_t i;

    CHECK_OK(spinkv_app_new(&app, &err));
    CHECK_OK(spinkv_app_set_state_dir(app, "", &err));
    for (i = 0; i < 256; i++) {
        CHECK_OK(spinkv_open_default(app, &handles[i], &err));
    }
    REFUSES(SPINKV_STORE_TABLE_FULL, spinkv_open_default(app, &one_more, error));
    CHECK_HAS("256", err.message);
    /* Another app has a limit of its own. */
    CHECK_OK(spinkv_open_default(other, &one_more, &err));
    spinkv_close(handles[0]);
    CHECK_OK(spinkv_open_default(app, &handles[0], &err));
    /* A limit that is lowered counts from the next open. */
    CHECK_OK(spinkv_app_set_max_open_stores(app, 10, &err));
    CHECK_OK(set_text(handles[255], "k", "v"));
    for (i = 0; i < 246; i++) {
        spinkv_close(handles[i]);
    }
    CHECK_STATUS(SPINKV_STORE_TABLE_FULL, spinkv_open_default(app, &handles[0], &err));
    spinkv_close(handles[246]);
    CHECK_OK(spinkv_open_default(app, &handles[0], &err));
    spinkv_close(handles[0]);
    for (i = 247; i < 256; i++) {
        spinkv_close(handles[i]);
    }
    spinkv_close(one_more);
    spinkv_app_free(app);
    spinkv_app_free(other);
}

/* An open that fails does not count as open. */
static void a_failed_open_takes_no_place(void) {
    spinkv_options options = options_for("folder");
    spinkv_app *app = new_app(2);
    spinkv_store stores[2];
    int i;

    REQUIRE(mkdir("folder", 0777) == 0);
    CHECK_OK(spinkv_app_add_store(app, "bad", &options, &err));
    for (i = 0; i < 10; i++) {
        CHECK_STATUS(SPINKV_IO, spinkv_open(app, "bad", &stores[0], &err));
        CHECK_STATUS(SPINKV_NO_SUCH_STORE, spinkv_open(app, "none", &stores[0], &err));
    }
    CHECK_OK(spinkv_open_default(app, &stores[0], &err));
    CHECK_OK(spinkv_open_default(app, &stores[1], &err));
    spinkv_close(stores[0]);
    spinkv_close(stores[1]);
    spinkv_app_free(app);
}

static void an_app_that_is_freed_leaves_its_stores_open(void) {
    spinkv_options options = options_for("store.db");
    spinkv_store stores[3];
    spinkv_app *app = new_app(3);

    CHECK_OK(spinkv_app_add_store(app, "file", &options, &err));
    CHECK_OK(spinkv_open_default(app, &stores[0], &err));
    CHECK_OK(spinkv_open_default(app, &stores[1], &err));
    CHECK_OK(spinkv_open(app, "file", &stores[2], &err));
    spinkv_app_free(app);
    CHECK_OK(set_text(stores[0], "k", "memory"));
    CHECK_OK(set_text(stores[2], "k", "file"));
    spinkv_close(stores[0]);
    CHECK_VALUE("memory", stores[1], "k");
    CHECK_VALUE("file", stores[2], "k");
    spinkv_close(stores[1]);
    spinkv_close(stores[2]);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(many_open_at_once),
        TEST(no_number_comes_back),
        TEST(a_number_that_is_near_is_not_open),
        TEST(an_app_has_256_stores_open_by_default),
        TEST(a_failed_open_takes_no_place),
        TEST(an_app_that_is_freed_leaves_its_stores_open),
    };

    return RUN_TESTS(tests, argc, argv);
}
