package io.dualwrite.repair;

/** A transfer met a side whose control row does not say COPY; it wrote nothing. The authority has moved: look again. */
public final class NotACopyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public NotACopyException(String message) {
        super(message);
    }
}
