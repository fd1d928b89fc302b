/*
 * The URL of a Redis server. What is secret in it is found by what is not: a host, a port, the
 * number of a database and the path of a socket have a form of their own, and a URL in which
 * anything else stands in their place is refused, as it may be a password that was not escaped.
 */
#include "url.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "error.h"
#include "show.h"

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* The most digits of a port and of a database's number. */
#define PORT_DIGITS 5
#define DATABASE_DIGITS 9

static const struct {
    const char *text;
    bool is_socket;
} schemes[] = {
    {"redis://", false}, {"rediss://", false}, {"redis+unix://", true}, {"unix://", true}};

struct parts {
    /* Where the scheme ends, the place (a host with all up to the query, or a path) begins, and it
     * ends. */
    const char *scheme_end, *place, *place_end;
    bool has_user;
};

/* The last '@' between two places, or NULL. */
static const char *last_at(const char *begin, const char *end) {
    while (end > begin && end[-1] != '@') {
        end--;
    }
    return end > begin ? end - 1 : NULL;
}

/* Whether there are this many characters of a set from here to an end, and no others. */
static bool is_made_of(const char *text, const char *end, const char *set, size_t most) {
    size_t size = (size_t)(end - text);

    return size > 0 && size <= most && strspn(text, set) >= size;
}

/* What is wrong with a host, its port and the number of its database; NULL if nothing is. */
static const char *check_host(const char *host, const char *end) {
    const char *slash = memchr(host, '/', (size_t)(end - host));
    const char *host_end;

    slash = slash ? slash : end;
    if (*host == '[') {
        host_end = host + 1 + strspn(host + 1, DIGITS "abcdefABCDEF:.");
        if (host_end == host + 1 || *host_end != ']') {
            return "url has no host, or one that is not an address between [ and ]";
        }
        host_end++;
    } else {
        host_end = host + strspn(host, LETTERS DIGITS "-._");
    }
    if (host_end == host || (host_end < slash && *host_end != ':')) {
        return "url has no host, or one that is not made of letters, digits, '-', '.' and '_'";
    }
    if (host_end < slash && (!is_made_of(host_end + 1, slash, DIGITS, PORT_DIGITS) ||
                             strtol(host_end + 1, NULL, 10) > 65535)) {
        return "the port in url is not a number from 0 to 65535; "
               "a '/', '?', '#' or '@' in a password is written %2F, %3F, %23 or %40";
    }
    if (end - slash > 1 && !is_made_of(slash + 1, end, DIGITS, DATABASE_DIGITS)) {
        return "what follows the host in url is not the number of a database";
    }
    return NULL;
}

/* What is wrong with the path of a socket; NULL if nothing is. */
static const char *check_socket(const char *path, const char *end) {
    if (*path != '/' || end - path < 2) {
        return "url has no path of a socket, as in unix:///run/redis.sock";
    }
    /* A query whose '?' is missing. */
    return path + strcspn(path, "&=") < end ? "the path of a socket in url holds an '&' or '='"
                                            : NULL;
}

/* What is wrong with a URL; NULL if nothing is, and then *parts are its parts. */
static const char *split(const char *url, struct parts *parts) {
    const size_t count = sizeof(schemes) / sizeof(schemes[0]);
    const char *begin, *at, *slash;
    size_t i = 0;

    while (i < count && strncasecmp(url, schemes[i].text, strlen(schemes[i].text)) != 0) {
        i++;
    }
    if (i == count) {
        return "url does not begin with redis://, rediss://, redis+unix:// or unix://";
    }
    begin = parts->scheme_end = url + strlen(schemes[i].text);
    parts->place_end = begin + strcspn(begin, "?#");
    if (schemes[i].is_socket) {
        at = *begin == '/' ? NULL : last_at(begin, parts->place_end);
        parts->place = at ? at + 1 : begin;
        parts->has_user = at != NULL;
        return check_socket(parts->place, parts->place_end);
    }
    slash = memchr(begin, '/', (size_t)(parts->place_end - begin));
    at = last_at(begin, slash ? slash : parts->place_end);
    parts->place = at ? at + 1 : begin;
    parts->has_user = at != NULL;
    return check_host(parts->place, parts->place_end);
}

spinkv_status spinkv__url_check(const char *url, spinkv_error *err) {
    struct parts parts;
    const char *wrong = split(url, &parts);

    return wrong ? spinkv__fail(err, SPINKV_INVALID_ARGUMENT, "%s", wrong) : SPINKV_OK;
}

void spinkv__url_show(const char *url, char *shown, size_t room) {
    struct parts parts;
    const char *wrong = split(url, &parts);
    size_t used;

    if (wrong) {
        snprintf(shown, room, "an unknown place");
        return;
    }
    /* Where an '@' comes after a '?', what comes before that may be a password. */
    if (strchr(parts.place_end, '@')) {
        parts.has_user = true;
        parts.place_end = parts.place;
    }
    used = (size_t)snprintf(shown, room, "%.*s%s%s", (int)(parts.scheme_end - url), url,
                            parts.has_user ? "***" : "",
                            parts.has_user && parts.place < parts.place_end ? "@" : "");
    spinkv__escape(shown + used, room - used, parts.place, (size_t)(parts.place_end - parts.place),
                   false);
}
