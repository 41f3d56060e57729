package io.dualwrite.stage;

/** What a side's own control row allows there. */
public enum Role {
    /** Authoritative writes are accepted; transfers are not. */
    AUTHORITY,
    /** Transfers are accepted; authoritative writes are not. */
    COPY,
    /** Nothing is accepted: the authority is being handed over, or has left for good. */
    CLOSED,
    /** As {@link #CLOSED}, after the decision: the other side is, or is about to be, the authority. */
    CEDED
}
