package io.dualwrite.spring.boot.actuate;

import java.util.List;

/** An order was not carried out; the message and {@link #reasons()} say why, without data. Nothing was changed by it. */
public final class OrderRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Kind kind;
    private final transient List<String> reasons;

    /** Whose fault it is. */
    public enum Kind {
        /** There is no such migration. */
        UNKNOWN(404),
        /** The order cannot be understood. */
        WRONG(400),
        /** The gates do not hold, or something else goes on. */
        REFUSED(409),
        /** A store cannot be reached. */
        OUT_OF_REACH(503);

        private final int status;

        Kind(int status) {
            this.status = status;
        }

        /** The status of an answer over HTTP. */
        public int status() {
            return status;
        }
    }

    private OrderRefusedException(Kind kind, List<String> reasons) {
        super(String.join("; ", reasons));
        this.kind = kind;
        this.reasons = List.copyOf(reasons);
    }

    static OrderRefusedException of(Kind kind, List<String> reasons) {
        return new OrderRefusedException(kind, reasons);
    }

    static OrderRefusedException wrong(String reason) {
        return new OrderRefusedException(Kind.WRONG, List.of(reason));
    }

    static OrderRefusedException refused(String reason) {
        return new OrderRefusedException(Kind.REFUSED, List.of(reason));
    }

    /** Whose fault it is. */
    public Kind kind() {
        return kind;
    }

    /** Every reason, each with what to do about it. */
    public List<String> reasons() {
        return reasons;
    }
}
