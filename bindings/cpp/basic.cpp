// Opens the default store of the current directory, writes a value and reads it back.
#include <iostream>
#include <spinkv.hpp>

int main() {
    try {
        spinkv::Store store = spinkv::open_default();
        store.set("mykey", "myvalue");
        std::cout << store.get("mykey") << '\n';
    } catch (const spinkv::Error &error) {
        std::cerr << error.code() << ": " << error.what() << '\n';
        return 1;
    }
    return 0;
}
