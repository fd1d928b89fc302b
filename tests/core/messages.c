/*
 * What messages say: the key, shortened, the size that was met and the limit, all in one line of
 * UTF-8 whatever the key holds.
 */
#include "support.h"

static bool is_utf8(const char *text) {
    const unsigned char *at = (const unsigned char *)text;

    while (*at) {
        int size = *at < 0x80 ? 1 : *at < 0xc2 ? 0 : *at < 0xe0 ? 2 : *at < 0xf0 ? 3 : 4;
        int i;
        for (i = 1; i < size; i++) {
            if ((at[i] & 0xc0) != 0x80) {
                return false;
            }
        }
        if (size == 0) {
            return false;
        }
        at += size;
    }
    return true;
}

/* The message of a get of a key that is not there. */
static const char *message_for(spinkv_store store, const char *key, size_t size) {
    spinkv_value value;

    REFUSES(SPINKV_NO_SUCH_KEY, spinkv_get(store, key, size, &value, error));
    CHECK(is_utf8(err.message));
    return err.message;
}

static void keys_are_shown(void) {
    spinkv_store store = open_path(NULL);

    CHECK_HAS("holds no key \"plain\"", message_for(store, "plain", 5));
    CHECK_HAS("\"\"", message_for(store, "", 0));
    CHECK_HAS("\"caf\xc3\xa9\"", message_for(store, "caf\xc3\xa9", 5));
    CHECK_HAS("\"a\\\"b\\\\c\"", message_for(store, "a\"b\\c", 5));
    CHECK_HAS("\"a\\x00b\\x0a\\x7f\"", message_for(store, "a\0b\n\x7f", 5));
    CHECK_HAS("\"test\"", err.message);
    spinkv_close(store);
}

static void long_keys_are_cut(void) {
    char key[1000], expected[64];
    spinkv_store store = open_path(NULL);
    size_t i;

    memset(key, 'k', sizeof(key));
    snprintf(expected, sizeof(expected), "\"%.40s\"", key);
    CHECK_HAS(expected, message_for(store, key, 40));
    snprintf(expected, sizeof(expected), "\"%.40s\"... (41 bytes)", key);
    CHECK_HAS(expected, message_for(store, key, 41));
    CHECK_HAS("(1000 bytes)", message_for(store, key, sizeof(key)));
    /* Control characters and NUL, each of which takes four places. */
    memset(key, 1, sizeof(key));
    CHECK_HAS("(1000 bytes)", message_for(store, key, sizeof(key)));
    /* Characters of four bytes, cut at every place. */
    for (i = 0; i < 4; i++) {
        size_t at;
        memset(key, 'k', i);
        for (at = i; at + 4 <= sizeof(key); at += 4) {
            memcpy(key + at, "\xf0\x9f\x98\x80", 4);
        }
        CHECK_HAS("... (", message_for(store, key, at));
    }
    spinkv_close(store);
}

static void keys_that_are_not_utf8(void) {
    static const struct {
        const char *key;
        size_t size;
    } bad[] = {{"\x80", 1},
               {"\xff", 1},
               {"\xc0\x80", 2},
               {"\xc1\xbf", 2},
               {"\xc3", 1},
               {"\xe0\x80\x80", 3},
               {"\xe0\x9f\xbf", 3},
               {"\xed\xa0\x80", 3},
               {"\xed\xbf\xbf", 3},
               {"\xe2\x82", 2},
               {"\xf0\x80\x80\x80", 4},
               {"\xf0\x8f\xbf\xbf", 4},
               {"\xf4\x90\x80\x80", 4},
               {"\xf5\x80\x80\x80", 4},
               {"\xf0\x9f\x98", 3},
               {"12345678\xff", 9},
               {"1234567\xff", 8},
               {"123456789abcde\xc3", 15}};
    static const char *const good[] = {"\xc2\x80",         "\xdf\xbf",         "\xe0\xa0\x80",
                                       "\xed\x9f\xbf",     "\xee\x80\x80",     "\xef\xbf\xbf",
                                       "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "1234567\xc3\xa9"};
    spinkv_store store = open_path(NULL);
    spinkv_value value;
    size_t i;

    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_set(store, bad[i].key, bad[i].size, "v", 1, error));
        CHECK(is_utf8(err.message));
        REFUSES(SPINKV_INVALID_ARGUMENT, spinkv_get(store, bad[i].key, bad[i].size, &value, error));
        CHECK_HAS("UTF-8", err.message);
    }
    CHECK_NUMBER(0, count_of(store));
    for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        ACCEPTS(spinkv_set(store, good[i], strlen(good[i]), "v", 1, error));
    }
    spinkv_close(store);
}

static void limits_are_named(void) {
    spinkv_options options = options_for(NULL);
    spinkv_pair pairs[] = {{{"fits", 4}, {"v", 1}}, {{"too large", 9}, {"v", 1}}};
    spinkv_store store;

    options.max_key_bytes = 8;
    options.max_value_bytes = 8;
    options.max_entries = 2;
    CHECK_OK(try_open(&options, &store, &err));
    REFUSES(SPINKV_KEY_TOO_LARGE, spinkv_set(store, "123456789", 9, "v", 1, error));
    CHECK_HAS("\"123456789\" is 9 bytes, the limit is 8 (max_key_bytes)", err.message);
    REFUSES(SPINKV_VALUE_TOO_LARGE, spinkv_set(store, "k", 1, "123456789", 9, error));
    CHECK_HAS("\"k\" is 9 bytes, the limit is 8 (max_value_bytes)", err.message);
    CHECK(!strstr(err.message, "1234"));
    REFUSES(SPINKV_KEY_TOO_LARGE, spinkv_set_many(store, pairs, 2, error));
    CHECK_HAS("too large", err.message);
    CHECK_OK(set_text(store, "1", "v"));
    pairs[1].key.size = 1;
    REFUSES(SPINKV_STORE_FULL, spinkv_set_many(store, pairs, 2, error));
    CHECK_HAS("holds 1 tuple, the limit is 2", err.message);
    CHECK_OK(set_text(store, "2", "v"));
    REFUSES(SPINKV_STORE_FULL, spinkv_set(store, "3", 1, "v", 1, error));
    CHECK_HAS("holds 2 tuples, the limit is 2 (max_entries)", err.message);
    CHECK_HAS("\"3\"", err.message);
    REFUSES(SPINKV_STORE_FULL, spinkv_increment(store, "n", 1, 1, NULL, error));
    CHECK_HAS("\"n\"", err.message);
    spinkv_close(store);
}

static void what_is_wrong_with_a_value_is_named(void) {
    spinkv_store store = open_path(NULL);
    spinkv_value value;

    CHECK_OK(set_text(store, "k", "abc"));
    REFUSES(SPINKV_NOT_A_COUNTER, spinkv_increment(store, "k", 1, 1, NULL, error));
    CHECK_HAS("\"k\" is 3 bytes", err.message);
    REFUSES(SPINKV_INVALID_JSON, spinkv_get_json(store, "k", 1, &value, error));
    CHECK_HAS("\"k\"", err.message);
    REFUSES(SPINKV_INVALID_JSON, spinkv_set_json(store, "k", 1, "[1,]", 4, error));
    REFUSES(SPINKV_INVALID_JSON, spinkv_set_json(store, "k", 1, "", 0, error));
    CHECK_HAS("empty", err.message);
    REFUSES(SPINKV_INVALID_JSON, spinkv_set_json(store, "k", 1, "1\0", 2, error));
    CHECK_HAS("NUL", err.message);
    REFUSES(SPINKV_INVALID_JSON, spinkv_set_json(store, "k", 1, "\"\xff\"", 3, error));
    CHECK_HAS("UTF-8", err.message);
    add_to(store, "n", INT64_MAX);
    REFUSES(SPINKV_NOT_A_COUNTER, spinkv_increment(store, "n", 1, 1, NULL, error));
    CHECK_HAS("64 bits", err.message);
    spinkv_close(store);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(keys_are_shown),
        TEST(long_keys_are_cut),
        TEST(keys_that_are_not_utf8),
        TEST(limits_are_named),
        TEST(what_is_wrong_with_a_value_is_named),
    };

    return RUN_TESTS(tests, argc, argv);
}
