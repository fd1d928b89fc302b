/*
 * A store's options by name. One table holds each option's name, kind and range; setting one by
 * name and checking a whole struct both go by it.
 */
#include "options.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "error.h"

enum kind {
    TEXT,
    NUMBER,
    BOOLEAN
};

static const char *const kind_names[] = {"a text", "a number", "true or false"};

struct option {
    const char *name;
    enum kind kind;
    /* For a number: where it lies, its size in bytes and its largest. */
    size_t offset, size;
    uint64_t largest;
};

#define NUMBER_OPTION(name, largest)                                                               \
    { #name, NUMBER, offsetof(spinkv_options, name), sizeof(((spinkv_options *)0)->name), largest }

static const struct option options_by_name[] = {
    {"type", TEXT, 0, 0, 0},
    {"path", TEXT, 0, 0, 0},
    {"durability", TEXT, 0, 0, 0},
    NUMBER_OPTION(busy_timeout_ms, 86400000),
    NUMBER_OPTION(max_key_bytes, INT64_MAX),
    NUMBER_OPTION(max_value_bytes, INT64_MAX),
    NUMBER_OPTION(max_entries, INT64_MAX),
    NUMBER_OPTION(cache_bytes, INT64_MAX),
    {"read_only", BOOLEAN, 0, 0, 0},
};

#define OPTION_COUNT (sizeof(options_by_name) / sizeof(options_by_name[0]))

/* The longest name that is compared when a near one is looked for. */
#define NAME_LONGEST 32

static size_t smallest(size_t a, size_t b, size_t c) {
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

/* How many letters must be put in, left out or changed to make one name of another. */
static size_t edit_distance(const char *from, const char *to) {
    size_t row[NAME_LONGEST + 1], i, j;
    size_t from_size = strlen(from), to_size = strlen(to);

    if (from_size > NAME_LONGEST || to_size > NAME_LONGEST) {
        return SIZE_MAX;
    }
    for (j = 0; j <= to_size; j++) {
        row[j] = j;
    }
    for (i = 1; i <= from_size; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (j = 1; j <= to_size; j++) {
            size_t change = diagonal + (from[i - 1] != to[j - 1]);
            diagonal = row[j];
            row[j] = smallest(row[j] + 1, row[j - 1] + 1, change);
        }
    }
    return row[to_size];
}

static spinkv_status fail_unknown(const char *name, spinkv_error *err) {
    const char *nearest = NULL;
    size_t i, least = SIZE_MAX;
    char known[256];
    size_t used = 0;

    for (i = 0; i < OPTION_COUNT; i++) {
        size_t distance = edit_distance(name, options_by_name[i].name);
        if (distance < least) {
            least = distance;
            nearest = options_by_name[i].name;
        }
        used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "",
                                 options_by_name[i].name);
    }
    if (least <= 4 && least < strlen(nearest)) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                            "unknown option \"%.40s\", did you mean \"%s\"? There are %s", name,
                            nearest, known);
    }
    return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "unknown option \"%.40s\"; there are %s",
                        name, known);
}

static spinkv_status find_option(spinkv_options *options, const char *name, enum kind kind,
                                 const struct option **option, spinkv_error *err) {
    size_t i;

    if (!options || !name) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the options or the name is NULL");
    }
    for (i = 0; i < OPTION_COUNT; i++) {
        if (strcmp(options_by_name[i].name, name) == 0) {
            *option = &options_by_name[i];
            if ((*option)->kind == kind) {
                spinkv__error_clear(err);
                return SPINKV_OK;
            }
            return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the option \"%s\" is %s, not %s",
                                name, kind_names[(*option)->kind], kind_names[kind]);
        }
    }
    return fail_unknown(name, err);
}

static spinkv_status set_durability(spinkv_options *options, const char *text, spinkv_error *err) {
    if (strcmp(text, "full") == 0) {
        options->durability = SPINKV_DURABILITY_FULL;
    } else if (strcmp(text, "normal") == 0) {
        options->durability = SPINKV_DURABILITY_NORMAL;
    } else {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                            "durability is \"%.40s\"; \"full\" and \"normal\" are allowed", text);
    }
    return SPINKV_OK;
}

spinkv_status spinkv_options_set_text(spinkv_options *options, const char *name, const char *text,
                                      spinkv_error *err) {
    const struct option *option;
    spinkv_status status = find_option(options, name, TEXT, &option, err);

    if (status != SPINKV_OK) {
        return status;
    }
    if (!text) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the text for \"%s\" is NULL", name);
    }
    if (strcmp(name, "durability") == 0) {
        return set_durability(options, text, err);
    }
    if (strcmp(name, "path") == 0) {
        options->path = text;
    } else {
        options->type = text;
    }
    return SPINKV_OK;
}

static spinkv_status check_range(const struct option *option, uint64_t number, bool negative,
                                 spinkv_error *err) {
    if (negative || number > option->largest) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                            "%s is %s%" PRIu64 "; 0 to %" PRIu64 " is allowed", option->name,
                            negative ? "-" : "", number, option->largest);
    }
    return SPINKV_OK;
}

spinkv_status spinkv_options_set_number(spinkv_options *options, const char *name, int64_t number,
                                        spinkv_error *err) {
    const struct option *option;
    uint64_t magnitude = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    spinkv_status status = find_option(options, name, NUMBER, &option, err);

    if (status == SPINKV_OK) {
        status = check_range(option, magnitude, number < 0, err);
    }
    if (status == SPINKV_OK && option->size == sizeof(uint32_t)) {
        uint32_t narrow = (uint32_t)magnitude;
        memcpy((char *)options + option->offset, &narrow, sizeof(narrow));
    } else if (status == SPINKV_OK) {
        memcpy((char *)options + option->offset, &magnitude, sizeof(magnitude));
    }
    return status;
}

spinkv_status spinkv_options_set_boolean(spinkv_options *options, const char *name, bool value,
                                         spinkv_error *err) {
    const struct option *option;
    spinkv_status status = find_option(options, name, BOOLEAN, &option, err);

    if (status == SPINKV_OK) {
        options->read_only = value;
    }
    return status;
}

static uint64_t read_number(const spinkv_options *options, const struct option *option) {
    uint64_t wide = 0;
    uint32_t narrow = 0;

    if (option->size == sizeof(narrow)) {
        memcpy(&narrow, (const char *)options + option->offset, sizeof(narrow));
        return narrow;
    }
    memcpy(&wide, (const char *)options + option->offset, sizeof(wide));
    return wide;
}

spinkv_status spinkv__options_check(const spinkv_options *options, spinkv_error *err) {
    spinkv_status status = SPINKV_OK;
    size_t i;

    for (i = 0; i < OPTION_COUNT && status == SPINKV_OK; i++) {
        const struct option *option = &options_by_name[i];
        if (option->kind == NUMBER) {
            status = check_range(option, read_number(options, option), false, err);
        }
    }
    if (status == SPINKV_OK && options->durability != SPINKV_DURABILITY_FULL &&
        options->durability != SPINKV_DURABILITY_NORMAL) {
        status = spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "durability is %d; 0 and 1 are allowed",
                              (int)options->durability);
    }
    return status;
}

bool spinkv__path_is_memory(const char *path) {
    return !path || path[0] == '\0' || strcmp(path, ":memory:") == 0;
}
