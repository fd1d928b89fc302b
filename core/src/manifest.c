/*
 * Reading a manifest. Only a component's own key_value_stores grants anything; the same word
 * elsewhere, in a dependency or another table, does not. Inline components get the ids that Spin
 * gives them.
 */
#include "manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "error.h"
#include "names.h"
#include "show.h"
#include "toml.h"
#include "warnings.h"

/* The most components and triggers of a manifest, together. */
#define PARTS_MOST 10000

/* The field that grants. */
#define LABELS "key_value_stores"

/* Room for what a table is called in messages. */
#define TABLE_SIZE (SPINKV__SHOWN_SIZE + 40)

typedef const spinkv__toml_node node;

/* A trigger's id, while ids are given. */
struct trigger {
    struct trigger *next;
    char *id;
    node *table;
};

struct reading {
    struct spinkv__manifest *manifest;
    struct spinkv__component **last;
    const char *path;
    bool checks_labels;
    /* Whether all components have been added. */
    bool is_complete;
    struct trigger *triggers, **last_trigger;
    unsigned parts, inline_counter;
    spinkv_error *err;
};

/* ---- Failing ---------------------------------------------------------------------------------- */

static spinkv_status fail_at(struct reading *reading, node *at, const char *table,
                             const char *what) {
    return spinkv__fail(reading->err, SPINKV_INVALID_CONFIG, "%s:%u: %s: %s", reading->path,
                        at ? spinkv__toml_line(at) : 1, table, what);
}

static spinkv_status fail_type(struct reading *reading, node *at, const char *table,
                               const char *field, const char *allowed) {
    return spinkv__fail(reading->err, SPINKV_INVALID_CONFIG, "%s:%u: %s: %s is %s; %s is allowed",
                        reading->path, spinkv__toml_line(at), table, spinkv__show_word(field).text,
                        spinkv__toml_type_name(at), allowed);
}

static spinkv_status fail_no_memory(struct reading *reading) {
    return spinkv__fail_no_memory(reading->err, "the manifest");
}

/* ---- Building --------------------------------------------------------------------------------- */

static spinkv_status count_part(struct reading *reading, node *at) {
    return ++reading->parts <= PARTS_MOST
               ? SPINKV_OK
               : fail_at(reading, at, "the manifest", "more than 10000 components and triggers");
}

/* A node's text; NULL if it is no text or holds a NUL. */
static const char *plain_text(node *at) {
    const char *text;
    size_t size;

    if (!at || spinkv__toml_type(at) != SPINKV__TOML_TEXT) {
        return NULL;
    }
    text = spinkv__toml_text(at, &size);
    return strlen(text) == size ? text : NULL;
}

static spinkv_status add_label(struct reading *reading, struct spinkv__label ***last, node *at,
                               const char *table) {
    struct spinkv__label *label;
    const char *text = plain_text(at);
    char what[160 + SPINKV__SHOWN_SIZE];

    if (!text && spinkv__toml_type(at) == SPINKV__TOML_TEXT) {
        return fail_at(reading, at, table, "a label in " LABELS " holds a NUL");
    }
    if (!text) {
        return fail_type(reading, at, table, "an item of " LABELS, "a string");
    }
    if (reading->checks_labels && !spinkv__is_kebab_case(text) && !spinkv__is_snake_case(text)) {
        snprintf(what, sizeof(what),
                 "the label %s in " LABELS " is not allowed: "
                 "expected kebab-case or snake_case",
                 spinkv__show_name(text).text);
        return fail_at(reading, at, table, what);
    }
    label = calloc(1, sizeof(*label));
    if (label) {
        label->text = strdup(text);
        **last = label;
        *last = &label->next;
    }
    return label && label->text ? SPINKV_OK : fail_no_memory(reading);
}

/* Warns of a component's fields that were probably meant to grant. */
static spinkv_status warn_of_fields(struct reading *reading, node *at, const char *table) {
    struct spinkv__near_field near = {&reading->manifest->warnings,
                                      reading->path,
                                      table,
                                      ": ",
                                      LABELS,
                                      " grants nothing; the field is called " LABELS};

    return spinkv__warn_of_near(&near, at, reading->err);
}

/* Adds a component with the labels that its table grants. table names it in messages. */
static spinkv_status add_component(struct reading *reading, const char *id, node *at,
                                   const char *table) {
    struct spinkv__component *component;
    struct spinkv__label **last;
    node *labels = spinkv__toml_get(at, LABELS);
    spinkv_status status = count_part(reading, at);
    size_t i;

    if (status == SPINKV_OK && strcmp(id, SPINKV__ALL_COMPONENTS) == 0) {
        status = fail_at(reading, at, table, "the id \"*\" stands for all components");
    }
    if (status != SPINKV_OK) {
        return status;
    }
    component = calloc(1, sizeof(*component));
    if (!component) {
        return fail_no_memory(reading);
    }
    *reading->last = component;
    reading->last = &component->next;
    component->id = strdup(id);
    if (!component->id) {
        return fail_no_memory(reading);
    }
    if (labels && spinkv__toml_type(labels) != SPINKV__TOML_ARRAY) {
        return fail_type(reading, labels, table, LABELS, "an array of strings");
    }
    last = &component->labels;
    for (i = 0; labels && i < spinkv__toml_size(labels) && status == SPINKV_OK; i++) {
        status = add_label(reading, &last, spinkv__toml_item(labels, i), table);
    }
    return status == SPINKV_OK ? warn_of_fields(reading, at, table) : status;
}

/* ---- Version 1 -------------------------------------------------------------------------------- */

static spinkv_status read_v1_component(struct reading *reading, node *at) {
    node *id_node = spinkv__toml_get(at, "id");
    const char *id = plain_text(id_node);
    char table[TABLE_SIZE];

    if (spinkv__toml_type(at) != SPINKV__TOML_TABLE) {
        return fail_type(reading, at, "component", "an item", "a table");
    }
    if (!id_node) {
        return fail_at(reading, at, "[[component]]", "the field id is missing; a string is needed");
    }
    if (!id) {
        return fail_type(reading, id_node, "[[component]]", "id", "a string without NUL");
    }
    snprintf(table, sizeof(table), "[[component]] with id %s", spinkv__show_name(id).text);
    if (spinkv__manifest_find(reading->manifest, id)) {
        return fail_at(reading, id_node, table, "another component has this id");
    }
    return add_component(reading, id, at, table);
}

static spinkv_status read_v1(struct reading *reading, node *root) {
    node *components = spinkv__toml_get(root, "component");
    spinkv_status status = SPINKV_OK;
    size_t i;

    if (components && spinkv__toml_type(components) != SPINKV__TOML_ARRAY) {
        return fail_type(reading, components, "the manifest", "component",
                         "an array of tables ([[component]], as this is version 1)");
    }
    for (i = 0; components && i < spinkv__toml_size(components) && status == SPINKV_OK; i++) {
        status = read_v1_component(reading, spinkv__toml_item(components, i));
    }
    return status;
}

/* ---- Version 2 -------------------------------------------------------------------------------- */

/* Does something for each entry of a table in the order of the text. */
static spinkv_status each_entry(struct reading *reading, node *table,
                                spinkv_status (*visit)(struct reading *reading,
                                                       const struct spinkv__toml_entry *entry)) {
    struct spinkv__toml_entry *entries = spinkv__toml_entries(table);
    size_t i, count = spinkv__toml_size(table);
    spinkv_status status = SPINKV_OK;

    if (!entries && count > 0) {
        return fail_no_memory(reading);
    }
    for (i = 0; i < count && status == SPINKV_OK; i++) {
        status = visit(reading, &entries[i]);
    }
    free(entries);
    return status;
}

static spinkv_status read_named_component(struct reading *reading,
                                          const struct spinkv__toml_entry *entry) {
    char table[TABLE_SIZE];

    snprintf(table, sizeof(table), "[component.%s]", spinkv__show_word(entry->key).text);
    if (strlen(entry->key) != entry->key_size) {
        return fail_at(reading, entry->value, table, "the id holds a NUL");
    }
    if (spinkv__toml_type(entry->value) != SPINKV__TOML_TABLE) {
        return fail_type(reading, entry->value, "[component]", entry->key,
                         "a table ([component.<id>], as this is version 2)");
    }
    return add_component(reading, entry->key, entry->value, table);
}

/* Whether a trigger has this id. */
static bool trigger_id_is_taken(const struct reading *reading, const char *id) {
    const struct trigger *trigger = reading->triggers;

    while (trigger && !(trigger->id && strcmp(trigger->id, id) == 0)) {
        trigger = trigger->next;
    }
    return trigger != NULL;
}

static char *format_id(const char *before, const char *middle, const char *after, unsigned number) {
    size_t size = strlen(before) + strlen(middle) + strlen(after) + 16;
    char *id = malloc(size);

    if (id && number > 0) {
        snprintf(id, size, "%s%s%s%u", before, middle, after, number);
    } else if (id) {
        snprintf(id, size, "%s%s%s", before, middle, after);
    }
    return id;
}

/* Gathers a type's triggers, with the ids that are written. */
static spinkv_status read_trigger_type(struct reading *reading,
                                       const struct spinkv__toml_entry *entry) {
    char table[TABLE_SIZE];
    size_t i;

    snprintf(table, sizeof(table), "[[trigger.%s]]", spinkv__show_word(entry->key).text);
    if (spinkv__toml_type(entry->value) != SPINKV__TOML_ARRAY) {
        return fail_type(reading, entry->value, "[trigger]", entry->key, "an array of tables");
    }
    for (i = 0; i < spinkv__toml_size(entry->value); i++) {
        node *at = spinkv__toml_item(entry->value, i);
        node *id = spinkv__toml_get(at, "id");
        struct trigger *trigger;
        spinkv_status status = count_part(reading, at);
        if (status != SPINKV_OK) {
            return status;
        }
        if (spinkv__toml_type(at) != SPINKV__TOML_TABLE) {
            return fail_type(reading, at, table, "an item", "a table");
        }
        if (id && !plain_text(id)) {
            return fail_type(reading, id, table, "id", "a string without NUL");
        }
        trigger = calloc(1, sizeof(*trigger));
        if (!trigger) {
            return fail_no_memory(reading);
        }
        *reading->last_trigger = trigger;
        reading->last_trigger = &trigger->next;
        trigger->table = at;
        if (id && plain_text(id)[0] != '\0') {
            trigger->id = strdup(plain_text(id));
            if (!trigger->id) {
                return fail_no_memory(reading);
            }
        }
    }
    return SPINKV_OK;
}

/* Finds the trigger that was gathered for a table. */
static struct trigger *find_trigger(const struct reading *reading, node *table) {
    struct trigger *trigger = reading->triggers;

    while (trigger->table != table) {
        trigger = trigger->next;
    }
    return trigger;
}

/* Gives an id to each of a type's triggers that has none. */
static spinkv_status name_triggers(struct reading *reading,
                                   const struct spinkv__toml_entry *entry) {
    struct trigger *trigger = spinkv__toml_size(entry->value) > 0
                                  ? find_trigger(reading, spinkv__toml_item(entry->value, 0))
                                  : NULL;
    size_t i, count = spinkv__toml_size(entry->value);
    unsigned counter = 1;

    for (i = 0; i < count; i++, trigger = trigger->next) {
        const char *component = plain_text(spinkv__toml_get(trigger->table, "component"));
        char *id = NULL;
        if (trigger->id) {
            continue;
        }
        if (component) {
            id = format_id(component, "-", entry->key, 0);
            if (id) {
                char *natural = format_id(id, "-trigger", "", 0);
                free(id);
                id = natural;
            }
            if (id && trigger_id_is_taken(reading, id)) {
                free(id);
                id = NULL;
            } else if (!id) {
                return fail_no_memory(reading);
            }
        }
        while (!id) {
            id = format_id(entry->key, "-trigger", "", counter++);
            if (!id) {
                return fail_no_memory(reading);
            }
            if (trigger_id_is_taken(reading, id)) {
                free(id);
                id = NULL;
            }
        }
        trigger->id = id;
    }
    return SPINKV_OK;
}

/* The id of an inline component. Caller frees; NULL if memory is out. */
static char *inline_id(struct reading *reading, const struct trigger *trigger, bool is_only) {
    char *id = format_id(trigger->id, "-component", "", 0);

    if (!id ||
        (is_only && spinkv__is_kebab_case(id) && !spinkv__manifest_find(reading->manifest, id))) {
        return id;
    }
    /* Ids are never given back, so what was taken once need not be tried again. */
    do {
        free(id);
        id = format_id("inline-component", "", "", reading->inline_counter);
    } while (id && spinkv__manifest_find(reading->manifest, id) && reading->inline_counter++);
    return id;
}

/* Warns of a trigger's component that the manifest does not have. */
static spinkv_status warn_of_stranger(struct reading *reading, const struct trigger *trigger,
                                      node *at) {
    const char *id = plain_text(at);

    if (id && spinkv__manifest_find(reading->manifest, id)) {
        return SPINKV_OK;
    }
    return spinkv__warn(&reading->manifest->warnings, reading->err,
                        "%s:%u: the trigger %s names the component %s, which is not in the "
                        "manifest",
                        reading->path, spinkv__toml_line(at), spinkv__show_name(trigger->id).text,
                        spinkv__show_name(id ? id : "with a NUL").text);
}

/* A component of a trigger: a table is an inline one, a string names another, for which a second
 * pass looks when all are known. */
static spinkv_status read_component_spec(struct reading *reading, const struct trigger *trigger,
                                         node *at, bool is_only) {
    spinkv_status status;
    char table[TABLE_SIZE];
    char *id;

    if (spinkv__toml_type(at) == SPINKV__TOML_TEXT) {
        return reading->is_complete ? warn_of_stranger(reading, trigger, at) : SPINKV_OK;
    }
    if (reading->is_complete) {
        return SPINKV_OK;
    }
    snprintf(table, sizeof(table), "a component of the trigger %s",
             spinkv__show_name(trigger->id).text);
    if (spinkv__toml_type(at) != SPINKV__TOML_TABLE) {
        return fail_type(reading, at, table, "it", "the id of a component or a table");
    }
    id = inline_id(reading, trigger, is_only);
    if (!id) {
        return fail_no_memory(reading);
    }
    status = add_component(reading, id, at, table);
    free(id);
    return status;
}

/* How many components a trigger's `components` holds. */
static size_t count_role_components(const struct spinkv__toml_entry *roles, size_t role_count) {
    size_t i, count = 0;

    for (i = 0; i < role_count; i++) {
        bool is_list = spinkv__toml_type(roles[i].value) == SPINKV__TOML_ARRAY;
        count += is_list ? spinkv__toml_size(roles[i].value) : 1;
    }
    return count;
}

/* The components of one role: one, or a list. */
static spinkv_status read_role(struct reading *reading, const struct trigger *trigger, node *role,
                               bool is_only) {
    spinkv_status status = SPINKV_OK;
    size_t i;

    if (spinkv__toml_type(role) != SPINKV__TOML_ARRAY) {
        return read_component_spec(reading, trigger, role, is_only);
    }
    for (i = 0; i < spinkv__toml_size(role) && status == SPINKV_OK; i++) {
        status = read_component_spec(reading, trigger, spinkv__toml_item(role, i), is_only);
    }
    return status;
}

static spinkv_status read_inline_components(struct reading *reading,
                                            const struct trigger *trigger) {
    node *component = spinkv__toml_get(trigger->table, "component");
    node *roles_node = spinkv__toml_get(trigger->table, "components");
    size_t i, role_count, count;
    struct spinkv__toml_entry *roles;
    spinkv_status status = SPINKV_OK;

    if (roles_node && spinkv__toml_type(roles_node) != SPINKV__TOML_TABLE) {
        return fail_type(reading, roles_node, "a trigger", "components", "a table");
    }
    role_count = roles_node ? spinkv__toml_size(roles_node) : 0;
    roles = roles_node ? spinkv__toml_entries(roles_node) : NULL;
    if (role_count > 0 && !roles) {
        return fail_no_memory(reading);
    }
    count = (component ? 1 : 0) + count_role_components(roles, role_count);
    if (component) {
        status = read_component_spec(reading, trigger, component, count == 1);
    }
    for (i = 0; i < role_count && status == SPINKV_OK; i++) {
        status = read_role(reading, trigger, roles[i].value, count == 1);
    }
    free(roles);
    return status;
}

static spinkv_status read_v2(struct reading *reading, node *root) {
    node *components = spinkv__toml_get(root, "component");
    node *triggers = spinkv__toml_get(root, "trigger");
    const struct trigger *trigger;
    spinkv_status status = SPINKV_OK;

    reading->checks_labels = true;
    reading->inline_counter = 1;
    if (components && spinkv__toml_type(components) != SPINKV__TOML_TABLE) {
        return fail_type(reading, components, "the manifest", "component",
                         "a table ([component.<id>], as this is version 2)");
    }
    if (triggers && spinkv__toml_type(triggers) != SPINKV__TOML_TABLE) {
        return fail_type(reading, triggers, "the manifest", "trigger",
                         "a table of arrays ([[trigger.<type>]])");
    }
    if (components) {
        status = each_entry(reading, components, read_named_component);
    }
    if (triggers && status == SPINKV_OK) {
        status = each_entry(reading, triggers, read_trigger_type);
    }
    if (triggers && status == SPINKV_OK) {
        status = each_entry(reading, triggers, name_triggers);
    }
    for (trigger = reading->triggers; trigger && status == SPINKV_OK; trigger = trigger->next) {
        status = read_inline_components(reading, trigger);
    }
    reading->is_complete = true;
    for (trigger = reading->triggers; trigger && status == SPINKV_OK; trigger = trigger->next) {
        status = read_inline_components(reading, trigger);
    }
    return status;
}

/* ---- Reading ---------------------------------------------------------------------------------- */

/* Warns of fields at the top that were probably meant to be others, or to stand elsewhere. */
static spinkv_status warn_of_root(struct reading *reading, node *root, const char *advice) {
    struct spinkv__label **warnings = &reading->manifest->warnings;
    struct spinkv__near_field component = {warnings, reading->path, "", "", "component", advice};
    struct spinkv__near_field labels = {
        warnings, reading->path, "", "", LABELS, " grants nothing here; a component has " LABELS};
    node *at = spinkv__toml_get(root, LABELS);
    spinkv_status status = SPINKV_OK;

    if (at) {
        status = spinkv__warn(warnings, reading->err, "%s:%u: %s%s", reading->path,
                              spinkv__toml_line(at), LABELS, labels.advice);
    }
    if (status == SPINKV_OK) {
        status = spinkv__warn_of_near(&labels, root, reading->err);
    }
    return status == SPINKV_OK ? spinkv__warn_of_near(&component, root, reading->err) : status;
}

static spinkv_status read_version(struct reading *reading, node *root) {
    node *version = spinkv__toml_get(root, "spin_manifest_version");
    spinkv_status status;
    const char *text;

    version = version ? version : spinkv__toml_get(root, "spin_version");
    if (!version) {
        return fail_at(reading, NULL, "the manifest",
                       "spin_manifest_version is missing; 2 and \"1\" are allowed");
    }
    text = plain_text(version);
    if (text && strcmp(text, "1") == 0) {
        status = read_v1(reading, root);
        return status == SPINKV_OK
                   ? warn_of_root(reading, root,
                                  " is no component; a component's table is [[component]]")
                   : status;
    }
    if (spinkv__toml_type(version) == SPINKV__TOML_INTEGER && spinkv__toml_integer(version) == 2) {
        status = read_v2(reading, root);
        return status == SPINKV_OK
                   ? warn_of_root(reading, root,
                                  " is no component; a component's table is [component.<id>]")
                   : status;
    }
    return fail_at(reading, version, "the manifest",
                   "spin_manifest_version is neither the number 2 nor the string \"1\"");
}

static void free_triggers(struct trigger *trigger) {
    while (trigger) {
        struct trigger *next = trigger->next;
        free(trigger->id);
        free(trigger);
        trigger = next;
    }
}

spinkv_status spinkv__manifest_read(const char *path, struct spinkv__manifest *manifest,
                                    spinkv_error *err) {
    struct reading reading = {.manifest = manifest, .path = path, .err = err};
    struct spinkv__toml *document;
    spinkv_status status;

    memset(manifest, 0, sizeof(*manifest));
    reading.last = &manifest->components;
    reading.last_trigger = &reading.triggers;
    status = spinkv__toml_read(path, &document, err);
    if (status != SPINKV_OK) {
        return status;
    }
    manifest->path = strdup(path);
    status = manifest->path ? read_version(&reading, spinkv__toml_root(document))
                            : fail_no_memory(&reading);
    free_triggers(reading.triggers);
    spinkv__toml_free(document);
    if (status != SPINKV_OK) {
        spinkv__manifest_free(manifest);
    }
    return status;
}
