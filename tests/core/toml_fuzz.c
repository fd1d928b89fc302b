/*
 * Files of any kind as a manifest and as a runtime configuration. The manifests of tests/manifests
 * and some configurations are mutated, the same way in every run, and loaded: the answer must be an
 * app, or an error that names the file, in one line of UTF-8. Sanitizers see what this cannot. How
 * the files are to be understood is tested elsewhere.
 */
#include "support.h"

#include <dirent.h>

/* The file that is loaded, in the folder of the test. */
#define FUZZ_FILE "fuzz.toml"

enum {
    SEEDS_MOST = 200,
    SIZE_MOST = 65536,
    CHANGES_MOST = 5,
    /* A hundred of each file and that there are more, and one of the default store. */
    WARNINGS_MOST = 203
};

struct seed {
    char *content;
    size_t size;
};

static struct seed manifests[SEEDS_MOST];
static uint32_t manifest_count;

/* Between them they hold every type of store, and every way of writing one. */
static const char *const configurations[] = {
    "state_dir = \".data\"\n[key_value_store.cache]\ntype = \"spin\"\npath = \"a/cache.db\"\n",
    ("\xef\xbb\xbf# A store of each type\r\n[key_value_store.default]\r\ntype = \"spin\"\r\n"
     "max_entries = 0\r\ndurability = \"normal\"\r\nread_only = false\r\n"
     "[key_value_store.far]\r\ntype = \"redis\"\r\nurl = \"redis://:pass@localhost/1?x=y@z\"\r\n"),
    ("[key_value_store]\na = { type = \"azure_cosmos\", account = \"a\", database = \"b\", "
     "container = \"c\", key = \"d\" }\nb = { type = \"aws_dynamo\", region = \"e\", table = "
     "\"f\", "
     "access_key = \"g\", secret_key = \"h\", token = \"i\", consistent_read = true }\n"
     "[key_value_stores.d]\ntype = \"spin\"\n"),
    ("[[config_provider]]\ntype = \"vault\"\n\n[llm_compute]\nauth_token = \"\"\"\n"
     "[key_value_store.e]\n\"\"\"\n\n[key_value_store.\"it's\"]\ntype = 'spin'\ncache_bytes = "
     "0x10\n"),
};

#define CONFIGURATION_COUNT ((uint32_t)(sizeof(configurations) / sizeof(configurations[0])))

/* What mutations put in. */
static const char *const pieces[] = {"\"",
                                     "'",
                                     "\"\"\"",
                                     "'''",
                                     "[",
                                     "]",
                                     "[[",
                                     "]]",
                                     "{",
                                     "}",
                                     "=",
                                     ".",
                                     ",",
                                     "#",
                                     "\n",
                                     "\r\n",
                                     "\r",
                                     "\xff",
                                     "\xc3",
                                     "\xc3\xa9",
                                     "\xe2\xb7\x80",
                                     "[+",
                                     "\xef\xbb\xbf",
                                     "\\",
                                     "\\u0000",
                                     " ",
                                     "2",
                                     "\"1\"",
                                     "true",
                                     "1.5",
                                     "-1",
                                     "99999999999999999999",
                                     "[]",
                                     "{}",
                                     "[[trigger.http]]\n",
                                     "[component.x]\n",
                                     "[key_value_store.x]\n",
                                     "key_value_stores",
                                     "key_value_stores = [\"default\"]\n",
                                     "component = { key_value_stores = [\"default\"] }\n",
                                     "id = \"\"\n",
                                     "type = \"spin\"\n",
                                     "components.a = [{}, \"b\", {}]\n",
                                     "1979-05-27"};

#define PIECE_COUNT ((uint32_t)(sizeof(pieces) / sizeof(pieces[0])))

/* ---- Loading --------------------------------------------------------------------------------- */

static bool is_utf8_line(const char *text) {
    const unsigned char *at = (const unsigned char *)text;

    while (*at >= 0x20 && *at != 0x7f) {
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
    return at > (const unsigned char *)text && *at == '\0';
}

/* Uses all that an app tells of itself. */
static void look_at(spinkv_app *app) {
    spinkv_list labels, summaries, warnings;
    spinkv_status status = spinkv_app_check(app, &err);

    if (status != SPINKV_OK) {
        CHECK_STATUS(SPINKV_NO_SUCH_STORE, status);
        CHECK_HAS("unknown key_value_stores label", err.message);
        CHECK(is_utf8_line(err.message));
    }
    if (CHECK_OK(spinkv_app_list_stores(app, &labels, &summaries, &err))) {
        CHECK(labels.count >= 1 && labels.count == summaries.count);
        spinkv_list_free(&labels);
        spinkv_list_free(&summaries);
    }
    if (CHECK_OK(spinkv_app_list_warnings(app, &warnings, &err))) {
        CHECK(warnings.count <= WARNINGS_MOST);
        spinkv_list_free(&warnings);
    }
}

/* Loads the file; gives whether it was taken. */
static bool load(bool is_manifest) {
    spinkv_app *app = NULL;
    spinkv_status status;

    REQUIRE(spinkv_app_new(&app, &err) == SPINKV_OK);
    spoil_error();
    status = is_manifest ? spinkv_app_load_manifest(app, FUZZ_FILE, "*", &err)
                         : spinkv_app_load_runtime_config(app, FUZZ_FILE, &err);
    if (status == SPINKV_OK) {
        CHECK_TEXT("", err.message);
    } else {
        CHECK_STATUS(SPINKV_INVALID_CONFIG, status);
        CHECK_STATUS(SPINKV_INVALID_CONFIG, err.status);
        CHECK_HAS(FUZZ_FILE, err.message);
        CHECK(is_utf8_line(err.message));
    }
    look_at(app);
    spinkv_app_free(app);
    return status == SPINKV_OK;
}

static void write_fuzz(const char *content, size_t size) {
    FILE *file = fopen(FUZZ_FILE, "wb");

    REQUIRE(file != NULL);
    REQUIRE(fwrite(content, 1, size, file) == size);
    REQUIRE(fclose(file) == 0);
}

/* ---- Mutating -------------------------------------------------------------------------------- */

static uint32_t random_below(uint32_t *state, size_t limit) {
    return random_next(state) % (uint32_t)limit;
}

/* Puts new bytes in the place of some, as far as there is room. */
static void replace(char *content, size_t *size, size_t start, size_t end, const char *added,
                    size_t added_size) {
    size_t tail = *size - end;

    if (start + added_size + tail > SIZE_MOST) {
        return;
    }
    memmove(content + start + added_size, content + end, tail);
    memcpy(content + start, added, added_size);
    *size = start + added_size + tail;
}

/* Makes one change: bytes cut, doubled, exchanged for random ones, a piece, or part of another. */
static void mutate(uint32_t *state, char *content, size_t *size, const struct seed *other) {
    static const uint32_t lengths[] = {0, 0, 1, 2, 5, 20, 200};
    size_t start = random_below(state, *size + 1);
    size_t end = start + lengths[random_below(state, 7)];
    char added[200];
    size_t added_size = 0, from, i;

    end = end < *size ? end : *size;
    switch (random_below(state, 5)) {
    case 0:
        break;
    case 1:
        added_size = end - start;
        memcpy(added, content + start, added_size);
        end = start;
        break;
    case 2:
        added_size = 1 + random_below(state, 4);
        for (i = 0; i < added_size; i++) {
            added[i] = (char)random_next(state);
        }
        break;
    case 3:
        added_size =
            (size_t)snprintf(added, sizeof(added), "%s", pieces[random_below(state, PIECE_COUNT)]);
        break;
    default:
        from = random_below(state, other->size + 1);
        added_size = other->size - from < 80 ? other->size - from : 80;
        memcpy(added, other->content + from, added_size);
    }
    replace(content, size, start, end, added, added_size);
}

/* Loads that many mutations of the seeds; both answers must come up. */
static void load_mutations(const struct seed *seeds, uint32_t count, bool is_manifest, int times) {
    static char content[SIZE_MOST];
    uint32_t state = 20240229;
    int taken = 0, i;

    for (i = 0; i < times; i++) {
        const struct seed *seed = &seeds[random_below(&state, count)];
        uint32_t changes = 1 + random_below(&state, CHANGES_MOST);
        size_t size = seed->size;
        memcpy(content, seed->content, size);
        while (changes-- > 0) {
            mutate(&state, content, &size, &seeds[random_below(&state, count)]);
        }
        write_fuzz(content, size);
        taken += load(is_manifest);
    }
    CHECK(taken > 0 && taken < times);
}

static void mutated_manifests(void) {
    load_mutations(manifests, manifest_count, true, rounds(12000));
}

static void mutated_configurations(void) {
    struct seed seeds[CONFIGURATION_COUNT];
    uint32_t i;

    for (i = 0; i < CONFIGURATION_COUNT; i++) {
        seeds[i].content = (char *)(uintptr_t)configurations[i];
        seeds[i].size = strlen(configurations[i]);
    }
    load_mutations(seeds, CONFIGURATION_COUNT, false, rounds(12000));
}

/* Each file as the other kind, which both must bear. */
static void whole_files(void) {
    uint32_t i;

    for (i = 0; i < manifest_count; i++) {
        write_fuzz(manifests[i].content, manifests[i].size);
        CHECK(load(true));
        load(false);
    }
    for (i = 0; i < CONFIGURATION_COUNT; i++) {
        write_fuzz(configurations[i], strlen(configurations[i]));
        CHECK(!load(true));
        load(false);
    }
}

/* A file that was cut after each of its bytes, or after every so many. */
static void beginnings(void) {
    uint32_t i;

    for (i = 0; i < manifest_count; i++) {
        size_t size, step = 1 + manifests[i].size / (size_t)rounds(100);
        for (size = 0; size < manifests[i].size; size += step) {
            write_fuzz(manifests[i].content, size);
            load(true);
        }
    }
}

/* ---- Files that ask for much ------------------------------------------------------------------ */

static FILE *begin_fuzz(void) {
    FILE *file = fopen(FUZZ_FILE, "wb");

    REQUIRE(file != NULL);
    fputs("spin_manifest_version = 2\n", file);
    return file;
}

static void put_times(FILE *file, const char *text, int times) {
    while (times-- > 0) {
        fputs(text, file);
    }
}

/* Writes before, then a text so many times, then after; gives whether it was taken. */
static bool load_repeated(const char *before, const char *text, int times, const char *after) {
    FILE *file = begin_fuzz();

    fputs(before, file);
    put_times(file, text, times);
    fputs(after, file);
    REQUIRE(fclose(file) == 0);
    load(false);
    return load(true);
}

static void too_deep(void) {
    CHECK(!load_repeated("a = ", "[", 100000, ""));
    CHECK(!load_repeated("a = ", "[\n", 100000, ""));
    CHECK(!load_repeated("a = ", "{a = ", 100000, ""));
    CHECK(!load_repeated("a", ".a", 100000, " = 1\n"));
    CHECK(!load_repeated("a", " . \"\"", 100000, " = 1\n"));
    CHECK(!load_repeated("[a", ".a", 100000, "]\n"));
    CHECK(!load_repeated("[[a", ".a", 100000, "]]\n"));
}

static void too_large(void) {
    CHECK(!load_repeated("#", "x", 1048576, "\n"));
    CHECK(!load_repeated("", "# a line\n", 120000, ""));
    CHECK(!load_repeated("", "[[trigger.http]]\n", 20000, ""));
    CHECK(!load_repeated("a = ", "1", 100000, "\n"));
    CHECK(!load_repeated("", "a = 1\n", 100000, ""));
}

/* As deep as dotted keys, tables and arrays may go together; it is taken, and freed again. */
static void as_deep_as_may_be(void) {
    FILE *file = begin_fuzz();
    int level;

    fputs("[a", file);
    put_times(file, ".a", 100);
    fputs("]\n", file);
    for (level = 0; level < 8; level++) {
        fputs(level > 0 ? "{a" : "a", file);
        put_times(file, ".a", 100);
        fputs(level < 7 ? " = [\n" : " = 1", file);
    }
    put_times(file, "}]", 7);
    fputs("\n", file);
    REQUIRE(fclose(file) == 0);
    load(true);
    load(false);
}

static void as_many_as_may_be(void) {
    CHECK(load_repeated("", "[[trigger.http]]\n", 9999, ""));
    CHECK(load_repeated("", "[[trigger.http]]\ncomponent = {}\n", 4999, ""));
    CHECK(load_repeated("[[trigger.http]]\ncomponents.a = [", "{}, ", 9990, "]\n"));
    CHECK(load_repeated("[component.a]\nkey_value_stores = [", "'x',", 200000, "]\n"));
    CHECK(load_repeated("a = [", "1,", 400000, "]\n"));
}

/* ---- The seeds ------------------------------------------------------------------------------- */

static void read_seed(const char *path) {
    struct seed *seed = &manifests[manifest_count];
    FILE *file = fopen(path, "rb");

    REQUIRE(file != NULL && manifest_count < SEEDS_MOST);
    seed->content = malloc(SIZE_MOST);
    REQUIRE(seed->content != NULL);
    seed->size = fread(seed->content, 1, SIZE_MOST, file);
    REQUIRE(seed->size > 0 && seed->size < SIZE_MOST);
    fclose(file);
    manifest_count++;
}

static int is_manifest_file(const struct dirent *entry) {
    const char *dot = strrchr(entry->d_name, '.');

    return dot && strcmp(dot, ".toml") == 0;
}

/* Reads tests/manifests, which lies beside the folder of this file, in the order of the names. */
static void read_seeds(void) {
    char folder[4096], path[8192];
    struct dirent **entries = NULL;
    int count, i;

    snprintf(folder, sizeof(folder), "%s", __FILE__);
    REQUIRE(strrchr(folder, '/') != NULL);
    *strrchr(folder, '/') = '\0';
    strncat(folder, "/../manifests", sizeof(folder) - strlen(folder) - 1);
    count = scandir(folder, &entries, is_manifest_file, alphasort);
    REQUIRE(count >= 36);
    for (i = 0; i < count; i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        read_seed(path);
        free(entries[i]);
    }
    free(entries);
}

static const struct test tests[] = {
    TEST(whole_files),       TEST(beginnings),
    TEST(mutated_manifests), TEST(mutated_configurations),
    TEST(too_deep),          TEST(as_deep_as_may_be),
    TEST(too_large),         TEST(as_many_as_may_be),
};

int main(int argc, char **argv) {
    int result;

    read_seeds();
    result = RUN_TESTS(tests, argc, argv);
    while (manifest_count > 0) {
        free(manifests[--manifest_count].content);
    }
    return result;
}
