/*
 * Runs the cases of tests/conformance against the C library: `conformance [--only <part of a name>]
 * <folder or file>...`. tests/conformance/README.md describes the format. Everything in a case that
 * this runner does not know is a failure, never a pass or a silent skip: there is no skip here at
 * all. Beside what a case says it checks what the header promises of every call: on failure the
 * outs are cleared and the error is filled, on success it is empty. Arguments are handed over in
 * memory of exactly their size, so that a sanitizer sees a byte read beyond them.
 */
#include "conformance_apps.h"
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>

enum {
    SCHEMA = 1
};

struct totals {
    unsigned passed, failed, skipped;
};

static const char *only = "";

/* ---- Steps ----------------------------------------------------------------------------------- */

/* Every operation: the fields it must have and those it may have, between spaces. */
static const struct operation {
    const char *name;
    const char *required;
    const char *optional;
    enum kind returns;
    bool may_omit_returns;
    bool needs_file;
    void (*call)(struct run *run, json_t *step, struct outcome *out);
} OPERATIONS[] = {
    {"new_app", "",
     " app manifest component runtime_config stores state_dir max_open_stores warning_has ",
     NOTHING, true, false, call_new_app},
    {"add_store", " label ", " app options ", NOTHING, true, false, call_add_store},
    {"free_app", "", " app ", NOTHING, true, false, call_free_app},
    {"grant", " label ", " app ", NOTHING, true, false, call_grant},
    {"seed", " pairs ", " app ", NOTHING, true, false, call_seed},
    {"list_stores", "", " app summary_has summary_lacks ", LIST, false, false, call_list_stores},
    {"set_environment", " name value ", "", NOTHING, true, false, call_set_environment},
    {"open", " label ", " app store ", NOTHING, true, false, call_open},
    {"open_default", "", " app store ", NOTHING, true, false, call_open_default},
    {"use_handle", " number ", " store ", NOTHING, true, false, call_use_handle},
    {"close", "", " store ", NOTHING, true, false, call_close},
    {"get", " key ", " store ", BYTES, false, false, call_get},
    {"get_into", " key capacity ", " store ", INTO, false, false, call_get_into},
    {"set", " key value ", " store ", NOTHING, true, false, call_set},
    {"delete", " key ", " store ", NOTHING, true, false, call_delete},
    {"exists", " key ", " store ", BOOLEAN, false, false, call_exists},
    {"get_keys", "", " store ", LIST, false, false, call_get_keys},
    {"list_keys", "", " store prefix after limit ", LIST, false, false, call_list_keys},
    {"count", "", " store ", NUMBER, false, false, call_count},
    {"get_many", " keys ", " store ", LIST, false, false, call_get_many},
    {"set_many", " pairs ", " store ", NOTHING, true, false, call_set_many},
    {"delete_many", " keys ", " store ", NOTHING, true, false, call_delete_many},
    {"increment", " key ", " store delta ", NUMBER, true, false, call_increment},
    {"compare_and_swap", " key expected value ", " store ", BOOLEAN, false, false,
     call_compare_and_swap},
    {"set_json", " key json ", " store ", NOTHING, true, false, call_set_json},
    {"get_json", " key ", " store ", BYTES, false, false, call_get_json},
    {"sql", " file sql ", " connection ", ROWS, true, true, call_sql},
    {"write_file", " file content ", "", NOTHING, true, true, call_write_file},
    {"file_exists", " file ", "", BOOLEAN, false, true, call_file_exists},
    {"repeat", " times steps ", "", NOTHING, true, false, NULL},
};

/* Whether a word is one of those that stand between spaces. */
static bool is_listed(const char *words, const char *word) {
    char spaced[64];
    snprintf(spaced, sizeof spaced, " %s ", word);
    return strstr(words, spaced) != NULL;
}

static size_t word_count(const char *words) {
    size_t spaces = 0;
    for (; *words != '\0'; words++) {
        spaces += *words == ' ';
    }
    return spaces == 0 ? 0 : spaces - 1;
}

/* Fails for a field that is missing or in neither list. */
static void check_fields(struct run *run, json_t *object, const char *required,
                         const char *optional) {
    const char *name;
    json_t *value;
    size_t found = 0;
    json_object_foreach(object, name, value) {
        bool is_required = is_listed(required, name);
        found += is_required;
        if (!is_required && !is_listed(optional, name)) {
            fail(run, "unknown field \"%s\" in %s", name, shown(run, object));
        }
    }
    if (found != word_count(required)) {
        fail(run, "not all of the fields%sin %s", required, shown(run, object));
    }
}

static const struct operation *operation_of(struct run *run, json_t *step) {
    const char *name = json_string_value(json_object_get(step, "op"));
    size_t count = sizeof OPERATIONS / sizeof *OPERATIONS;
    for (size_t index = 0; name != NULL && index < count; index++) {
        if (strcmp(OPERATIONS[index].name, name) == 0) {
            return &OPERATIONS[index];
        }
    }
    fail(run, "unknown operation in %s", shown(run, step));
}

static void check_step(struct run *run, const struct operation *operation, json_t *step) {
    json_t *error = json_object_get(step, "error");
    bool has_returns = json_object_get(step, "returns") != NULL;
    char optional[256];
    snprintf(optional, sizeof optional, " op error%s%s %s",
             operation->returns == NOTHING ? "" : " returns",
             error ? " message_has message_lacks" : "", operation->optional);
    check_fields(run, step, operation->required, optional);
    check_strings(run, json_object_get(step, "message_has"));
    check_strings(run, json_object_get(step, "message_lacks"));
    if (error != NULL && (has_returns || !json_is_string(error))) {
        fail(run, "both \"returns\" and \"error\", or an odd \"error\", in %s", shown(run, step));
    }
    if (error == NULL && !has_returns && !operation->may_omit_returns) {
        fail(run, "neither \"returns\" nor \"error\" in %s", shown(run, step));
    }
    if (operation->needs_file && !run->needs_file) {
        fail(run, "%s needs the flag sqlite-file", operation->name);
    }
    if (operation->call == call_set_environment && !run->needs_environment) {
        fail(run, "%s needs the flag environment", operation->name);
    }
}

static void check_steps(struct run *run, json_t *steps) {
    size_t index;
    json_t *step;
    if (!json_is_array(steps)) {
        fail(run, "the steps are no array");
    }
    json_array_foreach(steps, index, step) {
        const struct operation *operation = operation_of(run, step);
        check_step(run, operation, step);
        if (operation->call == NULL) {
            check_steps(run, json_object_get(step, "steps"));
        }
    }
}

/* Every failed call fills the error, every other empties it. */
static void check_error(struct run *run, json_t *step, const struct outcome *out) {
    const char *message = out->err.message;
    json_t *text = json_string(message), *part;
    bool is_utf8 = text != NULL;
    size_t index;
    json_decref(text);
    if (out->err.status != out->status) {
        fail(run, "the call returned %s and its error says %s", spinkv_status_name(out->status),
             spinkv_status_name(out->err.status));
    }
    if ((out->status == SPINKV_OK) != (message[0] == '\0')) {
        fail(run, "%s with the message \"%s\"", spinkv_status_name(out->status), message);
    }
    if (!is_utf8 || strchr(message, '\n') != NULL) {
        fail(run, "the message is not a line of UTF-8");
    }
    if (out->status != SPINKV_OK && !out->is_cleared) {
        fail(run, "%s, and an out parameter is not cleared", spinkv_status_name(out->status));
    }
    json_array_foreach(json_object_get(step, "message_has"), index, part) {
        if (strstr(message, json_string_value(part)) == NULL) {
            fail(run, "no %s in the message \"%s\"", shown(run, part), message);
        }
    }
    json_array_foreach(json_object_get(step, "message_lacks"), index, part) {
        if (strstr(message, json_string_value(part)) != NULL) {
            fail(run, "%s in the message \"%s\"", shown(run, part), message);
        }
    }
}

static void run_step(struct run *run, json_t *step) {
    const struct operation *operation = operation_of(run, step);
    const char *error = json_string_value(json_object_get(step, "error"));
    json_t *returns = json_object_get(step, "returns");
    struct outcome *out = &run->out;
    *out = (struct outcome){.status = SPINKV_OK, .is_cleared = true};
    out->err = (spinkv_error){SPINKV_STATUS_COUNT, -1, "the call left the error as it was"};
    operation->call(run, step, out);
    if (strcmp(spinkv_status_name(out->status), error == NULL ? "ok" : error) != 0) {
        fail(run, "%s: expected %s, met %s: %s", operation->name, error == NULL ? "ok" : error,
             spinkv_status_name(out->status),
             out->status == SPINKV_OK ? shown(run, out->met) : out->err.message);
    }
    check_error(run, step, out);
    if (returns != NULL) {
        json_t *expected = expected_of(run, operation->returns, returns);
        if (!json_equal(expected, out->met)) {
            fail(run, "%s: expected %s, met %s", operation->name, shown(run, returns),
                 shown(run, out->met));
        }
    }
    release(run);
}

static void run_steps(struct run *run, json_t *steps, const char *where) {
    size_t index;
    json_t *step;
    json_array_foreach(steps, index, step) {
        json_int_t times = json_integer_value(json_object_get(step, "times"));
        char inside[sizeof run->where];
        snprintf(inside, sizeof inside, "%sstep %zu", where, index + 1);
        snprintf(run->where, sizeof run->where, "%s", inside);
        run->ticks++;
        if (operation_of(run, step)->call != NULL) {
            run_step(run, step);
            continue;
        }
        for (json_int_t time = 1; time <= times; time++) {
            char nested[sizeof run->where];
            snprintf(nested, sizeof nested, "%.20s, time %lld, ", inside, (long long)time);
            run_steps(run, json_object_get(step, "steps"), nested);
        }
    }
}

/* ---- Cases ----------------------------------------------------------------------------------- */

static int remove_entry(const char *path, const struct stat *info, int type, struct FTW *place) {
    (void)info, (void)type, (void)place;
    return remove(path);
}

static void clean_up(struct run *run) {
    size_t index;
    json_t *handle;
    release(run);
    free(run->held);
    for (index = 0; index < CONNECTIONS_MAX; index++) {
        close_connection(&run->connections[index]);
    }
    json_array_foreach(run->opened, index, handle) {
        spinkv_close((spinkv_store)json_integer_value(handle));
    }
    for (index = 0; index < APPS_MAX; index++) {
        spinkv_app_free(run->apps[index].app);
    }
    restore_environment(run);
    json_decref(run->environment);
    json_decref(run->kept);
    json_decref(run->opened);
    json_decref(run->stores);
}

static void failed(struct totals *totals, const char *file, json_t *entry, const char *where,
                   const char *why) {
    const char *name = json_string_value(json_object_get(entry, "name"));
    totals->failed++;
    printf("FAIL %s: %s%s: %s\n", file, name == NULL ? "?" : name, where, why);
}

static void write_files(struct run *run, json_t *files) {
    const char *path;
    json_t *content;
    json_object_foreach(files, path, content) {
        write_content(run, path, content);
    }
}

/* Runs a case once, in an empty folder that is the current directory meanwhile. */
static void run_case(struct totals *totals, const char *file, json_t *entry, bool in_memory) {
    struct run run = {.in_memory = in_memory};
    char folder[] = "/tmp/spinkv-conformance-XXXXXX";
    int before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (before < 0 || mkdtemp(folder) == NULL || chdir(folder) != 0) {
        perror(folder);
        exit(2);
    }
    run.stores = json_object();
    run.opened = json_array();
    run.kept = json_array();
    run.environment = json_object();
    run.ticks = json_string_length(json_object_get(entry, "name"));
    if (setjmp(run.give_up) == 0) {
        write_files(&run, json_object_get(entry, "files"));
        run_steps(&run, json_object_get(entry, "steps"), "");
        totals->passed++;
    } else {
        char where[sizeof run.where + 16];
        snprintf(where, sizeof where, " (%s): %s", in_memory ? "memory" : "file", run.where);
        failed(totals, file, entry, where, run.why);
    }
    clean_up(&run);
    if (fchdir(before) != 0 || nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS) != 0) {
        perror(folder);
        exit(2);
    }
    close(before);
}

/* Every flag a case may need. This runner has all that they ask for, so it skips nothing. */
static const char FLAGS[] = " sqlite-file second-app current-directory environment raw-text"
                            " raw-handles json-text get-into ";

static void check_case(struct run *run, json_t *entry) {
    json_t *flag, *needs = json_object_get(entry, "needs");
    size_t index;
    check_fields(run, entry, " name about steps ", " needs files ");
    if (!json_is_string(json_object_get(entry, "name")) ||
        !json_is_string(json_object_get(entry, "about"))) {
        fail(run, "name or about is no string");
    }
    check_strings(run, needs);
    json_array_foreach(needs, index, flag) {
        if (!is_listed(FLAGS, json_string_value(flag))) {
            fail(run, "unknown flag %s", shown(run, flag));
        }
        run->needs_file |= strcmp(json_string_value(flag), "sqlite-file") == 0;
        run->needs_environment |= strcmp(json_string_value(flag), "environment") == 0;
    }
    check_steps(run, json_object_get(entry, "steps"));
}

/* Runs a case where it can run: in memory and in a file, or in a file alone. */
static void run_entry(struct totals *totals, const char *file, json_t *entry) {
    const char *name = json_string_value(json_object_get(entry, "name"));
    struct run checks = {0};
    if (name != NULL && strstr(name, only) == NULL) {
        return;
    }
    if (setjmp(checks.give_up) == 0) {
        check_case(&checks, entry);
    } else {
        failed(totals, file, entry, "", checks.why);
    }
    if (checks.why[0] == '\0') {
        run_case(totals, file, entry, false);
        if (!checks.needs_file) {
            run_case(totals, file, entry, true);
        }
    }
    release(&checks);
    free(checks.held);
}

static void run_file(struct totals *totals, const char *path) {
    json_error_t problem;
    json_t *document = json_load_file(path, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &problem);
    json_t *entry, *cases = json_object_get(document, "cases");
    const char *file = strrchr(path, '/') == NULL ? path : strrchr(path, '/') + 1;
    size_t index;
    if (json_integer_value(json_object_get(document, "schema")) != SCHEMA ||
        !json_is_string(json_object_get(document, "about")) || !json_is_array(cases) ||
        json_object_size(document) != 3) {
        failed(totals, file, NULL, "",
               document == NULL ? problem.text : "its fields are not schema (1), about and cases");
    } else {
        json_array_foreach(cases, index, entry) {
            run_entry(totals, file, entry);
        }
    }
    json_decref(document);
}

static int is_case_file(const struct dirent *entry) {
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && strcmp(dot, ".json") == 0;
}

static void run_path(struct totals *totals, const char *path) {
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, is_case_file, alphasort);
    if (count < 0) {
        run_file(totals, path);
    }
    for (int index = 0; index < count; index++) {
        char file[PATH_SIZE];
        snprintf(file, sizeof file, "%s/%s", path, entries[index]->d_name);
        run_file(totals, file);
        free(entries[index]);
    }
    free(entries);
}

int main(int argc, char **argv) {
    struct totals totals = {0};
    int first = 1;
    unsetenv("RUNTIME_CONFIG_FILE");
    if (argc > 2 && strcmp(argv[1], "--only") == 0) {
        only = argv[2];
        first = 3;
    }
    for (int index = first; index < argc; index++) {
        run_path(&totals, argv[index]);
    }
    if (totals.passed + totals.failed == 0) {
        printf("no cases\n");
    }
    printf("%u passed, %u failed, %u skipped\n", totals.passed, totals.failed, totals.skipped);
    return totals.failed > 0 || totals.passed == 0;
}
