/*
 * Names as Spin writes them: kebab-case and snake_case.
 */
#ifndef SPINKV_NAMES_H
#define SPINKV_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Words of ASCII letters and digits that start with a letter, each all lower or all upper case,
 * joined by
 * '-' (kebab-case) or by '_' (snake_case).
 */
bool spinkv__is_kebab_case(const char *name);
bool spinkv__is_snake_case(const char *name);

/* The known name nearest to what was written, while names are gone through: NULL if none is near.
 */
struct spinkv__nearest {
    const char *name;
    size_t distance;
};

/* Takes a name into account, by letters put in, left out or changed; whether small or capital does
 * not matter. Near means: in a third of the letters at most, and in four. */
void spinkv__nearer_name(struct spinkv__nearest *nearest, const char *written, const char *name);

/* Whether what was written is near a name without being it. */
bool spinkv__is_near(const char *written, const char *name);

#endif
