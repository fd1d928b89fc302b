/*
 * Paths of files: making them absolute and canonical, and making the folders above a file.
 */
#include "path.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "error.h"
#include "show.h"

static spinkv_status fail_too_long(const char *path, size_t length, spinkv_error *err) {
    return spinkv__fail(err, SPINKV_INVALID_ARGUMENT,
                        "the path %s is %zu bytes long as an absolute path, the limit is %d",
                        spinkv__show_word(path).text, length, SPINKV__PATH_LONGEST);
}

static spinkv_status fail_with_errno(const char *action, const char *path, int error,
                                     spinkv_error *err) {
    return spinkv__fail(err, SPINKV_IO, "cannot %s %s: %s", action, path, strerror(error));
}

spinkv_status spinkv__path_absolute(const char *path, const char *name,
                                    struct spinkv__path *absolute, spinkv_error *err) {
    char current[PATH_MAX];
    const char *name_separator = name ? "/" : "";
    int length;

    if (path[0] == '/') {
        current[0] = '\0';
    } else if (!getcwd(current, sizeof(current))) {
        return fail_with_errno("find the current directory for", path, errno, err);
    }
    length = snprintf(absolute->text, sizeof(absolute->text), "%s%s%s%s%s", current,
                      current[0] ? "/" : "", path, name_separator, name ? name : "");
    if (length > SPINKV__PATH_LONGEST) {
        return fail_too_long(path, (size_t)length, err);
    }
    return SPINKV_OK;
}

/* Makes the folders above an absolute path, as mkdir -p does. */
static spinkv_status make_parents(const char *absolute, spinkv_error *err) {
    struct spinkv__path folder;
    struct stat found;
    char *slash;

    snprintf(folder.text, sizeof(folder.text), "%s", absolute);
    for (slash = strchr(folder.text + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (stat(folder.text, &found) != 0 && mkdir(folder.text, 0777) != 0 && errno != EEXIST) {
            return fail_with_errno("make the folder", folder.text, errno, err);
        }
        *slash = '/';
    }
    return SPINKV_OK;
}

spinkv_status spinkv__path_canonical(const char *absolute, bool make_folders,
                                     struct spinkv__path *canonical, spinkv_error *err) {
    char resolved[PATH_MAX];
    const char *name = strrchr(absolute, '/') + 1;
    struct spinkv__path folder;
    spinkv_status status = SPINKV_OK;
    int length;

    if (realpath(absolute, resolved)) {
        length = snprintf(canonical->text, sizeof(canonical->text), "%s", resolved);
        goto out;
    }
    if (make_folders) {
        status = make_parents(absolute, err);
    }
    if (status != SPINKV_OK) {
        return status;
    }
    snprintf(folder.text, sizeof(folder.text), "%.*s", (int)(name - absolute), absolute);
    if (!realpath(folder.text, resolved)) {
        return fail_with_errno("open", absolute, errno, err);
    }
    length = snprintf(canonical->text, sizeof(canonical->text), "%s%s%s", resolved,
                      strcmp(resolved, "/") == 0 ? "" : "/", name);
out:
    if (length > SPINKV__PATH_LONGEST) {
        return fail_too_long(absolute, (size_t)length, err);
    }
    return SPINKV_OK;
}
