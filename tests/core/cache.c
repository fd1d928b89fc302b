/*
 * The read cache by itself, with a header that this test changes as SQLite does when somebody
 * commits: what is given out, what is refused, and what stays within its bound.
 */
#include "support.h"

#include "../../core/backends/sqlite/cache.h"

static _Atomic uint64_t header[WAL_HEADER_WORDS];
static const char label[] = "a label";

/* A commit by somebody else, of so many pages. */
static void commit_pages(uint32_t pages) {
    /* The change counter, and the last frame. */
    header[1] = (header[1] & ~UINT64_C(0xffffffff)) | (uint32_t)(header[1] + 1);
    header[2] = (header[2] & ~UINT64_C(0xffffffff)) | (uint32_t)(header[2] + pages);
}

static struct cache *new_cache(uint64_t bytes) {
    struct cache *cache = spinkv__cache_new();

    REQUIRE(cache != NULL);
    memset((void *)header, 0, sizeof(header));
    spinkv__cache_allow(cache, bytes);
    spinkv__cache_attach(cache, header);
    return cache;
}

static struct cache_key key_of(struct cache *cache, const char *text) {
    spinkv_bytes key = {text, strlen(text)};

    return spinkv__cache_key(cache, label, key);
}

/* Reads a value "from the file", which nobody changes meanwhile. */
static void read_from_file(struct cache *cache, const char *text, const char *value) {
    struct cache_key key = key_of(cache, text);
    struct cache_view view;

    spinkv__cache_watch(cache, &view);
    spinkv__cache_remember(cache, &view, &key, value ? CACHED_VALUE : CACHED_MISSING, value,
                           value ? strlen(value) : 0);
}

struct answer {
    char text[32];
    size_t size;
};

static spinkv_status take(void *context, const void *data, size_t size, spinkv_error *error) {
    struct answer *answer = context;

    (void)error;
    answer->size = size;
    snprintf(answer->text, sizeof(answer->text), "%.*s", data ? (int)size : 6,
             data ? (const char *)data : "(size)");
    return SPINKV_OK;
}

/* What the cache says of a key: its value, "(missing)", "(present)" or "(nothing)". */
static const char *ask(struct cache *cache, const char *text, struct answer *answer) {
    struct cache_key key = key_of(cache, text);
    enum cached looked = spinkv__cache_look(cache, &key);
    spinkv_status status = SPINKV_OK;
    enum cached what = spinkv__cache_get(cache, &key, 16, take, answer, &status, NULL);

    CHECK(looked == what);
    switch (what) {
    case CACHED_NOTHING:
        return "(nothing)";
    case CACHED_MISSING:
        return "(missing)";
    case CACHED_PRESENT:
        return "(present)";
    case CACHED_VALUE:
        break;
    }
    return answer->text;
}

#define CHECK_ANSWER(expected, cache, key)                                                         \
    do {                                                                                           \
        struct answer answer;                                                                      \
        CHECK_TEXT((expected), ask((cache), (key), &answer));                                      \
    } while (0)

static void gives_what_was_read(void) {
    struct cache *cache = new_cache(1 << 20);

    CHECK_ANSWER("(nothing)", cache, "a");
    read_from_file(cache, "a", "1");
    read_from_file(cache, "", "empty key");
    read_from_file(cache, "none", NULL);
    read_from_file(cache, "empty", "");
    CHECK_ANSWER("1", cache, "a");
    CHECK_ANSWER("empty key", cache, "");
    CHECK_ANSWER("(missing)", cache, "none");
    CHECK_ANSWER("", cache, "empty");
    CHECK_ANSWER("(nothing)", cache, "b");
    read_from_file(cache, "a", "a longer value than before");
    CHECK_ANSWER("(size)", cache, "a");
    read_from_file(cache, "a", "2");
    CHECK_ANSWER("2", cache, "a");
    spinkv__cache_free(cache);
}

static void tells_labels_apart(void) {
    struct cache *cache = new_cache(1 << 20);
    static const char other[] = "another label";
    struct cache_key key = spinkv__cache_key(cache, other, (spinkv_bytes){"a", 1});

    read_from_file(cache, "a", "1");
    CHECK(spinkv__cache_look(cache, &key) == CACHED_NOTHING);
    spinkv__cache_free(cache);
}

/* Every word of the header counts. */
static void forgets_when_anybody_commits(void) {
    struct cache *cache = new_cache(1 << 20);
    int i;

    for (i = 0; i < WAL_HEADER_WORDS; i++) {
        read_from_file(cache, "a", "1");
        CHECK_ANSWER("1", cache, "a");
        header[i] += 1;
        CHECK_ANSWER("(nothing)", cache, "a");
        read_from_file(cache, "b", "2");
        CHECK_ANSWER("(nothing)", cache, "a");
        CHECK_ANSWER("2", cache, "b");
    }
    spinkv__cache_free(cache);
}

static void refuses_what_was_read_before_a_commit(void) {
    struct cache *cache = new_cache(1 << 20);
    struct cache_key key = key_of(cache, "a");
    struct cache_view view;

    spinkv__cache_watch(cache, &view);
    commit_pages(1);
    spinkv__cache_remember(cache, &view, &key, CACHED_VALUE, "old", 3);
    CHECK_ANSWER("(nothing)", cache, "a");
    read_from_file(cache, "b", "1");
    spinkv__cache_remember(cache, &view, &key, CACHED_VALUE, "old", 3);
    CHECK_ANSWER("(nothing)", cache, "a");
    CHECK_ANSWER("1", cache, "b");
    spinkv__cache_free(cache);
}

/* ---- Writes of this process ------------------------------------------------------------------ */

/* Begins a write of a key, up to its commit of so many pages. */
static void commit_own(struct cache *cache, struct cache_write *write, const char *text,
                       uint32_t pages) {
    struct cache_key key = key_of(cache, text);

    spinkv__cache_write_begin(cache, write);
    spinkv__cache_write_expect(cache, &key);
    spinkv__cache_write_note(write);
    commit_pages(pages);
}

static void end_own(struct cache *cache, struct cache_write *write, const char *text,
                    const char *value, uint32_t pages) {
    struct cache_key key = key_of(cache, text);

    spinkv__cache_write_committed(cache, write, pages);
    spinkv__cache_write_remember(cache, write, &key, value, value ? strlen(value) : 0);
    spinkv__cache_write_end(cache, write);
}

static void own_writes_keep_it_warm(void) {
    struct cache *cache = new_cache(1 << 20);
    struct cache_write write;

    read_from_file(cache, "a", "1");
    read_from_file(cache, "b", "1");
    commit_own(cache, &write, "a", 3);
    CHECK_ANSWER("(nothing)", cache, "a");
    CHECK_ANSWER("(nothing)", cache, "b");
    end_own(cache, &write, "a", "2", 3);
    CHECK_ANSWER("2", cache, "a");
    CHECK_ANSWER("1", cache, "b");
    commit_own(cache, &write, "b", 1);
    end_own(cache, &write, "b", NULL, 1);
    CHECK_ANSWER("2", cache, "a");
    CHECK_ANSWER("(missing)", cache, "b");
    spinkv__cache_free(cache);
}

/* A log of the next number, which holds nothing yet. */
static void begin_log(void) {
    header[2] = 0;
    ((unsigned char *)(uintptr_t)header)[35] += 1;
    header[4] += UINT64_C(77) << 32;
}

/* The log began anew with this commit: its number is one more, and it holds these pages alone. */
static void own_write_that_begins_the_log_anew(void) {
    struct cache *cache = new_cache(1 << 20);
    struct cache_key key = key_of(cache, "a");
    struct cache_write write;

    header[1] = 2;
    header[2] = 500;
    read_from_file(cache, "b", "1");
    spinkv__cache_write_begin(cache, &write);
    spinkv__cache_write_expect(cache, &key);
    spinkv__cache_write_note(&write);
    begin_log();
    commit_pages(2);
    end_own(cache, &write, "a", "2", 2);
    CHECK_ANSWER("2", cache, "a");
    CHECK_ANSWER("1", cache, "b");
    spinkv__cache_free(cache);
}

/*
 * After an own commit of 15 pages another began a new log and was killed, and the one that
 * recovered it, by which the counter of changes began anew, committed so that log, number and
 * counter look as if they were of the own commit.
 */
static void own_write_before_a_recovery(void) {
    struct cache *cache = new_cache(1 << 20);
    struct cache_write write;

    header[2] = 500;
    read_from_file(cache, "a", "1");
    commit_own(cache, &write, "a", 15);
    begin_log();
    header[1] = 0;
    header[2] = 1;
    commit_pages(14);
    end_own(cache, &write, "a", "2", 15);
    CHECK_ANSWER("(nothing)", cache, "a");
    spinkv__cache_free(cache);
}

/* Of a commit that wrote pages twice it is not known how many frames it added. */
static void own_write_of_unknown_size(void) {
    struct cache *cache = new_cache(1 << 20);
    struct cache_write write;

    read_from_file(cache, "b", "1");
    commit_own(cache, &write, "a", 15);
    end_own(cache, &write, "a", "2", 0);
    CHECK_ANSWER("(nothing)", cache, "a");
    CHECK_ANSWER("(nothing)", cache, "b");
    spinkv__cache_free(cache);
}

static void own_write_after_that_of_another(void) {
    struct cache *cache = new_cache(1 << 20);
    struct cache_write write;

    read_from_file(cache, "a", "1");
    read_from_file(cache, "b", "1");
    commit_pages(1);
    commit_own(cache, &write, "a", 1);
    end_own(cache, &write, "a", "2", 1);
    CHECK_ANSWER("2", cache, "a");
    CHECK_ANSWER("(nothing)", cache, "b");
    spinkv__cache_free(cache);
}

/* Another commit came right after, or more than this write can have written. */
static void own_write_before_that_of_another(void) {
    struct cache *cache = new_cache(1 << 20);
    struct cache_write write;

    read_from_file(cache, "a", "1");
    commit_own(cache, &write, "a", 1);
    commit_pages(1);
    end_own(cache, &write, "a", "2", 1);
    CHECK_ANSWER("(nothing)", cache, "a");
    read_from_file(cache, "b", "1");
    commit_own(cache, &write, "a", 2);
    end_own(cache, &write, "a", "2", 1);
    CHECK_ANSWER("(nothing)", cache, "a");
    CHECK_ANSWER("(nothing)", cache, "b");
    spinkv__cache_free(cache);
}

static void own_write_that_failed(void) {
    struct cache *cache = new_cache(1 << 20);
    struct cache_key key = key_of(cache, "a");
    struct cache_write write;

    read_from_file(cache, "a", "1");
    spinkv__cache_write_begin(cache, &write);
    spinkv__cache_write_expect(cache, &key);
    CHECK_ANSWER("1", cache, "a");
    spinkv__cache_write_end(cache, &write);
    CHECK_ANSWER("1", cache, "a");
    read_from_file(cache, "a", "1");
    CHECK_ANSWER("1", cache, "a");
    spinkv__cache_free(cache);
}

/* A read that began before an own write, and comes to be remembered during it and after. */
static void refuses_what_was_read_before_an_own_write(void) {
    struct cache *cache = new_cache(1 << 20);
    struct cache_key key = key_of(cache, "a"), other = key_of(cache, "other");
    struct cache_write write;
    struct cache_view view;

    read_from_file(cache, "b", "1");
    spinkv__cache_watch(cache, &view);
    spinkv__cache_write_begin(cache, &write);
    spinkv__cache_write_expect(cache, &key);
    spinkv__cache_remember(cache, &view, &key, CACHED_VALUE, "old", 3);
    CHECK_ANSWER("(nothing)", cache, "a");
    spinkv__cache_remember(cache, &view, &other, CACHED_VALUE, "o", 1);
    CHECK_ANSWER("o", cache, "other");
    spinkv__cache_write_note(&write);
    commit_pages(1);
    end_own(cache, &write, "a", "new", 1);
    spinkv__cache_remember(cache, &view, &key, CACHED_VALUE, "old", 3);
    CHECK_ANSWER("new", cache, "a");
    CHECK_ANSWER("o", cache, "other");
    spinkv__cache_free(cache);
}

static void forgets_what_a_write_says_it_forgets(void) {
    struct cache *cache = new_cache(1 << 20);
    struct cache_key key = key_of(cache, "a");
    struct cache_write write;

    read_from_file(cache, "a", "1");
    read_from_file(cache, "b", "1");
    commit_own(cache, &write, "a", 1);
    spinkv__cache_write_committed(cache, &write, 1);
    spinkv__cache_write_forget(cache, &write, &key);
    spinkv__cache_write_end(cache, &write);
    CHECK_ANSWER("(nothing)", cache, "a");
    CHECK_ANSWER("1", cache, "b");
    spinkv__cache_free(cache);
}

static void knows_when_nothing_was_committed(void) {
    struct cache *cache = new_cache(1 << 20);
    struct cache_view view;

    spinkv__cache_watch_unheld(cache, &view);
    CHECK(spinkv__cache_is_unchanged(cache, &view));
    commit_pages(1);
    CHECK(!spinkv__cache_is_unchanged(cache, &view));
    spinkv__cache_detach(cache);
    spinkv__cache_watch_unheld(cache, &view);
    CHECK(!spinkv__cache_is_unchanged(cache, &view));
    spinkv__cache_free(cache);
}

static void nothing_without_an_index(void) {
    struct cache *cache = new_cache(1 << 20);

    read_from_file(cache, "a", "1");
    spinkv__cache_detach(cache);
    CHECK_ANSWER("(nothing)", cache, "a");
    read_from_file(cache, "a", "1");
    CHECK_ANSWER("(nothing)", cache, "a");
    spinkv__cache_attach(cache, header);
    CHECK_ANSWER("(nothing)", cache, "a");
    read_from_file(cache, "a", "1");
    CHECK_ANSWER("1", cache, "a");
    spinkv__cache_free(cache);
}

/* ---- Bounds ---------------------------------------------------------------------------------- */

static void large_values_are_known_to_be_there(void) {
    struct cache *cache = new_cache(64 << 20);
    struct cache_key key = key_of(cache, "a");
    static char large[100000];
    struct cache_view view;

    spinkv__cache_watch(cache, &view);
    spinkv__cache_remember(cache, &view, &key, CACHED_VALUE, large, sizeof(large));
    CHECK_ANSWER("(present)", cache, "a");
    spinkv__cache_free(cache);
}

/* Puts in far more than fits; what is asked for again and again stays. */
static void stays_within_its_bound(void) {
    static struct cache_shard shard;
    static char keys[5000][16], value[100];
    const size_t limit = 100000;
    int i, kept = 0;

    spinkv__cache_shard_init(&shard);
    for (i = 0; i < 5000; i++) {
        struct cache_key hot = {label, keys[0], strlen(keys[0]), 0x9e3779b97f4a7c15u};
        struct cache_key key = {label, keys[i], 0, (uint64_t)(i + 1) * 0x9e3779b97f4a7c15u};
        struct cache_entry *entry;
        snprintf(keys[i], sizeof(keys[i]), "%d", i);
        key.size = strlen(keys[i]);
        spinkv__cache_shard_put(&shard, &key, 1, CACHED_VALUE, value, (size_t)i % 100, limit);
        CHECK(shard.bytes <= limit);
        hot.size = 1;
        entry = spinkv__cache_shard_find(&shard, &hot);
        if (CHECK(entry != NULL)) {
            entry->visited = true;
        }
    }
    for (i = 0; i < 5000; i++) {
        struct cache_key key = {label, keys[i], strlen(keys[i]),
                                (uint64_t)(i + 1) * 0x9e3779b97f4a7c15u};
        kept += spinkv__cache_shard_find(&shard, &key) != NULL;
    }
    CHECK_NUMBER(kept, shard.entry_count);
    CHECK(kept > 400 && kept < 1000);
    spinkv__cache_shard_put(&shard, &(struct cache_key){label, "x", 1, 1}, 1, CACHED_VALUE, value,
                            100, 50);
    CHECK(spinkv__cache_shard_find(&shard, &(struct cache_key){label, "x", 1, 1}) == NULL);
    spinkv__cache_shard_destroy(&shard);
}

/* What is of an epoch that is over goes before what was asked for. */
static void entries_of_an_epoch_that_is_over_go_first(void) {
    static struct cache_shard shard;
    static char keys[200][16];
    struct cache_key first = {label, "0", 1, 1};
    int i;

    spinkv__cache_shard_init(&shard);
    for (i = 0; i < 200; i++) {
        struct cache_key key = {label, keys[i], 0, (uint64_t)i + 1};
        snprintf(keys[i], sizeof(keys[i]), "%d", i);
        key.size = strlen(keys[i]);
        spinkv__cache_shard_put(&shard, &key, 1, CACHED_MISSING, NULL, 0, 12000);
        spinkv__cache_shard_find(&shard, &key)->visited = true;
    }
    CHECK(spinkv__cache_shard_find(&shard, &first) == NULL);
    first = (struct cache_key){label, keys[199], 3, 200};
    CHECK(spinkv__cache_shard_find(&shard, &first) != NULL);
    for (i = 0; i < 200; i++) {
        struct cache_key key = {label, keys[i], strlen(keys[i]), (uint64_t)i + 1001};
        spinkv__cache_shard_put(&shard, &key, 2, CACHED_MISSING, NULL, 0, 12000);
    }
    CHECK(spinkv__cache_shard_find(&shard, &first) == NULL);
    CHECK(shard.bytes <= 12000);
    spinkv__cache_shard_destroy(&shard);
}

static const struct test tests[] = {
    TEST(gives_what_was_read),
    TEST(tells_labels_apart),
    TEST(forgets_when_anybody_commits),
    TEST(refuses_what_was_read_before_a_commit),
    TEST(own_writes_keep_it_warm),
    TEST(own_write_that_begins_the_log_anew),
    TEST(own_write_before_a_recovery),
    TEST(own_write_of_unknown_size),
    TEST(own_write_after_that_of_another),
    TEST(own_write_before_that_of_another),
    TEST(own_write_that_failed),
    TEST(refuses_what_was_read_before_an_own_write),
    TEST(forgets_what_a_write_says_it_forgets),
    TEST(knows_when_nothing_was_committed),
    TEST(nothing_without_an_index),
    TEST(large_values_are_known_to_be_there),
    TEST(stays_within_its_bound),
    TEST(entries_of_an_epoch_that_is_over_go_first),
};

int main(int argc, char **argv) {
    return RUN_TESTS(tests, argc, argv);
}
