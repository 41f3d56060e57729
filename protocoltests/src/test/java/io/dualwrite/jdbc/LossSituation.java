package io.dualwrite.jdbc;

/** What must have happened in lives with a forced rollback, at least now and then, for them to have shown anything. */
enum LossSituation {
    REFUSED_AS_REACHABLE("the authority was not forced, since the target could be reached"),
    FORCED("the authority was forced"),
    FORCED_BY_SOMEBODY_ELSE("two forced at once, and one found that it was done"),
    WRITTEN_WHERE_IT_WAS_LOST("a node that did not know wrote to the lost side"),
    WENT_ON_LATE("a node that stood still when the authority was forced went on afterwards"),
    KILLED_AFTER_FORCING("whoever had forced the authority was killed"),
    CLOSED_AS_LOST("the lost side was closed"),
    TAKEN("a record of the list was taken over"),
    DROPPED("a record of the list was dropped"),
    REFUSED_UNRECONCILED("the lost side was not readopted, since records were left on the list"),
    READOPTED("the lost side followed again"),
    READOPTED_BY_ANOTHER("it was readopted by another node than had forced the authority"),
    HANDED_OVER_AGAIN("the target had the authority once more, after a backfill and a verification"),
    LOST_AGAIN("the authority was forced once more");

    private final String text;

    LossSituation(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
