/*
 * UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#ifndef SPINKV_UTF8_H
#define SPINKV_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Whether these bytes are valid UTF-8. NUL is a character like any other. */
bool spinkv__utf8_is_valid(const void *text, size_t size);

/* The size of the character at the start of these bytes, of which there is one at least; 0 if they
 * do not begin with one. */
size_t spinkv__utf8_character_size(const void *text, size_t size);

/* The largest boundary between characters that is no further than end: where valid text can be cut.
 */
size_t spinkv__utf8_boundary(const void *text, size_t end);

#endif
