package io.dualwrite.jdbc;

/** What must have happened, at least now and then, for a build's schedules to have shown anything. */
enum Situation {
    FLIPPED("a flip completed"),
    ROLLED_BACK("a rollback completed"),
    REOPENED_BY_A_WRITER("a flip was given up, and a waiting writer opened the old authority again"),
    KILLED_AFTER_CLOSE("a coordinator was killed after the close, with intents left"),
    KILLED_AFTER_DRAIN("a coordinator was killed after the drain"),
    KILLED_AFTER_CEDE("a coordinator was killed after it ceded"),
    KILLED_AFTER_TAKE_OVER("a coordinator was killed after the new side took over"),
    SETTLED_BY_ANOTHER("somebody else made the steps that were left after the decision"),
    LOST_THE_RACE("two coordinators raced, and one found the row changed"),
    UNKNOWN_AND_HAPPENED("a commit whose caller was not told had happened"),
    UNKNOWN_AND_NOT("a commit whose caller was not told had not happened"),
    WAITED_FOR_A_STRIPE("a transfer waited for another one's stripe"),
    STALE_TRANSFER_REFUSED("a transfer was refused by the copy's fence"),
    CHANGED_DURING_A_TRANSFER("a record was changed between the list and the commit of its transfer"),
    BACKFILL_RESUMED("a backfill went on from a cursor"),
    BACKFILL_MET_A_DELETION("a backfill met a key whose record was deleted"),
    MISMATCH_CONFIRMED("a verification confirmed what a foreign writer had done"),
    CANDIDATE_DISMISSED("a verification dismissed a candidate"),
    CLEAN_PASS_VOIDED("a clean pass was voided"),
    DEADLOCK("a transaction was a deadlock's victim"),
    LOCK_TIME_OUT("somebody gave up waiting for a lock"),
    SERIALIZATION_FAILURE("a statement in a stricter level was refused for what was changed since"),
    LOOKED_AGAIN("a statement waited for a row, looked again and passed it over"),
    WAITED_FOR_A_KEY("an insert waited for another one's outcome"),
    FENCE_QUEUED("somebody waited in the fence's own queue"),
    SILENT_SESSION_ENDED("a server ended the session of a node that said nothing any more"),
    RESUMED_AFTER_A_HANDOVER("a node that stood still went on after the authority had moved"),
    WAITED_AND_WENT_OVER("a writer waited at the gate and then wrote on the other side"),
    SECOND_GENERATION("a migration went back to OFF and began again"),
    CRASHED_AFTER_CEDE("a server crashed between the decision and the opening of the new side"),
    DOWN_AFTER_CEDE("a server was down between the decision and the opening of the new side"),
    RAMP_DOWN("the stage RAMP_DOWN was reached"),
    COMPLETE("the stage COMPLETE was reached"),
    SAVEPOINT("a transaction went back to a savepoint and was committed"),
    KEY_CHANGED("a record's key was changed"),
    INSERTED_AGAIN("a record was deleted and inserted again in one transaction"),
    JOINED("a caller's own transaction was joined"),
    NESTED("a write joined the transaction around it"),
    READ_ACROSS_A_HANDOVER("a strict read was answered across a handover"),
    SWEPT("a statement changed records that nobody named"),
    RANGE_BROUGHT_OVER("the rows of a range were removed"),
    SETTLED_BEHIND_A_TRANSFER("a range waited for a transfer that was begun before it"),
    RANGE_OUTLIVED_ITS_RELAY("a relay was killed while it brought a range over");

    private final String text;

    Situation(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }
}
