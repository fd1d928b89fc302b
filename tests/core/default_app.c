/*
 * The default app, which NULL stands for, with a runtime configuration from the environment. It is
 * made once in a process, so this is a program of its own.
 */
#include "support.h"

static void write_configuration(void) {
    FILE *file = fopen("rc.toml", "w");

    REQUIRE(file);
    fputs("statedir = 'x'\n[key_value_store.cache]\ntype = 'spin'\npath = 'cache.db'\n"
          "[key_value_store.default]\ntype = 'spin'\n",
          file);
    REQUIRE(fclose(file) == 0);
    REQUIRE(setenv("RUNTIME_CONFIG_FILE", "rc.toml", 1) == 0);
}

static bool is_item(const spinkv_list *list, size_t index, const char *part) {
    return index < list->count && strstr(list->items[index].data, part) != NULL;
}

static void warnings_of_the_default_app(void) {
    spinkv_list warnings = {NULL, 0};
    spinkv_store store;

    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_app_list_warnings(NULL, NULL, error));
    REQUIRE(setenv("RUNTIME_CONFIG_FILE", "no.toml", 1) == 0);
    warnings.count = 7;
    CHECK_STATUS(SPINKV_IO, spinkv_app_list_warnings(NULL, &warnings, &err));
    CHECK_HAS("RUNTIME_CONFIG_FILE", err.message);
    CHECK_NUMBER(0, warnings.count);
    write_configuration();
    CHECK_OK(spinkv_app_list_warnings(NULL, &warnings, &err));
    CHECK_NUMBER(2, warnings.count);
    CHECK(is_item(&warnings, 0, "rc.toml:1: statedir changes nothing"));
    CHECK(is_item(&warnings, 1, "rc.toml:5: [key_value_store.default] has no path"));
    CHECK(is_item(&warnings, 1, " to keep it in .spin/sqlite_key_value.db"));
    spinkv_list_free(&warnings);
    CHECK_OK(spinkv_open(NULL, "cache", &store, &err));
    spinkv_close(store);
    REFUSES(SPINKV_NO_SUCH_STORE, spinkv_open(NULL, "cash.db", &store, error));
    CHECK_HAS("there are \"cache\", \"default\"", err.message);
    CHECK_HAS("path=", err.message);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(warnings_of_the_default_app),
    };

    return RUN_TESTS(tests, argc, argv);
}
