/*
 * Names: the two spellings that Spin knows, and which known name was probably meant.
 */
#include "names.h"

#include <stdint.h>
#include <string.h>

/* The longest name that is compared when a near one is looked for. */
#define NAME_LONGEST 64

/* How many letters of a long name may differ. */
#define FAR 4

static bool is_lower(char character) {
    return character >= 'a' && character <= 'z';
}

static bool is_upper(char character) {
    return character >= 'A' && character <= 'Z';
}

static bool is_digit(char character) {
    return character >= '0' && character <= '9';
}

/* The end of the word that begins here; NULL if none does. */
static const char *skip_word(const char *word) {
    bool lower = is_lower(*word);

    if (!lower && !is_upper(*word)) {
        return NULL;
    }
    while (is_digit(*word) || (lower ? is_lower(*word) : is_upper(*word))) {
        word++;
    }
    return word;
}

static bool is_joined_by(const char *name, char joint) {
    const char *end = skip_word(name);

    while (end && *end == joint) {
        end = skip_word(end + 1);
    }
    return end && *end == '\0';
}

bool spinkv__is_kebab_case(const char *name) {
    return is_joined_by(name, '-');
}

bool spinkv__is_snake_case(const char *name) {
    return is_joined_by(name, '_');
}

static size_t smallest(size_t a, size_t b, size_t c) {
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

static char folded(char character) {
    return is_upper(character) ? (char)(character - 'A' + 'a') : character;
}

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
            size_t change = diagonal + (folded(from[i - 1]) != folded(to[j - 1]));
            diagonal = row[j];
            row[j] = smallest(row[j] + 1, row[j - 1] + 1, change);
        }
    }
    return row[to_size];
}

void spinkv__nearer_name(struct spinkv__nearest *nearest, const char *written, const char *name) {
    size_t written_size = strlen(written), name_size = strlen(name);
    size_t third = (written_size > name_size ? written_size : name_size) / 3;
    size_t distance = edit_distance(written, name);

    if (distance <= (third < FAR ? third : FAR) &&
        (!nearest->name || distance < nearest->distance)) {
        nearest->name = name;
        nearest->distance = distance;
    }
}

bool spinkv__is_near(const char *written, const char *name) {
    struct spinkv__nearest nearest = {NULL, 0};

    spinkv__nearer_name(&nearest, written, name);
    return nearest.name && strcmp(written, name) != 0;
}
