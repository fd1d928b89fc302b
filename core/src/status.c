/*
 * The statuses' names, texts and bases, made from the one list in the public header, and the
 * library's version. Holds constants only.
 */
#include "spinkv.h"

const char *spinkv_version(void) {
    return SPINKV_VERSION;
}

const char *spinkv_status_name(spinkv_status status) {
    switch (status) {
#define NAME_CASE(NAME, number, base, name, text)                                                  \
    case SPINKV_##NAME:                                                                            \
        return name;
        SPINKV_STATUS_LIST(NAME_CASE)
#undef NAME_CASE
    case SPINKV_STATUS_COUNT:
        break;
    }
    return "unknown";
}

const char *spinkv_status_text(spinkv_status status) {
    switch (status) {
#define TEXT_CASE(NAME, number, base, name, text)                                                  \
    case SPINKV_##NAME:                                                                            \
        return text;
        SPINKV_STATUS_LIST(TEXT_CASE)
#undef TEXT_CASE
    case SPINKV_STATUS_COUNT:
        break;
    }
    return "unknown status";
}

spinkv_status spinkv_status_base(spinkv_status status) {
    switch (status) {
#define BASE_CASE(NAME, number, base, name, text)                                                  \
    case SPINKV_##NAME:                                                                            \
        return SPINKV_##base;
        SPINKV_STATUS_LIST(BASE_CASE)
#undef BASE_CASE
    case SPINKV_STATUS_COUNT:
        break;
    }
    return SPINKV_IO;
}
