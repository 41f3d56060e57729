package io.dualwrite.repair;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the keys that cut a long list into equal parts, while it goes by: remembers every so manieth key, and half of those
 * as soon as they are many. Memory is bounded; parts differ by one in {@value #MOST} of the list at most. Belongs to one
 * thread.
 */
final class EvenBorders {
    private static final int MOST = 4_096;

    private List<String> kept = new ArrayList<>();
    private long stride = 1;
    private long count;

    void add(String key) {
        if (count % stride == 0) {
            kept.add(key);
        }
        count++;
        if (kept.size() > MOST) {
            List<String> half = new ArrayList<>();
            for (int at = 0; at < kept.size(); at += 2) {
                half.add(kept.get(at));
            }
            kept = half;
            stride *= 2;
        }
    }

    /** The last keys of all parts but the last one; fewer where there are fewer keys than parts. */
    List<String> cut(int parts) {
        List<String> borders = new ArrayList<>();
        for (int part = 1; part < parts; part++) {
            int at = (int) ((long) part * kept.size() / parts) - 1;
            if (at >= 0
                    && (borders.isEmpty() || !borders.get(borders.size() - 1).equals(kept.get(at)))) {
                borders.add(kept.get(at));
            }
        }
        return borders;
    }
}
