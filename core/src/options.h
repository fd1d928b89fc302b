/*
 * A store's options: their names, ranges and defaults, the same from C, from a configuration file
 * and from every language.
 */
#ifndef SPINKV_OPTIONS_H
#define SPINKV_OPTIONS_H

#include "spinkv.h"

/* Room for a one-line summary of where a store lives. */
#define SPINKV__SUMMARY_SIZE 2560

/*
 * Whether these options hold together: the type is known (else SPINKV_INVALID_CONFIG), has what it
 * needs and nothing of another type's, and each is in its range (else SPINKV_INVALID_ARGUMENT).
 * wrong, which may be NULL, becomes the name of the option that is wrong or missing.
 */
spinkv_status spinkv__options_check(const spinkv_options *options, const char **wrong,
                                    spinkv_error *err);

/* What an option takes, "a text" for one; NULL if there is no such option. */
const char *spinkv__option_takes(const char *name);

/* Copies options with their texts, with path in place of theirs; false if memory is out. */
bool spinkv__options_copy(spinkv_options *copy, const spinkv_options *options, const char *path);

/* Frees the texts of a copy. */
void spinkv__options_free(spinkv_options *copy);

/* Says in one line where a store with these options lives, without any secret. */
void spinkv__options_summarize(const spinkv_options *options, char summary[SPINKV__SUMMARY_SIZE]);

/* Whether the type is "spin". */
bool spinkv__options_are_spin(const spinkv_options *options);

/* Whether a path means in memory: NULL, "" or ":memory:". */
bool spinkv__path_is_memory(const char *path);

#endif
