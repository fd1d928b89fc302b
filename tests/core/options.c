/*
 * Options of a store: their defaults, setting them by name, their ranges and kinds, what a wrong
 * name is told, and what an app refuses.
 */
#include "support.h"

static void options_init_is_the_documented_defaults(void) {
    spinkv_options options = SPINKV_OPTIONS_INIT;

    CHECK(!options.type && !options.path && !options.read_only);
    CHECK_NUMBER(SPINKV_DURABILITY_FULL, options.durability);
    CHECK_NUMBER(5000, options.busy_timeout_ms);
    CHECK_NUMBER(256, options.max_key_bytes);
    CHECK_NUMBER(1048576, options.max_value_bytes);
    CHECK_NUMBER(1024, options.max_entries);
    CHECK_NUMBER(8388608, options.cache_bytes);
    CHECK_NUMBER(256, SPINKV_DEFAULT_MAX_OPEN_STORES);
}

static void options_by_name(void) {
    spinkv_options options = SPINKV_OPTIONS_INIT;

    CHECK_OK(spinkv_options_set_text(&options, "type", "spin", &err));
    CHECK_TEXT("spin", options.type);
    CHECK_OK(spinkv_options_set_text(&options, "path", "a.db", &err));
    CHECK_TEXT("a.db", options.path);
    CHECK_OK(spinkv_options_set_text(&options, "durability", "normal", &err));
    CHECK_NUMBER(SPINKV_DURABILITY_NORMAL, options.durability);
    CHECK_OK(spinkv_options_set_text(&options, "durability", "full", &err));
    CHECK_NUMBER(SPINKV_DURABILITY_FULL, options.durability);
    CHECK_OK(spinkv_options_set_number(&options, "busy_timeout_ms", 1, &err));
    CHECK_NUMBER(1, options.busy_timeout_ms);
    CHECK_OK(spinkv_options_set_number(&options, "max_key_bytes", 2, &err));
    CHECK_NUMBER(2, options.max_key_bytes);
    CHECK_OK(spinkv_options_set_number(&options, "max_value_bytes", 3, &err));
    CHECK_NUMBER(3, options.max_value_bytes);
    CHECK_OK(spinkv_options_set_number(&options, "max_entries", 4, &err));
    CHECK_NUMBER(4, options.max_entries);
    CHECK_OK(spinkv_options_set_number(&options, "cache_bytes", 0, &err));
    CHECK_NUMBER(0, options.cache_bytes);
    CHECK_OK(spinkv_options_set_boolean(&options, "read_only", true, &err));
    CHECK(options.read_only);
    CHECK_NUMBER(2, options.max_key_bytes);
}

static void options_out_of_range(void) {
    static const struct {
        const char *name;
        int64_t largest;
    } numbers[] = {{"busy_timeout_ms", 86400000},
                   {"max_key_bytes", INT64_MAX},
                   {"max_value_bytes", INT64_MAX},
                   {"max_entries", INT64_MAX},
                   {"cache_bytes", INT64_MAX}};
    spinkv_options options = SPINKV_OPTIONS_INIT;
    size_t i;

    for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        const char *name = numbers[i].name;
        ACCEPTS(spinkv_options_set_number(&options, name, numbers[i].largest, error));
        ACCEPTS(spinkv_options_set_number(&options, name, 0, error));
        REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_options_set_number(&options, name, -1, error));
        CHECK_HAS("-1", err.message);
        REFUSES(SPINKV_INVALID_ARGUMENT,
                spinkv_options_set_number(&options, name, INT64_MIN, error));
        CHECK_HAS(name, err.message);
        if (numbers[i].largest < INT64_MAX) {
            REFUSES(SPINKV_INVALID_ARGUMENT,
                    spinkv_options_set_number(&options, name, numbers[i].largest + 1, error));
        }
    }
    CHECK_NUMBER(0, options.busy_timeout_ms);
    CHECK_NUMBER(0, options.cache_bytes);
    ACCEPTS(spinkv_options_set_text(&options, "path", "x", error));
    ACCEPTS(spinkv_options_set_boolean(&options, "read_only", false, error));
    ACCEPTS(spinkv_options_set_text(&options, "durability", "full", error));
    REFUSES(SPINKV_INVALID_ARGUMENT,
            spinkv_options_set_text(&options, "durability", "Full", error));
    CHECK_HAS("Full", err.message);
    CHECK_HAS("normal", err.message);
    CHECK_NUMBER(SPINKV_DURABILITY_FULL, options.durability);
}

static void options_of_another_kind(void) {
    spinkv_options options = SPINKV_OPTIONS_INIT;

    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_options_set_number(&options, "path", 1, error));
    CHECK_HAS("a text", err.message);
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_options_set_text(&options, "max_entries", "1", error));
    CHECK_HAS("takes a whole number (0 for no limit), not a text", err.message);
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_options_set_number(&options, "read_only", 1, error));
    CHECK_HAS("true or false", err.message);
    REFUSES(SPINKV_INVALID_ARGUMENT,
            spinkv_options_set_boolean(&options, "durability", true, error));
    CHECK_NUMBER(1024, options.max_entries);
}

static void options_that_do_not_exist(void) {
    static const struct {
        const char *name, *suggestion;
    } near[] = {{"max_entrys", "\"max_entries\""},
                {"max_entires", "\"max_entries\""},
                {"busy_timeout", "\"busy_timeout_ms\""},
                {"readonly", "\"read_only\""},
                {"Path", "\"path\""},
                {"durabilty", "\"durability\""},
                {"max_keybytes", "\"max_key_bytes\""}};
    static const char long_name[] = "a name that is much longer than any option could ever be and "
                                    "goes on and on, over eighty bytes and more";
    static const char *const far[] = {"", "x", "zzzzzzzzzzzzzzzzzzzzzz", "\n\n\n\xff\x01",
                                      long_name};
    spinkv_options options = SPINKV_OPTIONS_INIT;
    size_t i;

    for (i = 0; i < sizeof(near) / sizeof(near[0]); i++) {
        REFUSES(SPINKV_INVALID_ARGUMENT,
                spinkv_options_set_text(&options, near[i].name, "x", error));
        CHECK_HAS("did you mean", err.message);
        CHECK_HAS(near[i].suggestion, err.message);
        CHECK_HAS(near[i].name, err.message);
    }
    for (i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
        REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_options_set_number(&options, far[i], 1, error));
        CHECK(!strstr(err.message, "did you mean"));
        CHECK_HAS("cache_bytes", err.message);
    }
}

static void options_that_an_app_refuses(void) {
    spinkv_options good = options_for("a.db"), options;
    spinkv_app *app;

    CHECK_OK(spinkv_app_new(&app, &err));
    options = good;
    options.busy_timeout_ms = 86400001;
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_app_add_store(app, "a", &options, error));
    options = good;
    options.max_entries = (uint64_t)INT64_MAX + 1;
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_app_add_store(app, "a", &options, error));
    options = good;
    options.durability = (spinkv_durability)2;
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_app_add_store(app, "a", &options, error));
    CHECK_HAS("2", err.message);
    options = good;
    options.read_only = true;
    options.path = ":memory:";
    REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_app_add_store(app, "a", &options, error));
    options = good;
    options.type = "rediss";
    REFUSES(SPINKV_INVALID_CONFIG, spinkv_app_add_store(app, "a", &options, error));
    CHECK_HAS("rediss", err.message);
    options.type = "";
    REFUSES(SPINKV_INVALID_CONFIG, spinkv_app_add_store(app, "a", &options, error));
    CHECK_OK(spinkv_app_add_store(app, "a", &good, &err));
    spinkv_app_free(app);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(options_init_is_the_documented_defaults),
        TEST(options_by_name),
        TEST(options_out_of_range),
        TEST(options_of_another_kind),
        TEST(options_that_do_not_exist),
        TEST(options_that_an_app_refuses),
    };

    return RUN_TESTS(tests, argc, argv);
}
