/*
 * Showing what somebody else wrote, in messages, warnings and summaries: on one line, as UTF-8 that
 * no terminal obeys, bounded, and without what a URL in a wrong place may hold.
 */
#ifndef SPINKV_SHOW_H
#define SPINKV_SHOW_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes text with each byte of what is no printable character as \xNN: control characters, those
 * that turn the direction of a line, and what is not UTF-8. Within quotes, a quote and a backslash
 * get a backslash. Ends with a NUL, before the first character that does not fit into room. Returns
 * how many bytes were written.
 */
size_t spinkv__escape(char *shown, size_t room, const void *text, size_t size, bool in_quotes);

/* Room for a name as messages show it: 60 bytes, each at most \xNN, quotes, dots, a table's name.
 */
#define SPINKV__SHOWN_SIZE 288

struct spinkv__shown {
    char text[SPINKV__SHOWN_SIZE];
};

/* A name from a configuration: cut after 60 bytes, and after "://", as a URL may hold a password.
 */
struct spinkv__shown spinkv__show_word(const char *name);

/* The same in quotes. */
struct spinkv__shown spinkv__show_name(const char *name);

/* A store's table in a runtime configuration: [key_value_store.cache], quoted where TOML asks. */
struct spinkv__shown spinkv__show_table(const char *label);

/* A list in a message, with commas. Empty to begin with; says at its end that there is more. */
struct spinkv__shown_list {
    char text[360];
    bool is_full;
};

/* Adds a part as a whole, if there is room for it. */
void spinkv__shown_list_add(struct spinkv__shown_list *list, const char *part);

#endif
