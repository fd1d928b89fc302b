/*
 * TOML, read by toml++. A document is a tree of nodes that belong to it: tables, arrays and values,
 * each with the place in the text where it stands. The only C++ is in toml.cpp.
 */
#ifndef SPINKV_TOML_H
#define SPINKV_TOML_H

#include "spinkv.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A document, freed with spinkv__toml_free. */
struct spinkv__toml;

/* A node of a document, valid as long as that is. */
typedef struct spinkv__toml_node spinkv__toml_node;

enum spinkv__toml_type {
    SPINKV__TOML_TABLE,
    SPINKV__TOML_ARRAY,
    SPINKV__TOML_TEXT,
    SPINKV__TOML_INTEGER,
    SPINKV__TOML_BOOLEAN,
    /* A float, a date or a time. */
    SPINKV__TOML_OTHER
};

/* An entry of a table. key is NUL-terminated, but may hold NULs before key_size. */
struct spinkv__toml_entry {
    const char *key;
    size_t key_size;
    const spinkv__toml_node *value;
};

/*
 * Reads a file. Errors: SPINKV_INVALID_CONFIG (not TOML, with file, line and column; nested too
 * deep; larger than 1 MiB), SPINKV_IO (cannot be read), SPINKV_NO_MEMORY.
 */
spinkv_status spinkv__toml_read(const char *path, struct spinkv__toml **document,
                                spinkv_error *err);

/* NULL is ignored. */
void spinkv__toml_free(struct spinkv__toml *document);

/* The path that the document was read from. */
const char *spinkv__toml_path(const struct spinkv__toml *document);

/* The table at the top. */
const spinkv__toml_node *spinkv__toml_root(const struct spinkv__toml *document);

enum spinkv__toml_type spinkv__toml_type(const spinkv__toml_node *node);

/* "a table", "an array", "a string" and so on. */
const char *spinkv__toml_type_name(const spinkv__toml_node *node);

/* The line and column where a node begins, from 1; 0 if it is spread over the text. */
unsigned spinkv__toml_line(const spinkv__toml_node *node);
unsigned spinkv__toml_column(const spinkv__toml_node *node);

/* The value of a key of a table; NULL if it is not there, or node is NULL or no table. */
const spinkv__toml_node *spinkv__toml_get(const spinkv__toml_node *table, const char *key);

/* How many entries or items a table or array has; 0 for anything else. */
size_t spinkv__toml_size(const spinkv__toml_node *node);

/* The entries of a table in the order of the text. An array of spinkv__toml_size(table), freed with
 * free; NULL if memory is out or the table is empty. */
struct spinkv__toml_entry *spinkv__toml_entries(const spinkv__toml_node *table);

/* An item of an array; index is below spinkv__toml_size(array). */
const spinkv__toml_node *spinkv__toml_item(const spinkv__toml_node *array, size_t index);

/* The content of a node of that type. A text is NUL-terminated, but may hold NULs before *size. */
const char *spinkv__toml_text(const spinkv__toml_node *node, size_t *size);
int64_t spinkv__toml_integer(const spinkv__toml_node *node);
bool spinkv__toml_boolean(const spinkv__toml_node *node);

#ifdef __cplusplus
}
#endif

#endif
