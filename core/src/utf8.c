/*
 * Validating UTF-8 (RFC 3629, section 4). It is on the path of every get and set, so ASCII goes
 * eight bytes at a time.
 */
#include "utf8.h"

#include <stdint.h>
#include <string.h>

static bool is_continuation(unsigned char byte) {
    return (byte & 0xc0) == 0x80;
}

/* The size of the multi-byte character at the start of these bytes, 0 if there is none. */
static size_t character_size(const unsigned char *at, size_t left) {
    unsigned char lead = at[0];

    if (lead < 0xc2 || lead > 0xf4) {
        return 0;
    }
    if (lead < 0xe0) {
        return left >= 2 && is_continuation(at[1]) ? 2 : 0;
    }
    if (left < 3 || !is_continuation(at[1]) || !is_continuation(at[2])) {
        return 0;
    }
    if (lead < 0xf0) {
        bool overlong = lead == 0xe0 && at[1] < 0xa0;
        bool surrogate = lead == 0xed && at[1] >= 0xa0;
        return overlong || surrogate ? 0 : 3;
    }
    if (left < 4 || !is_continuation(at[3])) {
        return 0;
    }
    if ((lead == 0xf0 && at[1] < 0x90) || (lead == 0xf4 && at[1] >= 0x90)) {
        return 0;
    }
    return 4;
}

bool spinkv__utf8_is_valid(const void *text, size_t size) {
    const unsigned char *at = text;
    size_t left = size;

    while (left > 0) {
        if (left >= 8) {
            uint64_t word;
            memcpy(&word, at, sizeof(word));
            if ((word & UINT64_C(0x8080808080808080)) == 0) {
                at += 8;
                left -= 8;
                continue;
            }
        }
        if (*at < 0x80) {
            at++;
            left--;
        } else {
            size_t step = character_size(at, left);
            if (step == 0) {
                return false;
            }
            at += step;
            left -= step;
        }
    }
    return true;
}

size_t spinkv__utf8_character_size(const void *text, size_t size) {
    const unsigned char *bytes = text;

    return bytes[0] < 0x80 ? 1 : character_size(bytes, size);
}

size_t spinkv__utf8_boundary(const void *text, size_t end) {
    const unsigned char *bytes = text;
    size_t cut = end;

    while (cut > 0 && end - cut < 4 && is_continuation(bytes[cut])) {
        cut--;
    }
    return cut > 0 && is_continuation(bytes[cut]) ? end : cut;
}
