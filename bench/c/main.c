/*
 * The benchmark in C: every workload against every peer. Prints JSON, one object a line, and leaves
 * all arithmetic to who reads it.
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "data.h"
#include "fail.h"
#include "instructions.h"
#include "mix.h"
#include "output.h"
#include "serve.h"
#include "settings.h"
#include "suite.h"
#include "turns.h"

#if defined(__clang__)
#define COMPILER __VERSION__
#else
#define COMPILER "gcc " __VERSION__
#endif

#define USAGE                                                                                      \
    "there are --list, --folder, --only, --group, --rounds, --suite-rounds, --round-ms, "          \
    "--divisor, --instructions with --batches, and --serve"

struct command {
    struct settings settings;
    const char *instructions;
    const char *serve;
    long batches;
};

static long read_number(const char *option, const char *text) {
    char *end = NULL;
    long number = strtol(text, &end, 10);

    if (*end || number < 1 || number > 1000000) {
        fail("%s takes a number from 1 to 1000000", option);
    }
    return number;
}

static void read_option(struct command *command, const char *option, const char *text) {
    struct settings *settings = &command->settings;

    if (strcmp(option, "--folder") == 0) {
        settings->folder = text;
    } else if (strcmp(option, "--only") == 0) {
        settings->only = text;
    } else if (strcmp(option, "--group") == 0) {
        settings->group = text;
    } else if (strcmp(option, "--rounds") == 0) {
        settings->rounds = read_number(option, text);
    } else if (strcmp(option, "--suite-rounds") == 0) {
        settings->suite_rounds = read_number(option, text);
    } else if (strcmp(option, "--round-ms") == 0) {
        settings->round_ms = read_number(option, text);
    } else if (strcmp(option, "--divisor") == 0) {
        settings->divisor = read_number(option, text);
    } else if (strcmp(option, "--instructions") == 0) {
        command->instructions = text;
    } else if (strcmp(option, "--serve") == 0) {
        command->serve = text;
    } else if (strcmp(option, "--batches") == 0) {
        command->batches = read_number(option, text);
    } else {
        fail("%s is unknown; " USAGE, option);
    }
}

static struct command read_command(char **arguments) {
    struct command command = {{NULL, NULL, NULL, 5, 3, 100, 1, false}, NULL, NULL, 1};

    for (arguments++; *arguments; arguments++) {
        const char *option = *arguments;
        if (strcmp(option, "--list") == 0) {
            command.settings.list = true;
            continue;
        }
        if (!*++arguments) {
            fail("%s is unknown, or lacks a value; " USAGE, option);
        }
        read_option(&command, option, *arguments);
    }
    if (!command.settings.folder && !command.settings.list && !command.serve) {
        fail("--folder says where the files go; it must be there");
    }
    return command;
}

/* What timing a call adds to its time. */
static double clock_cost_ns(void) {
    const int count = 10000;
    uint64_t start = clock_ns();
    int i;

    for (i = 0; i < count; i++) {
        clock_ns();
    }
    return (double)(clock_ns() - start) / count;
}

int main(int count, char **arguments) {
    struct command command = read_command(arguments);

    (void)count;
    if (command.serve) {
        serve(command.serve);
        return 0;
    }
    data_init();
    if (command.instructions) {
        instructions_run(command.instructions, (size_t)command.batches, command.settings.folder);
        return 0;
    }
    printf("{\"kind\": \"program\", \"spinkv\": \"%s\", \"sqlite\": \"%s\", \"compiler\": \"%s\", "
           "\"clock_ns\": %.0f}\n",
           spinkv_version(), sqlite3_libversion(), COMPILER, clock_cost_ns());
    output_peers();
    /* The mix first: it makes processes, and some peers leave threads behind. */
    mix_run(&command.settings);
    turns_run(&command.settings);
    suites_run(&command.settings);
    return 0;
}
