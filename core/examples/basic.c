/* Opens the default store of the current directory, writes a value and reads it back. */
#include <spinkv.h>
#include <stdio.h>

int main(void) {
    spinkv_error err;
    spinkv_store store;
    spinkv_value value = {NULL, 0};

    if (spinkv_open_default(NULL, &store, &err) == SPINKV_OK &&
        spinkv_set(store, "mykey", 5, "myvalue", 7, &err) == SPINKV_OK &&
        spinkv_get(store, "mykey", 5, &value, &err) == SPINKV_OK) {
        printf("%.*s\n", (int)value.size, (const char *)value.data);
    } else {
        fprintf(stderr, "%s: %s\n", spinkv_status_name(err.status), err.message);
    }
    spinkv_value_free(&value);
    spinkv_close(store);
    return err.status == SPINKV_OK ? 0 : 1;
}
