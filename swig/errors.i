/*
 * Errors: every call that can fail takes the caller's spinkv_error, and comes first among its arguments so
 * that a failure is raised before any result is made. A language gives
 *   ERROR   spinkv_error *      made by the wrapper; raised if it says so
 *   NEW_ERROR                   the same in a constructor, which may be called once an object
 *   STATUS  spinkv_status       no result
 */
%apply spinkv_error *ERROR { spinkv_error *err };
%apply spinkv_error *NEW_ERROR { spinkv_error *new_err };
%apply int STATUS { spinkv_status };

typedef int spinkv_status;
