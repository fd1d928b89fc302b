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

enum kind {
    TEXT,
    DURABILITY,
    NUMBER,
    BOOLEAN
};

static const char *const kind_names[] = {"a text", "a text", "a number", "true or false"};

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
    OPTION(max_key_bytes, NUMBER, INT64_MAX, ANY, 0),
    OPTION(max_value_bytes, NUMBER, INT64_MAX, ANY, 0),
    OPTION(max_entries, NUMBER, INT64_MAX, ANY, 0),
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

/* ---- Setting one by name ---------------------------------------------------------------------- */

static spinkv_status fail_unknown(unsigned allowed, const char *name, spinkv_error *err) {
    const char *known[OPTION_COUNT], *nearest;
    char names[NAMES_SIZE];
    unsigned i, count = 0;

    for (i = 0; i < OPTION_COUNT; i++) {
        if (table[i].allowed & allowed) {
            known[count++] = table[i].name;
        }
    }
    list_names(allowed, names);
    nearest = spinkv__nearest_name(name, known, count);
    return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "unknown option \"%.40s\"%s%s%s are %s", name,
                        nearest ? ", did you mean \"" : "", nearest ? nearest : "",
                        nearest ? "\"? There" : "; there", names);
}

static spinkv_status find_option(spinkv_options *options, const char *name, enum kind kind,
                                 const struct option **option, spinkv_error *err) {
    unsigned allowed = options ? type_bit(options->type) : 0;
    size_t i;

    if (!options || !name) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the options or the name is NULL");
    }
    for (i = 0; i < OPTION_COUNT; i++) {
        if (strcmp(table[i].name, name) == 0) {
            *option = &table[i];
            if (strcmp(kind_names[table[i].kind], kind_names[kind]) == 0) {
                spinkv__error_clear(err);
                return SPINKV_OK;
            }
            return spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "the option \"%s\" is %s, not %s",
                                name, kind_names[table[i].kind], kind_names[kind]);
        }
    }
    return fail_unknown(allowed ? allowed : ANY, name, err);
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
                        "type is \"%.40s\"; \"spin\", \"redis\", \"azure_cosmos\" and "
                        "\"aws_dynamo\" are allowed",
                        type);
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
                            "a store of type \"%s\" has no option \"%s\"; there are %s",
                            options->type ? options->type : "spin", option->name, names);
    }
    if ((option->needed & type) && (!text || text[0] == '\0')) {
        return spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                            "a store of type \"%s\" needs \"%s\", a text", options->type,
                            option->name);
    }
    return option->kind == NUMBER ? check_range(option, get_number(options, option), false, err)
                                  : SPINKV_OK;
}

static spinkv_status check_url(const char *url, spinkv_error *err) {
    static const char *const schemes[] = {"redis://", "rediss://", "redis+unix://", "unix://"};
    size_t i;

    for (i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (strncmp(url, schemes[i], strlen(schemes[i])) == 0) {
            return SPINKV_OK;
        }
    }
    return spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                        "url does not begin with redis://, rediss://, redis+unix:// or unix://");
}

spinkv_status spinkv__options_check(const spinkv_options *options, spinkv_error *err) {
    unsigned type = type_bit(options->type);
    spinkv_status status = SPINKV_OK;
    size_t i;

    if (type == 0) {
        return fail_unknown_type(options->type, err);
    }
    for (i = 0; i < OPTION_COUNT && status == SPINKV_OK; i++) {
        status = check_option(options, &table[i], type, err);
    }
    if (status == SPINKV_OK && type == REDIS) {
        status = check_url(options->url, err);
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

/*
 * A URL without user, password and query. Where an '@' after a '?' leaves open which is which,
 * nothing but the scheme is shown.
 */
static void summarize_url(const char *url, char summary[SPINKV__SUMMARY_SIZE]) {
    const char *scheme_end = strstr(url, "://") + 3;
    const char *at = strrchr(scheme_end, '@');
    const char *query = scheme_end + strcspn(scheme_end, "?#");
    const char *host = at ? at + 1 : scheme_end;
    int host_size = at && at > query ? 0 : (int)strcspn(host, "?#");

    snprintf(summary, SPINKV__SUMMARY_SIZE, "Redis at %.*s%s%s%.*s", (int)(scheme_end - url), url,
             at ? "***" : "", at && host_size ? "@" : "", host_size, host);
}

void spinkv__options_summarize(const spinkv_options *options, char summary[SPINKV__SUMMARY_SIZE]) {
    switch (type_bit(options->type)) {
    case REDIS:
        summarize_url(options->url, summary);
        break;
    case AZURE_COSMOS:
        snprintf(summary, SPINKV__SUMMARY_SIZE,
                 "Azure Cosmos DB, account %s, database %s, container %s", options->account,
                 options->database, options->container);
        break;
    case AWS_DYNAMO:
        snprintf(summary, SPINKV__SUMMARY_SIZE, "Amazon DynamoDB, region %s, table %s",
                 options->region, options->table);
        break;
    default:
        snprintf(summary, SPINKV__SUMMARY_SIZE, "%s%s%s",
                 options->path ? "SQLite file " : "SQLite in memory",
                 options->path ? options->path : "", options->read_only ? ", read-only" : "");
    }
}
