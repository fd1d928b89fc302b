/*
 * Many keys, values or tuples at once, and a store's options. A language gives
 *   KEYS     (const spinkv_bytes *, size_t)  a list of keys
 *   PAIRS    (const spinkv_pair *, size_t)   a list of pairs of a key and a value
 *   KEYS     spinkv_list *                   the result: a list of strings
 *   TEXTS    two spinkv_list *               the result: two lists of strings, of the same size
 *   VALUES   spinkv_list *                   the result: a list of bytes, null where there is none
 *   OPTIONS  const spinkv_options *          a map of names to texts, numbers and booleans; or
 *            (const char *LABEL, the same)   a label with it, so that what is wrong there is said of the store
 */
%apply (const spinkv_bytes *KEYS, size_t COUNT) { (const spinkv_bytes *keys, size_t key_count) };
%apply (const spinkv_pair *PAIRS, size_t COUNT) { (const spinkv_pair *pairs, size_t pair_count) };
%apply spinkv_list *KEYS { spinkv_list *keys, spinkv_list *warnings };
%apply (spinkv_list *TEXTS, spinkv_list *MORE_TEXTS) {
    (spinkv_list *labels, spinkv_list *summaries)
};
%apply spinkv_list *VALUES { spinkv_list *values };
%apply const char *TEXT { const char *store_label };
%apply const spinkv_options *OPTIONS { const spinkv_options *store_options };
%apply (const char *LABEL, const spinkv_options *OPTIONS) {
    (const char *store_label, const spinkv_options *store_options)
};
