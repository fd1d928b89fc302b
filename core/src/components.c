/*
 * What a manifest holds once it has been read: finding a component in it, and freeing it.
 */
#include <stdlib.h>
#include <string.h>

#include "manifest.h"

const struct spinkv__component *spinkv__manifest_find(const struct spinkv__manifest *manifest,
                                                      const char *id) {
    const struct spinkv__component *component = manifest->components;

    while (component && strcmp(component->id, id) != 0) {
        component = component->next;
    }
    return component;
}

void spinkv__labels_free(struct spinkv__label *labels) {
    while (labels) {
        struct spinkv__label *next = labels->next;
        free(labels->text);
        free(labels);
        labels = next;
    }
}

void spinkv__manifest_free(struct spinkv__manifest *manifest) {
    while (manifest->components) {
        struct spinkv__component *component = manifest->components;
        manifest->components = component->next;
        spinkv__labels_free(component->labels);
        free(component->id);
        free(component);
    }
    spinkv__labels_free(manifest->warnings);
    free(manifest->path);
    manifest->warnings = NULL;
    manifest->path = NULL;
}
