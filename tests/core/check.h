/*
 * How a test program here checks and reports. A test is a function; it runs in an empty folder of
 * its own, which is the current directory meanwhile. A failed check prints file, line, what was
 * expected and what was met, and the test goes on. The program's last line is "N passed, N failed",
 * in tests, and it fails if a test did, or if none ran. Checks may be made in any thread; a forked
 * child tells by its exit status (see support.h). Arguments choose tests: those whose name contains
 * one of them.
 */
#ifndef SPINKV_CHECK_H
#define SPINKV_CHECK_H

#include <ftw.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spinkv.h"

/* The error that the calls of a test are given; CHECK_STATUS shows its message. */
static _Thread_local spinkv_error err;

static atomic_uint check_failures;

/* Each gives whether the check holds, and evaluates its arguments once. */
#define CHECK(condition) check_true(__FILE__, __LINE__, #condition, (condition))
#define CHECK_NUMBER(expected, met)                                                                \
    check_number(__FILE__, __LINE__, #met, (int64_t)(expected), (int64_t)(met))
#define CHECK_STATUS(expected, met) check_status(__FILE__, __LINE__, #met, (expected), (met))
#define CHECK_OK(met) CHECK_STATUS(SPINKV_OK, met)
#define CHECK_TEXT(expected, met) check_text(__FILE__, __LINE__, #met, (expected), (met))
#define CHECK_BYTES(expected, expected_size, met, met_size)                                        \
    check_bytes(__FILE__, __LINE__, #met, (expected), (expected_size), (met), (met_size))
/* That a text holds another. */
#define CHECK_HAS(part, met) check_has(__FILE__, __LINE__, #met, (part), (met))

/* Gives up on the whole program where a test cannot be set up. */
#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!check_true(__FILE__, __LINE__, #condition, (condition))) {                            \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

static inline const char *check_file_name(const char *path) {
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static inline bool check_failed(void) {
    atomic_fetch_add(&check_failures, 1);
    return false;
}

static inline bool check_true(const char *file, int line, const char *what, bool holds) {
    if (!holds) {
        fprintf(stderr, "%s:%d: expected %s\n", check_file_name(file), line, what);
    }
    return holds || check_failed();
}

static inline bool check_number(const char *file, int line, const char *what, int64_t expected,
                                int64_t met) {
    if (expected != met) {
        fprintf(stderr, "%s:%d: %s: expected %" PRId64 ", met %" PRId64 "\n", check_file_name(file),
                line, what, expected, met);
    }
    return expected == met || check_failed();
}

static inline bool check_status(const char *file, int line, const char *what,
                                spinkv_status expected, spinkv_status met) {
    if (expected != met) {
        fprintf(stderr, "%s:%d: %s: expected %s, met %s%s%s\n", check_file_name(file), line, what,
                spinkv_status_name(expected), spinkv_status_name(met),
                met != SPINKV_OK && err.status == met ? ": " : "",
                met != SPINKV_OK && err.status == met ? err.message : "");
    }
    return expected == met || check_failed();
}

static inline bool check_text(const char *file, int line, const char *what, const char *expected,
                              const char *met) {
    bool same = met && strcmp(expected, met) == 0;

    if (!same) {
        fprintf(stderr, "%s:%d: %s: expected \"%s\", met \"%s\"\n", check_file_name(file), line,
                what, expected, met ? met : "(NULL)");
    }
    return same || check_failed();
}

static inline bool check_bytes(const char *file, int line, const char *what, const void *expected,
                               size_t expected_size, const void *met, size_t met_size) {
    bool same = expected_size == met_size &&
                (met_size == 0 || (met && memcmp(expected, met, met_size) == 0));

    if (!same) {
        fprintf(stderr, "%s:%d: %s: expected %zu bytes \"%.*s\", met %zu bytes \"%.*s\"\n",
                check_file_name(file), line, what, expected_size,
                (int)(expected_size < 60 ? expected_size : 60), (const char *)expected, met_size,
                (int)(met_size < 60 ? met_size : 60), met ? (const char *)met : "");
    }
    return same || check_failed();
}

static inline bool check_has(const char *file, int line, const char *what, const char *part,
                             const char *met) {
    bool found = met && strstr(met, part);

    if (!found) {
        fprintf(stderr, "%s:%d: %s: expected a text with \"%s\", met \"%s\"\n",
                check_file_name(file), line, what, part, met ? met : "(NULL)");
    }
    return found || check_failed();
}

/* ---- Checks of calls ------------------------------------------------------------------------- */

static inline void spoil_error(void) {
    memset(&err, 0x5a, sizeof(err));
}

/* That the error tells of this status, in one line without control characters. */
static inline void check_told(const char *file, int line, spinkv_status expected) {
    size_t i, size = strnlen(err.message, sizeof(err.message));
    bool is_line = size > 0 && size < sizeof(err.message);

    for (i = 0; i < size && is_line; i++) {
        unsigned char byte = (unsigned char)err.message[i];
        is_line = byte >= 0x20 && byte != 0x7f;
    }
    check_status(file, line, "err.status", expected, err.status);
    check_true(file, line, "a message of one line", is_line);
}

/* That a call, which is given `error`, fails, with and without an error to fill. */
#define REFUSES(expected, call)                                                                    \
    do {                                                                                           \
        spinkv_error *error = NULL;                                                                \
        CHECK_STATUS((expected), call);                                                            \
        error = &err;                                                                              \
        spoil_error();                                                                             \
        CHECK_STATUS((expected), call);                                                            \
        check_told(__FILE__, __LINE__, (expected));                                                \
    } while (0)

/* That a call, which is given `error`, succeeds and leaves the error empty. */
#define ACCEPTS(call)                                                                              \
    do {                                                                                           \
        spinkv_error *error = NULL;                                                                \
        CHECK_OK(call);                                                                            \
        error = &err;                                                                              \
        spoil_error();                                                                             \
        CHECK_OK(call);                                                                            \
        CHECK_STATUS(SPINKV_OK, err.status);                                                       \
        CHECK_NUMBER(0, err.engine_code);                                                          \
        CHECK_TEXT("", err.message);                                                               \
    } while (0)

/* ---- Running tests --------------------------------------------------------------------------- */

struct test {
    const char *name;
    void (*run)(void);
};

#define TEST(function)                                                                             \
    { #function, function }

#define RUN_TESTS(tests, argc, argv)                                                               \
    run_tests((tests), sizeof(tests) / sizeof((tests)[0]), (argc), (argv))

static inline int remove_entry(const char *path, const struct stat *found, int type,
                               struct FTW *place) {
    (void)found;
    (void)type;
    (void)place;
    return remove(path);
}

/* Removes a folder with all that is in it. */
static inline void remove_folder(const char *path) {
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static inline bool is_chosen(const char *name, int argc, char **argv) {
    int i;

    for (i = 1; i < argc; i++) {
        if (strstr(name, argv[i])) {
            return true;
        }
    }
    return argc == 1;
}

/* Runs one test in its folder; tells whether all its checks held. */
static inline bool run_test(const struct test *test) {
    unsigned failures_before = atomic_load(&check_failures);
    const char *parent = getenv("TMPDIR");
    char folder[256];

    snprintf(folder, sizeof(folder), "%s/spinkv-test-XXXXXX", parent ? parent : "/tmp");
    if (!mkdtemp(folder) || chdir(folder) != 0) {
        fprintf(stderr, "no folder for the test can be made in %s\n", parent ? parent : "/tmp");
        exit(1);
    }
    test->run();
    if (chdir("/") == 0) {
        remove_folder(folder);
    }
    return atomic_load(&check_failures) == failures_before;
}

static inline int run_tests(const struct test *tests, size_t count, int argc, char **argv) {
    unsigned passed = 0, failed = 0;
    size_t i;

    for (i = 0; i < count; i++) {
        if (is_chosen(tests[i].name, argc, argv)) {
            bool is_good = run_test(&tests[i]);
            passed += is_good;
            failed += !is_good;
            if (!is_good) {
                printf("failed: %s\n", tests[i].name);
            }
            fflush(stdout);
        }
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed > 0 || passed == 0;
}

#endif
