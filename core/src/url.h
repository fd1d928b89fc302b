/*
 * The URL of a Redis server, of which only the place may be shown.
 */
#ifndef SPINKV_URL_H
#define SPINKV_URL_H

#include "spinkv.h"

/*
 * Whether a URL is one of Redis's: redis:// or rediss:// with a host, perhaps a port and the number
 * of a database; or redis+unix:// or unix:// with the path of a socket. Each may have a user and a
 * password before an '@', and a query. Errors: SPINKV_INVALID_ARGUMENT, without the URL.
 */
spinkv_status spinkv__url_check(const char *url, spinkv_error *err);

/* Writes the place that a URL leads to, without user, password and query. */
void spinkv__url_show(const char *url, char *shown, size_t room);

#endif
