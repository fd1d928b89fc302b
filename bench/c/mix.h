/*
 * Gets, sets and deletes mixed, by one and by several processes at a time.
 */
#ifndef BENCH_MIX_H
#define BENCH_MIX_H

#include "settings.h"

/* Call it before anything has made threads, as processes are forked. */
void mix_run(const struct settings *settings);

#endif
