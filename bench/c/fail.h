/*
 * Ending the program. The time of a call that failed means nothing, so nothing here is handled.
 */
#ifndef BENCH_FAIL_H
#define BENCH_FAIL_H

#include <stdnoreturn.h>

#if defined(__GNUC__)
__attribute__((format(printf, 1, 2)))
#endif
noreturn void
fail(const char *format, ...);

#endif
