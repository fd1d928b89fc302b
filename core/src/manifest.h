/*
 * A Spin app's manifest (spin.toml): which stores each of its components is granted.
 */
#ifndef SPINKV_MANIFEST_H
#define SPINKV_MANIFEST_H

#include "spinkv.h"

/* What stands for the union of all components, and is the id of none. */
#define SPINKV__ALL_COMPONENTS "*"

/* A label in a component's key_value_stores. */
struct spinkv__label {
    struct spinkv__label *next;
    char *text;
};

struct spinkv__component {
    struct spinkv__component *next;
    char *id;
    struct spinkv__label *labels;
};

struct spinkv__manifest {
    /* The manifest's path, absolute. */
    char *path;
    /* In the order of the text, inline ones after the others. */
    struct spinkv__component *components;
    /* What is doubtful in it, a line each. */
    struct spinkv__label *warnings;
};

/*
 * Reads a manifest of version 1 or 2. Errors: SPINKV_INVALID_CONFIG (with file, line, table and
 * field), SPINKV_IO, SPINKV_NO_MEMORY. On failure there is nothing to free.
 */
spinkv_status spinkv__manifest_read(const char *path, struct spinkv__manifest *manifest,
                                    spinkv_error *err);

void spinkv__manifest_free(struct spinkv__manifest *manifest);

/* Frees a label and those after it. */
void spinkv__labels_free(struct spinkv__label *labels);

/* The component with this id, or NULL. */
const struct spinkv__component *spinkv__manifest_find(const struct spinkv__manifest *manifest,
                                                      const char *id);

#endif
