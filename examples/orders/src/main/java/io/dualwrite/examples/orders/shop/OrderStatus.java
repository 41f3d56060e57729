package io.dualwrite.examples.orders.shop;

/** How far an order has come. The legacy schema knows it by a letter, the new one by its name. */
public enum OrderStatus {
    OPEN("O"),
    FINISHED("F"),
    PARTIAL("P");

    private final String letter;

    OrderStatus(String letter) {
        this.letter = letter;
    }

    public String letter() {
        return letter;
    }

    public static OrderStatus ofLetter(String letter) {
        for (OrderStatus status : values()) {
            if (status.letter.equals(letter)) {
                return status;
            }
        }
        throw new IllegalArgumentException("An order's status is O, F or P, not '" + letter + "'");
    }
}
