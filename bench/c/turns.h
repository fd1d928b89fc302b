/*
 * The workloads that peers take turns with.
 */
#ifndef BENCH_TURNS_H
#define BENCH_TURNS_H

#include "settings.h"

/* Runs those that are asked for, or says which there are. */
void turns_run(const struct settings *settings);

#endif
