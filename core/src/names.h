/*
 * Names as Spin writes them: kebab-case and snake_case.
 */
#ifndef SPINKV_NAMES_H
#define SPINKV_NAMES_H

#include <stdbool.h>

/*
 * Words of ASCII letters and digits that start with a letter, each all lower or all upper case,
 * joined by
 * '-' (kebab-case) or by '_' (snake_case).
 */
bool spinkv__is_kebab_case(const char *name);
bool spinkv__is_snake_case(const char *name);

/* The name nearest to what was written, by letters put in, left out or changed; NULL if none is
 * near. */
const char *spinkv__nearest_name(const char *written, const char *const *names, unsigned count);

#endif
