/*
 * A store's options: their names, ranges and defaults, the same from C, from a configuration file
 * and from every language.
 */
#ifndef SPINKV_OPTIONS_H
#define SPINKV_OPTIONS_H

#include "spinkv.h"

/* Whether these options hold together and each is in its range. */
spinkv_status spinkv__options_check(const spinkv_options *options, spinkv_error *err);

/* Whether a path means in memory: NULL, "" or ":memory:". */
bool spinkv__path_is_memory(const char *path);

#endif
