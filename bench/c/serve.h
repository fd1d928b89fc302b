/*
 * The workloads that every language has, as languages/README.md tells.
 */
#ifndef BENCH_SERVE_H
#define BENCH_SERVE_H

/* Answers requests on standard input about a peer, by its name, until that ends. */
void serve(const char *peer_name);

#endif
