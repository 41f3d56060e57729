package io.dualwrite.spring;

/** What becomes of an annotated call that neither is in a transaction nor begins one. */
public enum NoTransaction {
    /** A transaction is begun around it. */
    OPEN,
    /** It is refused. */
    REFUSE
}
