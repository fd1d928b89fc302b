package spinkv;

import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/** Goes over keys a page at a time, so that nothing is held open and others may write meanwhile. */
final class KeyIterator implements Iterator<String> {
    private static final long PAGE = 256;

    private final Store store;
    private final String prefix;
    private Iterator<String> page = Collections.emptyIterator();
    private String last;
    private boolean isAtEnd;

    KeyIterator(Store store, String prefix) {
        this.store = store;
        this.prefix = prefix;
    }

    @Override
    public boolean hasNext() {
        if (!page.hasNext() && !isAtEnd) {
            List<String> keys = store.listKeys(prefix, last, PAGE);
            isAtEnd = keys.isEmpty();
            page = keys.iterator();
        }
        return page.hasNext();
    }

    @Override
    public String next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        last = page.next();
        return last;
    }
}
