/*
 * One case on its way through the conformance runner, and the notations of its arguments and
 * results: bytes, texts, numbers and lists become what C takes, and what C gives becomes JSON
 * again. Nothing here calls the library.
 */
#ifndef SPINKV_CONFORMANCE_NOTATION_H
#define SPINKV_CONFORMANCE_NOTATION_H

#include "spinkv.h"
#include <inttypes.h>
#include <jansson.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    APPS_MAX = 4,
    CONNECTIONS_MAX = 4,
    SHOWN_MAX = 240
};

/* What "returns" may be on an operation. */
enum kind {
    NOTHING,
    BYTES,
    INTO,
    BOOLEAN,
    LIST,
    NUMBER,
    ROWS
};

/* What a call did. met is what it gave, in the notation that expected_of gives too. */
struct outcome {
    spinkv_status status;
    spinkv_error err;
    bool is_cleared;
    json_t *met;
};

struct connection {
    json_t *name;
    json_t *file;
    sqlite3 *database;
};

/* One case on its way. */
struct run {
    bool needs_file;
    bool needs_environment;
    bool in_memory;
    /* Counts the steps done; its lowest bit decides whether an empty argument is a NULL pointer. */
    size_t ticks;
    /* Alias -> handle, and every handle that was ever opened. */
    json_t *stores;
    json_t *opened;
    /* Each variable that was set, with its value before. */
    json_t *environment;
    struct {
        const char *name;
        spinkv_app *app;
    } apps[APPS_MAX];
    struct connection connections[CONNECTIONS_MAX];
    /* Memory and JSON that live until the step is done. */
    void **held;
    size_t held_count;
    json_t *kept;
    struct outcome out;
    /* Where a failure jumps to, and what it is. */
    jmp_buf give_up;
    char where[64];
    char why[2048];
};

/* ---- Memory of a step ------------------------------------------------------------------------ */

static _Noreturn void out_of_memory(void) {
    fprintf(stderr, "out of memory\n");
    exit(2);
}

static void *hold(struct run *run, void *memory) {
    void **more = realloc(run->held, (run->held_count + 1) * sizeof *more);
    if (more == NULL || memory == NULL) {
        out_of_memory();
    }
    run->held = more;
    run->held[run->held_count++] = memory;
    return memory;
}

/* malloc(0) gives a pointer that may not be read, and never NULL. */
static void *allocate(struct run *run, size_t size) {
    void *memory = malloc(size);
    return hold(run, memory == NULL && size == 0 ? malloc(1) : memory);
}

static void release(struct run *run) {
    while (run->held_count > 0) {
        free(run->held[--run->held_count]);
    }
    json_array_clear(run->kept);
    json_decref(run->out.met);
    run->out.met = NULL;
}

static json_t *keep(struct run *run, json_t *value) {
    if (json_array_append_new(run->kept, value) != 0) {
        out_of_memory();
    }
    return value;
}

/* Text for a person. */
static const char *shown(struct run *run, json_t *value) {
    if (value == NULL) {
        return "nothing";
    }
    char *text = hold(run, json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT));
    if (strlen(text) > SHOWN_MAX) {
        strcpy(text + SHOWN_MAX, "...");
    }
    return text;
}

/* ---- Failing --------------------------------------------------------------------------------- */

static _Noreturn void fail(struct run *run, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(run->why, sizeof run->why, format, arguments);
    va_end(arguments);
    longjmp(run->give_up, 1);
}

/* Fails where the strings of an array that may be missing are not that. */
static void check_strings(struct run *run, json_t *array) {
    size_t index;
    json_t *string;
    if (array != NULL && !json_is_array(array)) {
        fail(run, "no array: %s", shown(run, array));
    }
    json_array_foreach(array, index, string) {
        if (!json_is_string(string)) {
            fail(run, "no string in %s", shown(run, array));
        }
    }
}

/* ---- Notations ------------------------------------------------------------------------------- */

static const char HEX_DIGITS[] = "0123456789abcdef";

static size_t bytes_size(struct run *run, json_t *notation) {
    json_t *hex = json_object_get(notation, "hex");
    json_t *repeat = json_object_get(notation, "repeat");
    json_t *times = json_object_get(notation, "times");
    json_t *join = json_object_get(notation, "join");
    json_t *lines = json_object_get(notation, "lines");
    if (json_is_string(notation)) {
        return json_string_length(notation);
    }
    if (json_object_size(notation) == 1 && json_string_length(hex) % 2 == 0 &&
        json_is_string(hex)) {
        return json_string_length(hex) / 2;
    }
    if (json_object_size(notation) == 2 && repeat != NULL && json_is_integer(times)) {
        return bytes_size(run, repeat) * (size_t)json_integer_value(times);
    }
    if (json_object_size(notation) == 1 && (json_is_array(join) || json_is_array(lines))) {
        size_t index, size = json_array_size(lines);
        json_t *part;
        json_array_foreach(lines == NULL ? join : lines, index, part) {
            size += bytes_size(run, part);
        }
        return size;
    }
    fail(run, "unknown notation of bytes: %s", shown(run, notation));
}

static unsigned hex_digit(struct run *run, char digit) {
    const char *place = memchr(HEX_DIGITS, digit, 16);
    if (place == NULL) {
        fail(run, "not a hexadecimal digit: %c", digit);
    }
    return (unsigned)(place - HEX_DIGITS);
}

static unsigned char *bytes_write(struct run *run, json_t *notation, unsigned char *to) {
    json_t *hex = json_object_get(notation, "hex");
    json_t *repeat = json_object_get(notation, "repeat");
    json_t *lines = json_object_get(notation, "lines");
    size_t index, size = bytes_size(run, notation);
    json_t *part;
    if (size == 0) {
        return to;
    }
    if (json_is_string(notation)) {
        memcpy(to, json_string_value(notation), size);
    } else if (hex != NULL) {
        for (index = 0; index < size; index++) {
            const char *digits = json_string_value(hex) + 2 * index;
            to[index] = (unsigned char)(hex_digit(run, digits[0]) << 4 | hex_digit(run, digits[1]));
        }
    } else if (repeat != NULL) {
        size_t done = bytes_size(run, repeat);
        bytes_write(run, repeat, to);
        for (; done < size; done *= 2) {
            memcpy(to + done, to, done < size - done ? done : size - done);
        }
    } else {
        unsigned char *end = to;
        json_array_foreach(lines == NULL ? json_object_get(notation, "join") : lines, index, part) {
            end = bytes_write(run, part, end);
            if (lines != NULL) {
                *end++ = '\n';
            }
        }
    }
    return to + size;
}

/* The bytes of a notation; data is never NULL. */
static spinkv_bytes to_bytes(struct run *run, json_t *notation) {
    size_t size = bytes_size(run, notation);
    unsigned char *data = allocate(run, size);
    bytes_write(run, notation, data);
    return (spinkv_bytes){data, size};
}

/* The same with a NUL behind, which the bytes must not hold themselves. */
static const char *to_text(struct run *run, json_t *notation) {
    size_t size = bytes_size(run, notation);
    char *text = allocate(run, size + 1);
    bytes_write(run, notation, (unsigned char *)text);
    text[size] = '\0';
    if (strlen(text) != size) {
        fail(run, "a NUL where C takes none: %s", shown(run, notation));
    }
    return text;
}

static json_t *from_blob(const unsigned char *data, size_t size) {
    char *hex = calloc(2 * size + 1, 1);
    for (size_t index = 0; hex != NULL && index < size; index++) {
        hex[2 * index] = HEX_DIGITS[data[index] >> 4];
        hex[2 * index + 1] = HEX_DIGITS[data[index] & 15];
    }
    json_t *notation = json_pack("{s:s}", "hex", hex);
    free(hex);
    return notation;
}

/* Bytes in the one notation in which they are compared: text if they are UTF-8, else "hex". */
static json_t *from_bytes(const void *data, size_t size) {
    json_t *text = json_stringn(size > 0 ? data : "", size);
    return text != NULL ? text : from_blob(data, size);
}

static json_t *from_number(int64_t number) {
    char digits[32];
    snprintf(digits, sizeof digits, "%" PRId64, number);
    return json_string(digits);
}

static int64_t to_number(struct run *run, json_t *notation) {
    int64_t number;
    char more;
    if (json_is_integer(notation)) {
        return json_integer_value(notation);
    }
    if (json_is_string(notation) &&
        sscanf(json_string_value(notation), "%" SCNd64 "%c", &number, &more) == 1) {
        return number;
    }
    fail(run, "not a number: %s", shown(run, notation));
}

/* A list as an array: it is one already, or {"numbered": count, "start": first, "value": value}. */
static json_t *to_array(struct run *run, json_t *notation) {
    json_t *value = json_object_get(notation, "value");
    json_t *start = json_object_get(notation, "start");
    if (json_is_array(notation)) {
        return notation;
    }
    if (!json_is_integer(json_object_get(notation, "numbered")) ||
        json_object_size(notation) != 1u + (value != NULL) + (start != NULL)) {
        fail(run, "unknown notation of a list: %s", shown(run, notation));
    }
    json_t *array = keep(run, json_array());
    json_int_t first = json_integer_value(start);
    json_int_t end = first + json_integer_value(json_object_get(notation, "numbered"));
    for (json_int_t number = first; number < end; number++) {
        json_t *key = json_sprintf("k%04lld", (long long)number);
        json_array_append_new(array, value == NULL ? key : json_pack("[o,O]", key, value));
    }
    return array;
}

/* What a step expects, in the notation of outcome.met. */
static json_t *expected_of(struct run *run, enum kind kind, json_t *notation) {
    size_t index;
    json_t *item, *array, *expected, *value = json_object_get(notation, "value");
    spinkv_bytes bytes;
    switch (kind) {
    case BYTES:
        bytes = to_bytes(run, notation);
        return keep(run, from_bytes(bytes.data, bytes.size));
    case NUMBER:
        return keep(run, from_number(to_number(run, notation)));
    case INTO:
        expected = keep(run, json_object());
        item = expected_of(run, NUMBER, json_object_get(notation, "size"));
        json_object_set(expected, "size", item);
        if (value != NULL) {
            json_object_set(expected, "value", expected_of(run, BYTES, value));
        }
        return expected;
    case LIST:
        expected = keep(run, json_array());
        array = to_array(run, notation);
        json_array_foreach(array, index, item) {
            bool is_missing = json_is_null(item);
            json_array_append(expected, is_missing ? item : expected_of(run, BYTES, item));
        }
        return expected;
    default:
        return notation;
    }
}

#endif
