/*
 * Printing JSON lines. Names are the program's own and need no escaping.
 */
#include "output.h"

#include <stdio.h>

#include "peer.h"

const char *output_durability(bool writes, bool synced) {
    if (!writes) {
        return "";
    }
    return synced ? "full" : "normal";
}

static void print_text(const char *name, const char *text) {
    printf(text ? ", \"%s\": \"%s\"" : ", \"%s\": null", name, text);
}

void output_peers(void) {
    size_t i;

    for (i = 0; i < peer_count; i++) {
        printf("{\"kind\": \"peer\", \"peer\": \"%s\"", peers[i]->name);
        print_text("version", peers[i]->version());
        print_text("full", peers[i]->full);
        print_text("normal", peers[i]->normal);
        printf("}\n");
    }
    for (i = 0; i < missing_peer_count; i++) {
        printf("{\"kind\": \"missing\", \"peer\": \"%s\", \"needs\": \"%s\"}\n",
               missing_peers[i].name, missing_peers[i].package);
    }
}

static void print_heading(const char *kind, const struct heading *heading) {
    printf("{\"kind\": \"%s\", \"workload\": \"%s\", \"durability\": \"%s\"", kind, heading->name,
           heading->durability);
}

void output_workload(const struct heading *heading) {
    print_heading("workload", heading);
    print_text("group", heading->group);
    print_text("what", heading->what);
    printf(", \"operations\": %zu, \"ticks\": %zu}\n", heading->operations, heading->ticks);
    fflush(stdout);
}

void output_round(const struct heading *heading, const char *peer, long round, const double *ns,
                  size_t count, const struct histogram *calls) {
    const char *separator = "";
    size_t i;

    print_heading("round", heading);
    printf(", \"peer\": \"%s\", \"round\": %ld, \"ns\": [", peer, round);
    for (i = 0; i < count; i++) {
        printf("%s%.1f", i > 0 ? ", " : "", ns[i]);
    }
    printf("], \"calls\": [");
    for (i = 0; calls && i < HISTOGRAM_SLOTS; i++) {
        if (calls->counts[i] > 0) {
            printf("%s[%llu, %llu]", separator, (unsigned long long)histogram_slot_ns(i),
                   (unsigned long long)calls->counts[i]);
            separator = ", ";
        }
    }
    printf("], \"worst_ns\": %llu}\n", calls ? (unsigned long long)calls->worst_ns : 0ULL);
    fflush(stdout);
}

void output_tick(const struct heading *heading) {
    print_heading("tick", heading);
    printf("}\n");
    fflush(stdout);
}
