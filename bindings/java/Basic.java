import spinkv.Store;
import spinkv.StoreException;

/** Opens the default store of the current directory, writes a value and reads it back. */
public final class Basic {
    private Basic() {}

    /**
     * The program.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) {
        try (Store store = Store.openDefault()) {
            store.set("mykey", "myvalue");
            System.out.println(store.getString("mykey"));
        } catch (StoreException error) {
            System.err.println(error.code() + ": " + error.getMessage());
            System.exit(1);
        }
    }
}
