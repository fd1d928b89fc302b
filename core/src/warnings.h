/*
 * What is doubtful in a manifest or a runtime configuration without being an error: it is told
 * whoever made the app.
 */
#ifndef SPINKV_WARNINGS_H
#define SPINKV_WARNINGS_H

#include "manifest.h"
#include "toml.h"

/* Adds a warning in printf's format at the end of a list, which is bounded: from some number on
 * there is only one more, that says so. Errors: SPINKV_NO_MEMORY. */
spinkv_status spinkv__warn(struct spinkv__label **warnings, spinkv_error *err, const char *format,
                           ...) __attribute__((format(printf, 3, 4)));

/* Where a doubtful field was found, and what is said of it. */
struct spinkv__near_field {
    struct spinkv__label **warnings;
    /* The file, the table as messages name it, and what stands between it and the field. */
    const char *path, *table, *separator;
    /* The name that was probably meant, and what follows the one that was written. */
    const char *name, *advice;
};

/* Warns of every field of a table whose name is near a name that means something there. */
spinkv_status spinkv__warn_of_near(const struct spinkv__near_field *near,
                                   const spinkv__toml_node *table, spinkv_error *err);

#endif
