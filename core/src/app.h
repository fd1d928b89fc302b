/*
 * Apps, as the rest of the library sees them.
 */
#ifndef SPINKV_APP_H
#define SPINKV_APP_H

#include "backend.h"
#include "spinkv.h"

/* Counts a store of this app as closed and frees the config it was opened with. */
void spinkv__app_store_closed(spinkv_app *app, struct spinkv__store_config *config);

/* Around a fork. */
void spinkv__apps_lock(void);
void spinkv__apps_unlock(void);

#endif
