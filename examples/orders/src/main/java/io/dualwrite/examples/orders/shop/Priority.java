package io.dualwrite.examples.orders.shop;

/** How urgent an order is. The legacy schema has one text, {@code 1-URGENT}; the new one splits rank and label. */
public enum Priority {
    URGENT("URGENT"),
    HIGH("HIGH"),
    MEDIUM("MEDIUM"),
    NOT_SPECIFIED("NOT SPECIFIED"),
    LOW("LOW");

    private final String label;

    Priority(String label) {
        this.label = label;
    }

    /** From 1, the most urgent. */
    public int rank() {
        return ordinal() + 1;
    }

    public String label() {
        return label;
    }

    /** Rank and label in one, as the legacy schema has it. */
    public String text() {
        return rank() + "-" + label;
    }

    /** The priority with this rank and this label. */
    public static Priority of(int rank, String label) {
        for (Priority priority : values()) {
            if (priority.rank() == rank && priority.label.equals(label)) {
                return priority;
            }
        }
        throw new IllegalArgumentException("No priority has rank " + rank + " and label '" + label + "'");
    }

    public static Priority ofText(String text) {
        for (Priority priority : values()) {
            if (priority.text().equals(text)) {
                return priority;
            }
        }
        throw new IllegalArgumentException("No priority is called '" + text + "'");
    }
}
