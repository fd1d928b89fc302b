/*
 * Bytes, text and numbers, one at a time. A language gives
 *   KEY      (const void *, size_t)   its string as UTF-8, or its bytes
 *   VALUE    (const void *, size_t)   its bytes, or its string as UTF-8
 *   OPTIONAL a KEY or VALUE that may be the language's null, which is a NULL pointer
 *   OUT      spinkv_value *, bool *, int64_t *, uint64_t *   the result
 *   TEXT     const char *             a string without NUL
 *   PATH     const char *             a path
 *   OPTIONAL_TEXT, OPTIONAL_PATH      the same, or the language's null, which is a NULL pointer
 */
%apply (const void *KEY, size_t SIZE) {
    (const void *key, size_t key_size),
    (const void *prefix, size_t prefix_size)
};
%apply (const void *OPTIONAL_KEY, size_t SIZE) { (const void *after_or_null, size_t after_size) };
%apply (const void *VALUE, size_t SIZE) {
    (const void *value, size_t value_size),
    (const void *json, size_t json_size)
};
%apply (const void *OPTIONAL_VALUE, size_t SIZE) {
    (const void *expected_or_null, size_t expected_size)
};
%apply spinkv_value *OUT { spinkv_value *value, spinkv_value *json };
%apply bool *OUT { bool *exists, bool *swapped };
%apply int64_t *OUT { int64_t *number };
%apply uint64_t *OUT { uint64_t *count };
%apply const char *TEXT { const char *label };
%apply const char *PATH { const char *state_dir, const char *manifest };
%apply const char *OPTIONAL_TEXT { const char *component_or_null };
%apply const char *OPTIONAL_PATH { const char *runtime_config_or_null };
