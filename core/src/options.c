/*
 * A store's options by name. One table holds each option's name, kind, range and the types of store
 * it belongs to; setting one by name, checking, copying and freeing all go by it. No message holds
 * a text that might be secret.
 */
#include "options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "names.h"
#include "show.h"
#include "url.h"

/* The types of store, as bits. */
enum {
    SPIN = 1,
    REDIS = 2,
    AZURE_COSMOS = 4,
    AWS_DYNAMO = 8,
    ANY = SPIN | REDIS | AZURE_COSMOS | AWS_DYNAMO
};

static const struct {
    const char *name;
    unsigned bit;
} types[] = {
    {"spin", SPIN}, {"redis", REDIS}, {"azure_cosmos", AZURE_COSMOS}, {"aws_dynamo", AWS_DYNAMO}};

#define TYPE_COUNT (sizeof(types) / sizeof(types[0]))

/* A limit is a number of which 0 means none. */
enum kind {
    TEXT,
    DURABILITY,
    NUMBER,
    LIMIT,
    BOOLEAN
};

/* What an option of each kind takes, and which of the three functions below sets it. */
static const char *const takes[] = {"a text", "\"full\" or \"normal\"", "a whole number",
                                    "a whole number (0 for no limit)", "true or false"};
static const enum kind setters[] = {TEXT, TEXT, NUMBER, NUMBER, BOOLEAN};

struct option {
    const char *name;
    enum kind kind;
    /* Where it lies in the struct, and its size in bytes. */
    size_t offset, size;
    /* The largest number. */
    uint64_t largest;
    /* The types of store that may have it, and those that must. */
    unsigned allowed, needed;
};

#define OPTION(name, kind, largest, allowed, needed)                                               \
    {                                                                                              \
#name, kind, offsetof(spinkv_options, name), sizeof(((spinkv_options *)0)->name), largest, \
            allowed, needed                                                                        \
    }

static const struct option table[] = {
    OPTION(type, TEXT, 0, ANY, 0),
    OPTION(path, TEXT, 0, SPIN, 0),
    OPTION(durability, DURABILITY, 0, ANY, 0),
    OPTION(busy_timeout_ms, NUMBER, 86400000, ANY, 0),
    OPTION(max_key_bytes, LIMIT, INT64_MAX, ANY, 0),
    OPTION(max_value_bytes, LIMIT, INT64_MAX, ANY, 0),
    OPTION(max_entries, LIMIT, INT64_MAX, ANY, 0),
    OPTION(cache_bytes, NUMBER, INT64_MAX, ANY, 0),
    OPTION(read_only, BOOLEAN, 0, ANY, 0),
    OPTION(url, TEXT, 0, REDIS, REDIS),
    OPTION(account, TEXT, 0, AZURE_COSMOS, AZURE_COSMOS),
    OPTION(database, TEXT, 0, AZURE_COSMOS, AZURE_COSMOS),
    OPTION(container, TEXT, 0, AZURE_COSMOS, AZURE_COSMOS),
    OPTION(key, TEXT, 0, AZURE_COSMOS, 0),
    OPTION(region, TEXT, 0, AWS_DYNAMO, AWS_DYNAMO),
    OPTION(table, TEXT, 0, AWS_DYNAMO, AWS_DYNAMO),
    OPTION(access_key, TEXT, 0, AWS_DYNAMO, 0),
    OPTION(secret_key, TEXT, 0, AWS_DYNAMO, 0),
    OPTION(token, TEXT, 0, AWS_DYNAMO, 0),
    OPTION(consistent_read, BOOLEAN, 0, AWS_DYNAMO, 0),
};

#define OPTION_COUNT (sizeof(table) / sizeof(table[0]))

/* Room for the names of all options. */
#define NAMES_SIZE 384

static const char *get_text(const spinkv_options *options, const struct option *option) {
    const char *text;

    memcpy(&text, (const char *)options + option->offset, sizeof(text));
    return text;
}

static void put_text(spinkv_options *options, const struct option *option, const char *text) {
    memcpy((char *)options + option->offset, &text, sizeof(text));
}

static uint64_t get_number(const spinkv_options *options, const struct option *option) {
    uint64_t wide = 0;
    uint32_t narrow = 0;

    if (option->size == sizeof(narrow)) {
        memcpy(&narrow, (const char *)options + option->offset, sizeof(narrow));
        return narrow;
    }
    memcpy(&wide, (const char *)options + option->offset, sizeof(wide));
    return wide;
}

/* The bit of a type; 0 for an unknown one. */
static unsigned type_bit(const char *type) {
    size_t i;

    for (i = 0; type && i < TYPE_COUNT; i++) {
        if (strcmp(types[i].name, type) == 0) {
            return types[i].bit;
        }
    }
    return type ? 0 : SPIN;
}

bool spinkv__options_are_spin(const spinkv_options *options) {
    return type_bit(options->type) == SPIN;
}

/* The names of the options that these types of store may have. */
static void list_names(unsigned allowed, char names[NAMES_SIZE]) {
    size_t i, used = 0;

    names[0] = '\0';
    for (i = 0; i < OPTION_COUNT; i++) {
        if (table[i].allowed & allowed) {
            used += (size_t)snprintf(names + used, NAMES_SIZE - used, "%s%s", used ? ", " : "",
                                     table[i].name);
        }
    }
}

/*
 * A name that nobody knows, as messages show it: only if it could be one, as anything else may be a
 * secret that stands in the wrong place.
 */
static struct spinkv__shown show_unknown(const char *name) {
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    struct spinkv__shown none = {"(not shown: more than letters, digits, _ and -)"};

    return name[strspn(name, letters)] == '\0' ? spinkv__show_name(name) : none;
}

/* ---- Setting one by name ---------------------------------------------------------------------- */

static spinkv_status fail_unknown(unsigned allowed, const char *name, spinkv_error *err) {
    struct spinkv__nearest nearest = {NULL, 0};
    char names[NAMES_SIZE];
    unsigned i;

    for (i = 0; i < OPTION_COUNT; i++) {
        if (table[i].allowed & allowed) {
            spinkv__nearer_name(&nearest, name, table[i].name);
        }
    }
    list_names(allowed, names);
    return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "unknown option %s%s%s%s are %s",
                        show_unknown(name).text, nearest.name ? ", did you mean \"" : "",
                        nearest.name ? nearest.name : "", nearest.name ? "\"? There" : "; there",
                        names);
}

/* The option with this name, or NULL. */
static const struct option *option_called(const char *name) {
    size_t i = 0;

    while (i < OPTION_COUNT && strcmp(table[i].name, name) != 0) {
        i++;
    }
    return i < OPTION_COUNT ? &table[i] : NULL;
}

const char *spinkv__option_takes(const char *name) {
    const struct option *option = option_called(name);

    return option ? takes[option->kind] : NULL;
}

/* Finds the option to set by its name. Of a type that was not set yet any option may be one. */
static spinkv_status find_option(spinkv_options *options, const char *name, enum kind setter,
                                 const struct option **option, spinkv_error *err) {
    unsigned allowed = options && options->type ? type_bit(options->type) : ANY;

    if (!options || !name) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the options or the name is NULL");
    }
    *option = option_called(name);
    if (!*option) {
        return fail_unknown(allowed ? allowed : ANY, name, err);
    }
    if (setters[(*option)->kind] != setter) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the option \"%s\" takes %s, not %s",
                            name, takes[(*option)->kind], takes[setter]);
    }
    spinkv__error_clear(err);
    return SPINKV_OK;
}

static spinkv_status set_durability(spinkv_options *options, const char *text, spinkv_error *err) {
    if (strcmp(text, "full") == 0) {
        options->durability = SPINKV_DURABILITY_FULL;
    } else if (strcmp(text, "normal") == 0) {
        options->durability = SPINKV_DURABILITY_NORMAL;
    } else {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                            "durability is %s; \"full\" and \"normal\" are allowed",
                            show_unknown(text).text);
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
    if (option->kind == DURABILITY) {
        return set_durability(options, text, err);
    }
    put_text(options, option, text);
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
        memcpy((char *)options + option->offset, &value, sizeof(value));
    }
    return status;
}

/* ---- Checking all ----------------------------------------------------------------------------- */

static spinkv_status fail_unknown_type(const char *type, spinkv_error *err) {
    return spinkv__fail(err, SPINKV_INVALID_CONFIG,
                        "type is %s; \"spin\", \"redis\", \"azure_cosmos\" and "
                        "\"aws_dynamo\" are allowed",
                        show_unknown(type).text);
}

/* Checks one option against the type of the store and against its range. */
static spinkv_status check_option(const spinkv_options *options, const struct option *option,
                                  unsigned type, spinkv_error *err) {
    bool is_text = option->kind == TEXT;
    const char *text = is_text ? get_text(options, option) : NULL;
    bool is_set =
        text || (option->kind == BOOLEAN && option->allowed != ANY && options->consistent_read);
    char names[NAMES_SIZE];

    if (is_set && !(option->allowed & type)) {
        list_names(type, names);
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                            "a store of type \"%s\" has no option \"%s\"; its options are %s",
                            options->type ? options->type : "spin", option->name, names);
    }
    if ((option->needed & type) && !text) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                            "a store of type \"%s\" needs \"%s\", a text", options->type,
                            option->name);
    }
    if ((option->needed & type) && text[0] == '\0') {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                            "\"%s\" is empty; a store of type \"%s\" needs it", option->name,
                            options->type);
    }
    if (type == REDIS && strcmp(option->name, "url") == 0) {
        return spinkv__url_check(text, err);
    }
    if (option->kind == DURABILITY && options->durability != SPINKV_DURABILITY_FULL &&
        options->durability != SPINKV_DURABILITY_NORMAL) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "durability is %d; 0 and 1 are allowed",
                            (int)options->durability);
    }
    return setters[option->kind] == NUMBER
               ? check_range(option, get_number(options, option), false, err)
               : SPINKV_OK;
}

spinkv_status spinkv__options_check(const spinkv_options *options, const char **wrong,
                                    spinkv_error *err) {
    unsigned type = type_bit(options->type);
    spinkv_status status = SPINKV_OK;
    size_t i;

    if (type == 0) {
        if (wrong) {
            *wrong = "type";
        }
        return fail_unknown_type(options->type, err);
    }
    for (i = 0; i < OPTION_COUNT && status == SPINKV_OK; i++) {
        status = check_option(options, &table[i], type, err);
        if (status != SPINKV_OK && wrong) {
            *wrong = table[i].name;
        }
    }
    return status;
}

bool spinkv__path_is_memory(const char *path) {
    return !path || path[0] == '\0' || strcmp(path, ":memory:") == 0;
}

/* ---- Copying and showing ---------------------------------------------------------------------- */

bool spinkv__options_copy(spinkv_options *copy, const spinkv_options *options, const char *path) {
    bool complete = true;
    size_t i;

    *copy = *options;
    copy->path = path;
    for (i = 0; i < OPTION_COUNT; i++) {
        if (table[i].kind == TEXT) {
            const char *text = get_text(copy, &table[i]);
            char *own = text ? strdup(text) : NULL;
            complete = complete && (own || !text);
            put_text(copy, &table[i], own);
        }
    }
    if (!complete) {
        spinkv__options_free(copy);
    }
    return complete;
}

void spinkv__options_free(spinkv_options *copy) {
    size_t i;

    for (i = 0; i < OPTION_COUNT; i++) {
        if (table[i].kind == TEXT) {
            free((void *)(uintptr_t)get_text(copy, &table[i]));
            put_text(copy, &table[i], NULL);
        }
    }
}

void spinkv__options_summarize(const spinkv_options *options, char summary[SPINKV__SUMMARY_SIZE]) {
    const size_t room = SPINKV__SUMMARY_SIZE;
    size_t used = 0;

    switch (type_bit(options->type)) {
    case REDIS:
        used = (size_t)snprintf(summary, room, "Redis at ");
        spinkv__url_show(options->url, summary + used, room - used);
        break;
    case AZURE_COSMOS:
        snprintf(summary, room, "Azure Cosmos DB, account %s, database %s, container %s",
                 spinkv__show_word(options->account).text,
                 spinkv__show_word(options->database).text,
                 spinkv__show_word(options->container).text);
        break;
    case AWS_DYNAMO:
        snprintf(summary, room, "Amazon DynamoDB, region %s, table %s",
                 spinkv__show_word(options->region).text, spinkv__show_word(options->table).text);
        break;
    default:
        used = (size_t)snprintf(summary, room, "SQLite %s", options->path ? "file " : "in memory");
        if (options->path) {
            used += spinkv__escape(summary + used, room - used, options->path,
                                   strlen(options->path), false);
        }
        snprintf(summary + used, room - used, "%s", options->read_only ? ", read-only" : "");
    }
}
