/*
 * The C interface as such: statuses, NULL for every pointer, functions called in odd order, what
 * out parameters and errors hold after each call. What the operations do is in tests/conformance;
 * it is not repeated here.
 */
#include <limits.h>

#include "operations.h"

/* ---- Statuses -------------------------------------------------------------------------------- */

static void statuses_have_their_numbers_names_and_bases(void) {
    static const struct {
        int number, base;
        const char *name;
    } expected[] = {{0, 0, "ok"},
                    {1, 1, "store-table-full"},
                    {2, 2, "no-such-store"},
                    {3, 3, "access-denied"},
                    {4, 4, "invalid-store"},
                    {5, 5, "no-such-key"},
                    {6, 6, "io"},
                    {7, 6, "invalid-argument"},
                    {8, 6, "key-too-large"},
                    {9, 6, "value-too-large"},
                    {10, 6, "store-full"},
                    {11, 6, "invalid-json"},
                    {12, 6, "not-a-counter"},
                    {13, 6, "invalid-config"},
                    {14, 6, "busy"},
                    {15, 6, "read-only"},
                    {16, 6, "corrupt"},
                    {17, 6, "no-memory"},
                    {18, 6, "unsupported"}};
    int i, j, count = (int)(sizeof(expected) / sizeof(expected[0]));

    CHECK_NUMBER(count, SPINKV_STATUS_COUNT);
    for (i = 0; i < count; i++) {
        const char *text = spinkv_status_text((spinkv_status)i);
        CHECK_NUMBER(i, expected[i].number);
        CHECK_TEXT(expected[i].name, spinkv_status_name((spinkv_status)i));
        CHECK_NUMBER(expected[i].base, spinkv_status_base((spinkv_status)i));
        CHECK(strlen(text) > 4 && !strchr(text, '\n'));
        for (j = 0; j < i; j++) {
            CHECK(strcmp(text, spinkv_status_text((spinkv_status)j)) != 0);
        }
    }
}

static void numbers_that_are_no_status(void) {
    static const int numbers[] = {
        SPINKV_STATUS_COUNT, SPINKV_STATUS_COUNT + 1, 1000, INT_MAX, -1, INT_MIN};
    size_t i;

    for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        spinkv_status status = (spinkv_status)numbers[i];
        CHECK_TEXT("unknown", spinkv_status_name(status));
        CHECK_TEXT("unknown status", spinkv_status_text(status));
        CHECK_STATUS(SPINKV_IO, spinkv_status_base(status));
    }
}

static void version_is_that_of_the_header(void) {
    CHECK_TEXT(SPINKV_VERSION, spinkv_version());
}

/* ---- NULL ------------------------------------------------------------------------------------ */

static void null_where_an_operation_reads(void) {
    spinkv_store store = open_path(NULL);
    spinkv_bytes null_key = {NULL, 1};
    spinkv_value value;
    spinkv_list list;
    size_t size;
    bool exists;

    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_get(store, NULL, 1, &value, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_get(store, "k", 1, NULL, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_get_into(store, NULL, 1, NULL, 0, &size, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_get_into(store, "k", 1, NULL, 1, &size, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_get_into(store, "k", 1, NULL, 0, NULL, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_exists(store, NULL, 1, &exists, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_exists(store, "k", 1, NULL, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_get_keys(store, NULL, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_list_keys(store, NULL, 1, NULL, 0, 9, &list, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_list_keys(store, "", 0, NULL, 1, 9, &list, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_list_keys(store, "", 0, NULL, 0, 9, NULL, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_count(store, NULL, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_get_many(store, NULL, 1, &list, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_get_many(store, &null_key, 1, &list, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_get_many(store, NULL, 0, NULL, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_get_json(store, NULL, 1, &value, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_get_json(store, "k", 1, NULL, error));
    spinkv_close(store);
}

static void null_where_an_operation_writes(void) {
    spinkv_store store = open_path(NULL);
    spinkv_bytes null_key = {NULL, 1};
    spinkv_pair pairs[] = {{{"k", 1}, {"v", 1}}, {{NULL, 1}, {"v", 1}}, {{"k", 1}, {NULL, 1}}};
    int64_t number;
    bool swapped;

    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_set(store, NULL, 1, "v", 1, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_set(store, "k", 1, NULL, 1, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_delete(store, NULL, 1, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_set_many(store, NULL, 1, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_set_many(store, pairs, 2, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_set_many(store, pairs + 2, 1, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_delete_many(store, NULL, 1, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_delete_many(store, &null_key, 1, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_increment(store, NULL, 1, 1, &number, error));
    REFUSES(SPINKV_INVALID_ARGUMENT,
            spinkv_compare_and_swap(store, NULL, 1, NULL, 0, "v", 1, &swapped, error));
    REFUSES(SPINKV_INVALID_ARGUMENT,
            spinkv_compare_and_swap(store, "k", 1, NULL, 1, "v", 1, &swapped, error));
    REFUSES(SPINKV_INVALID_ARGUMENT,
            spinkv_compare_and_swap(store, "k", 1, NULL, 0, NULL, 1, &swapped, error));
    REFUSES(SPINKV_INVALID_ARGUMENT,
            spinkv_compare_and_swap(store, "k", 1, NULL, 0, "v", 1, NULL, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_set_json(store, NULL, 1, "1", 1, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_set_json(store, "k", 1, NULL, 1, error));
    CHECK_NUMBER(0, count_of(store));
    spinkv_close(store);
}

/* NULL with size 0 is an empty key, value, prefix or list. */
static void null_that_means_empty(void) {
    spinkv_store store = open_path(NULL);
    spinkv_bytes empty = {NULL, 0};
    spinkv_pair pair = {{NULL, 0}, {NULL, 0}};
    spinkv_value value;
    spinkv_list list;
    bool answer;
    size_t size;

    ACCEPTS(spinkv_set(store, NULL, 0, NULL, 0, error));
    ACCEPTS(spinkv_set_many(store, &pair, 1, error));
    ACCEPTS(spinkv_set_many(store, NULL, 0, error));
    ACCEPTS(spinkv_delete_many(store, NULL, 0, error));
    CHECK_NUMBER(1, count_of(store));
    CHECK_OK(spinkv_get(store, NULL, 0, &value, &err));
    CHECK(value.data && value.size == 0);
    spinkv_value_free(&value);
    ACCEPTS(spinkv_get_into(store, NULL, 0, NULL, 0, &size, error));
    ACCEPTS(spinkv_exists(store, NULL, 0, &answer, error));
    CHECK(answer);
    CHECK_OK(spinkv_get_many(store, &empty, 1, &list, &err));
    CHECK(list.count == 1 && list.items[0].data && list.items[0].size == 0);
    spinkv_list_free(&list);
    CHECK_OK(spinkv_get_many(store, NULL, 0, &list, &err));
    CHECK(list.count == 0 && !list.items);
    CHECK_OK(spinkv_list_keys(store, NULL, 0, NULL, 0, 9, &list, &err));
    CHECK(list.count == 1 && list.items[0].data && list.items[0].size == 0);
    spinkv_list_free(&list);
    CHECK_OK(spinkv_list_keys(store, NULL, 0, "", 0, 9, &list, &err));
    CHECK(list.count == 0 && !list.items);
    CHECK_OK(spinkv_compare_and_swap(store, NULL, 0, "", 0, "v", 1, &answer, &err));
    CHECK(answer);
    ACCEPTS(spinkv_delete(store, NULL, 0, error));
    ACCEPTS(spinkv_delete_many(store, &empty, 1, error));
    CHECK_NUMBER(0, count_of(store));
    ACCEPTS(spinkv_increment(store, "n", 1, 1, NULL, error));
    CHECK_NUMBER(3, add_to(store, "n", 1));
    spinkv_close(store);
}

static void null_for_apps_and_options(void) {
    spinkv_options options = SPINKV_OPTIONS_INIT;
    spinkv_app *app;
    spinkv_store store;

    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_app_new(NULL, error));
    CHECK_OK(spinkv_app_new(&app, NULL));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_app_set_state_dir(NULL, "x", error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_app_set_state_dir(app, NULL, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_app_set_max_open_stores(NULL, 1, error));
    CHECK_HAS("the app is NULL", err.message);
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_app_add_store(NULL, "x", &options, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_app_add_store(app, NULL, &options, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_open(app, NULL, &store, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_open(app, "default", NULL, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_open_default(app, NULL, error));
    CHECK_OK(spinkv_app_add_store(app, "x", NULL, NULL));
    CHECK_OK(spinkv_open(app, "x", &store, NULL));
    spinkv_close(store);
    spinkv_app_free(app);
    spinkv_app_free(NULL);
    spinkv_value_free(NULL);
    spinkv_list_free(NULL);
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_options_set_text(NULL, "path", "x", error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_options_set_text(&options, NULL, "x", error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_options_set_text(&options, "path", NULL, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_options_set_number(NULL, "max_entries", 1, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_options_set_number(&options, NULL, 1, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_options_set_boolean(NULL, "read_only", true, error));
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_options_set_boolean(&options, NULL, true, error));
}

/* ---- Order ----------------------------------------------------------------------------------- */

static void closing_what_is_not_open(void) {
    spinkv_store store = open_path(NULL), other;
    uint32_t chance = 1;
    int i;

    spinkv_close(0);
    for (i = 0; i < 1000; i++) {
        spinkv_store handle = random_next(&chance);
        if (handle != store) {
            spinkv_close(handle);
        }
    }
    CHECK_OK(set_text(store, "k", "v"));
    spinkv_close(store);
    other = open_path(NULL);
    spinkv_close(store);
    CHECK_OK(set_text(other, "k", "v"));
    spinkv_close(other);
    spinkv_close(other);
}

/* Every operation, with handles that are closed, 0 or made up. */
static void operations_on_what_is_not_open(void) {
    spinkv_store store = open_path(NULL);
    spinkv_store handles[] = {store, 0, 1, 255, 0x10000, 0xffff, 0xffffffff, store + 1};
    size_t i, j;

    spinkv_close(store);
    for (i = 0; i < OPERATION_COUNT; i++) {
        for (j = 0; j < sizeof(handles) / sizeof(handles[0]); j++) {
            REFUSES(SPINKV_INVALID_STORE, operations[i].call(handles[j], error));
        }
    }
}

static void freeing_twice(void) {
    spinkv_store store = open_path(NULL);
    spinkv_value value = {NULL, 0};
    spinkv_list list = {NULL, 0};
    int i;

    CHECK_OK(set_text(store, "k", "v"));
    CHECK_OK(spinkv_get(store, "k", 1, &value, &err));
    CHECK_OK(spinkv_get_keys(store, &list, &err));
    CHECK_BYTES("v", 1, value.data, value.size);
    spinkv_close(store);
    /* What was read belongs to the caller, whatever becomes of the store. */
    CHECK_BYTES("v", 1, value.data, value.size);
    CHECK_BYTES("k", 1, list.items[0].data, list.items[0].size);
    for (i = 0; i < 2; i++) {
        spinkv_value_free(&value);
        spinkv_list_free(&list);
        CHECK(!value.data && value.size == 0);
        CHECK(!list.items && list.count == 0);
    }
}

/* ---- Outs and errors ------------------------------------------------------------------------- */

static void outs_are_cleared_on_failure(void) {
    spinkv_store store = open_path(NULL), opened = 7;
    spinkv_value value = {SPOILT, 9};
    spinkv_bytes bad = {"\xff", 1};
    spinkv_list list = {SPOILT, 9};
    spinkv_app *app;
    int64_t number = 9;
    size_t size = 9;
    bool flag = true;

    CHECK_STATUS(SPINKV_NO_SUCH_KEY, spinkv_get(store, "no", 2, &value, &err));
    CHECK(!value.data && value.size == 0);
    value.data = SPOILT;
    CHECK_STATUS(SPINKV_NO_SUCH_KEY, spinkv_get_json(store, "no", 2, &value, &err));
    CHECK(!value.data && value.size == 0);
    CHECK_OK(set_text(store, "text", "no JSON"));
    value.data = SPOILT;
    CHECK_STATUS(SPINKV_INVALID_JSON, spinkv_get_json(store, "text", 4, &value, &err));
    CHECK(!value.data && value.size == 0);
    CHECK_STATUS(SPINKV_NO_SUCH_KEY, spinkv_get_into(store, "no", 2, NULL, 0, &size, &err));
    CHECK_NUMBER(0, size);
    CHECK_STATUS(SPINKV_INVALID_ARGUMENT, spinkv_exists(store, "\xff", 1, &flag, &err));
    CHECK(!flag);
    CHECK_STATUS(SPINKV_INVALID_ARGUMENT, spinkv_get_many(store, &bad, 1, &list, &err));
    CHECK(!list.items && list.count == 0);
    list.items = SPOILT;
    CHECK_STATUS(SPINKV_INVALID_ARGUMENT,
                 spinkv_list_keys(store, "\xff", 1, NULL, 0, 9, &list, &err));
    CHECK(!list.items && list.count == 0);
    CHECK_STATUS(SPINKV_NOT_A_COUNTER, spinkv_increment(store, "text", 4, 1, &number, &err));
    CHECK_NUMBER(0, number);
    flag = true;
    CHECK_STATUS(SPINKV_INVALID_ARGUMENT,
                 spinkv_compare_and_swap(store, "\xff", 1, NULL, 0, "v", 1, &flag, &err));
    CHECK(!flag);
    spinkv_close(store);
    CHECK_OK(spinkv_app_new(&app, &err));
    CHECK_STATUS(SPINKV_NO_SUCH_STORE, spinkv_open(app, "nope", &opened, &err));
    CHECK_NUMBER(0, opened);
    opened = 7;
    CHECK_STATUS(SPINKV_INVALID_ARGUMENT, spinkv_open(app, NULL, &opened, &err));
    CHECK_NUMBER(0, opened);
    spinkv_app_free(app);
}

/* Whatever was met and got over inside a call, a success leaves no trace of it in the error. */
static void success_leaves_the_error_empty(const char *path) {
    spinkv_store store = open_path(path);
    size_t i;

    operations_fill(store);
    for (i = 0; i < OPERATION_COUNT; i++) {
        ACCEPTS((operations_fill(store), operations[i].call(store, error)));
        operations_fill(store);
        if (path) {
            /* Now the number of tuples is not known, and the write that comes has to count. */
            sql_run_in(path, "INSERT OR REPLACE INTO spin_key_value VALUES ('other', 'k', x'00')");
        }
        spoil_error();
        CHECK_OK(operations[i].call(store, &err));
        CHECK_STATUS(SPINKV_OK, err.status);
        CHECK_NUMBER(0, err.engine_code);
        CHECK_TEXT("", err.message);
    }
    spinkv_close(store);
}

static void success_leaves_the_error_empty_in_memory(void) {
    success_leaves_the_error_empty(NULL);
}

static void success_leaves_the_error_empty_in_a_file(void) {
    success_leaves_the_error_empty("store.db");
}

static void success_leaves_the_error_empty_for_apps(void) {
    spinkv_options options = options_for("store.db");
    spinkv_store stores[2];
    spinkv_app *app;

    spoil_error();
    CHECK_OK(spinkv_app_new(&app, &err));
    CHECK_TEXT("", err.message);
    spoil_error();
    CHECK_OK(spinkv_app_add_store(app, "a", &options, &err));
    CHECK_TEXT("", err.message);
    ACCEPTS(spinkv_app_set_state_dir(app, "state", error));
    ACCEPTS(spinkv_app_set_max_open_stores(app, 5, error));
    ACCEPTS(spinkv_open(app, "a", &stores[error != NULL], error));
    spinkv_close(stores[0]);
    spinkv_close(stores[1]);
    ACCEPTS(spinkv_open_default(app, &stores[error != NULL], error));
    spinkv_close(stores[0]);
    spinkv_close(stores[1]);
    spinkv_app_free(app);
}

static void values_are_copied_with_a_nul_behind(void) {
    spinkv_store store = open_path(NULL);
    char buffer[4] = "abc";
    spinkv_value value;
    size_t size;

    CHECK_OK(spinkv_set(store, "k", 1, "x\0y", 3, &err));
    CHECK_OK(spinkv_get(store, "k", 1, &value, &err));
    CHECK_BYTES("x\0y", 4, value.data, value.size + 1);
    spinkv_value_free(&value);
    /* Too small a buffer is left alone, and tells what it takes. */
    CHECK_OK(spinkv_get_into(store, "k", 1, buffer, 2, &size, &err));
    CHECK_NUMBER(3, size);
    CHECK_TEXT("abc", buffer);
    CHECK_OK(spinkv_get_into(store, "k", 1, buffer, 3, &size, &err));
    CHECK_BYTES("x\0y", 4, buffer, 4);
    spinkv_close(store);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(statuses_have_their_numbers_names_and_bases),
        TEST(numbers_that_are_no_status),
        TEST(version_is_that_of_the_header),
        TEST(null_where_an_operation_reads),
        TEST(null_where_an_operation_writes),
        TEST(null_that_means_empty),
        TEST(null_for_apps_and_options),
        TEST(closing_what_is_not_open),
        TEST(operations_on_what_is_not_open),
        TEST(freeing_twice),
        TEST(outs_are_cleared_on_failure),
        TEST(success_leaves_the_error_empty_in_memory),
        TEST(success_leaves_the_error_empty_in_a_file),
        TEST(success_leaves_the_error_empty_for_apps),
        TEST(values_are_copied_with_a_nul_behind),
    };

    return RUN_TESTS(tests, argc, argv);
}
