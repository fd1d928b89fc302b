/*
 * Paths of files: absolute, canonical, and the folders above them.
 */
#ifndef SPINKV_PATH_H
#define SPINKV_PATH_H

#include "spinkv.h"

/* The longest path in bytes: what SQLite takes (512) less the suffixes of its own files. */
#define SPINKV__PATH_LONGEST 500

/* Room for a path, with its NUL. */
#define SPINKV__PATH_SIZE (SPINKV__PATH_LONGEST + 1)

/* A path in a buffer of its own. */
struct spinkv__path {
    char text[SPINKV__PATH_SIZE];
};

/*
 * Makes a path absolute, against the current directory. name, which may be NULL, is appended as a
 * last part. Errors: SPINKV_INVALID_ARGUMENT (too long), SPINKV_IO (no current directory).
 */
spinkv_status spinkv__path_absolute(const char *path, const char *name,
                                    struct spinkv__path *absolute, spinkv_error *err);

/*
 * Resolves the symbolic links of an absolute path, so that two spellings of one file are the same
 * text. The file itself need not be there, its folder must; make_folders makes the folders first.
 * Errors: SPINKV_IO, SPINKV_INVALID_ARGUMENT (too long once resolved).
 */
spinkv_status spinkv__path_canonical(const char *absolute, bool make_folders,
                                     struct spinkv__path *canonical, spinkv_error *err);

#endif
