/*
 * Which workloads are asked for, and how large.
 */
#include "settings.h"

#include <string.h>

bool settings_want(const struct settings *settings, const char *workload) {
    const char *name = settings->only;
    size_t size = strlen(workload);

    while (name) {
        if (strncmp(name, workload, size) == 0 && (name[size] == '\0' || name[size] == ',')) {
            return true;
        }
        name = strchr(name, ',');
        name = name ? name + 1 : NULL;
    }
    return !settings->only;
}

size_t settings_scale(const struct settings *settings, size_t count) {
    size_t scaled = count / (size_t)settings->divisor;

    return scaled > 0 ? scaled : 1;
}
