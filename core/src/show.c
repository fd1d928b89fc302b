/*
 * Showing what somebody else wrote. The one place where text is escaped: messages, warnings and
 * summaries all come through here. Never allocates.
 */
#include "show.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "utf8.h"

/* How many bytes of a name are shown, and of a label in a table's name, whose quotes come on top.
 */
#define NAME_BYTES 60

/* The code point of a valid character. */
static uint32_t code_point(const unsigned char *at, size_t size) {
    static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = at[0] & masks[size];
    size_t i;

    for (i = 1; i < size; i++) {
        code = code << 6 | (at[i] & 0x3f);
    }
    return code;
}

/* Whether a character can be shown: none that controls a terminal, a line or its direction. */
static bool is_printable(uint32_t code) {
    bool is_control = code < 0x20 || (code >= 0x7f && code < 0xa0);
    bool is_line_end = code == 0x2028 || code == 0x2029;
    bool is_direction = code == 0x61c || code == 0x200e || code == 0x200f ||
                        (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);

    return !is_control && !is_line_end && !is_direction;
}

size_t spinkv__escape(char *shown, size_t room, const void *text, size_t size, bool in_quotes) {
    const unsigned char *at = text;
    size_t used = 0, step, i;

    for (; size > 0; at += step, size -= step) {
        size_t valid = spinkv__utf8_character_size(at, size);
        bool is_plain = valid > 0 && is_printable(code_point(at, valid));
        bool is_marked = in_quotes && (*at == '"' || *at == '\\');
        step = valid > 0 ? valid : 1;
        if (used + (is_plain ? step + is_marked : 4 * step) >= room) {
            break;
        }
        if (is_marked) {
            shown[used++] = '\\';
        }
        for (i = 0; i < step; i++) {
            if (is_plain) {
                shown[used++] = (char)at[i];
            } else {
                used += (size_t)snprintf(shown + used, room - used, "\\x%02x", at[i]);
            }
        }
    }
    shown[used] = '\0';
    return used;
}

/* How many bytes of a name are shown. */
static size_t shown_size(const char *name) {
    const char *scheme_end = strstr(name, "://");
    size_t size = strlen(name), end = size;

    if (scheme_end) {
        end = (size_t)(scheme_end - name) + 3;
    }
    return end > NAME_BYTES ? spinkv__utf8_boundary(name, NAME_BYTES) : end;
}

/* A name between two texts. */
static struct spinkv__shown show_between(const char *before, const char *name, const char *after,
                                         bool in_quotes) {
    struct spinkv__shown shown;
    size_t size = shown_size(name), used;

    used = (size_t)snprintf(shown.text, sizeof(shown.text), "%s%s", before, in_quotes ? "\"" : "");
    used += spinkv__escape(shown.text + used, sizeof(shown.text) - used, name, size, in_quotes);
    snprintf(shown.text + used, sizeof(shown.text) - used, "%s%s%s", name[size] ? "..." : "",
             in_quotes ? "\"" : "", after);
    return shown;
}

struct spinkv__shown spinkv__show_word(const char *name) {
    return show_between("", name, "", false);
}

struct spinkv__shown spinkv__show_name(const char *name) {
    return show_between("", name, "", true);
}

struct spinkv__shown spinkv__show_table(const char *label) {
    static const char bare[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    bool is_bare = label[0] != '\0' && label[strspn(label, bare)] == '\0';

    return show_between("[key_value_store.", label, "]", !is_bare);
}

void spinkv__shown_list_add(struct spinkv__shown_list *list, const char *part) {
    static const char and_more[] = " and more";
    size_t used = strlen(list->text), room = sizeof(list->text) - sizeof(and_more) - 2;
    bool fits = used + strlen(part) <= room;

    if (list->is_full) {
        return;
    }
    if (used == 0) {
        /* The first one is shown in any case, as much of it as there is room for. */
        snprintf(list->text, room, "%s", part);
    } else if (fits) {
        snprintf(list->text + used, sizeof(list->text) - used, ", %s", part);
    }
    list->is_full = !fits;
    if (list->is_full) {
        used = strlen(list->text);
        snprintf(list->text + used, sizeof(list->text) - used, "%s", and_more);
    }
}
