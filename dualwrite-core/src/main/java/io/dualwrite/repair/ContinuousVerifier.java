package io.dualwrite.repair;

import io.dualwrite.event.MigrationEvent.Progress;
import io.dualwrite.event.MigrationEvent.RoundVerified;
import io.dualwrite.event.MigrationEvent.VerificationMeasured;
import io.dualwrite.event.MigrationListener;
import io.dualwrite.fence.Board;
import io.dualwrite.fence.Pace;
import io.dualwrite.stage.ControlRow;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Role;
import io.dualwrite.stage.Side;
import io.dualwrite.store.RecordType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Compares both sides round after round, page by page, at no more than a given rate, as long as a copy follows. Where it is
 * in each record type is kept beside the target, so that any node goes on with a round that another one has left.
 *
 * <p>One node at a time: whoever moves a cursor expects it to be where it was last seen, and a node whose expectation is
 * wrong stands by until nobody has moved any for a while. Two nodes that compare the same page do no harm.
 *
 * <p>A round without a difference is a clean pass. Its cursor keeps how often the record type's clean pass had been voided
 * when the round began; when that is the number still when the round ends, then every record was found equal, or in flight,
 * at some moment of the round, and nothing was confirmed different by anybody since. An old moment proves no less than a
 * late one: whatever changed a record since has left an intent, whose transfer puts it on the list of records to be
 * rechecked, which the switch wants empty. Only what writes past the library may have spoilt it unseen, for up to a round,
 * as it may behind a single verification for as long as that takes.
 *
 * <p>Belongs to one thread; blocks on both stores, for one page at a time.
 */
public final class ContinuousVerifier {
    /** The job of its progress events. */
    public static final String JOB = Progress.CONTINUOUS;

    private static final int LARGEST_PAGE = 500;
    private static final int PAGES_PER_SECOND = 4;
    private static final int CONFIRM_AT_ONCE = 100;
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final Duration TELL_EVERY = Duration.ofSeconds(1);

    private final Board board;
    private final List<RecordType<?, ?>> types;
    private final Scan scan;
    private final Checkpoints checkpoints;
    private final CleanPasses cleanPasses;
    private final Verifier verifier;
    private final ContinuousSettings settings;
    private final MigrationListener listener;
    private final Pace pace;
    private final int pageRows;

    private int generation;
    /** Each record type's, as last seen or moved; empty before the first look. */
    private List<Optional<Checkpoint>> cursors = List.of();

    private boolean mine;
    private long unmovedSince;
    private long roundEnded;
    private long partBegun;
    private long records;
    private long differences;
    private Pace.Deadline next;
    private Pace.Deadline nextTelling;

    /** {@code checkpoints} are the target's. */
    public ContinuousVerifier(
            Board board,
            List<RecordType<?, ?>> types,
            Scan scan,
            Checkpoints checkpoints,
            Verifier verifier,
            ContinuousSettings settings,
            MigrationListener listener,
            Pace pace) {
        this.board = board;
        this.types = List.copyOf(types);
        this.scan = scan;
        this.checkpoints = checkpoints;
        this.cleanPasses = new CleanPasses(checkpoints);
        this.verifier = verifier;
        this.settings = settings;
        this.listener = listener;
        this.pace = pace;
        this.pageRows = Math.max(1, Math.min(LARGEST_PAGE, settings.recordsPerSecond() / PAGES_PER_SECOND));
        this.unmovedSince = pace.nanos();
        this.roundEnded = unmovedSince;
        this.next = pace.in(Duration.ZERO);
        this.nextTelling = next;
    }

    /**
     * Compares a page, if one is due and it is this node's turn; does nothing while no copy follows.
     *
     * @param whole whether the copy is known to have had every record; before that, all it lacks would be a difference
     * @param reachable whether there is hope of reaching the copy now
     * @return whether the next page is due already
     * @throws Exception when a store failed; this node then stands by
     */
    public boolean turn(boolean whole, boolean reachable) throws Exception {
        Side authority = board.view().authority();
        if (authority == null || !whole || !board.stage().write().followed()) {
            roundEnded = pace.nanos();
            unmovedSince = roundEnded;
            mine = false;
            tellLag();
            return false;
        }
        tellLag();
        if (!reachable || !next.isOver()) {
            return false;
        }
        boolean failed = true;
        try {
            boolean more = turn(authority);
            failed = false;
            return more;
        } finally {
            if (failed) {
                standBy();
            }
        }
    }

    private boolean turn(Side authority) throws Exception {
        ControlRow row = board.refresh(authority);
        if (row.role() != Role.AUTHORITY || !row.stage().write().followed()) {
            standBy();
            return false;
        }
        if (row.generation() != generation) {
            generation = row.generation();
            cursors = List.of();
            mine = false;
        }
        if (!mine && !isLeft()) {
            next = pace.in(LOOK_EVERY);
            return false;
        }
        for (int at = 0; at < types.size(); at++) {
            Checkpoint cursor = cursors.get(at).orElse(null);
            if (cursor != null && !cursor.done()) {
                return goOn(authority, at, cursor);
            }
        }
        return begin();
    }

    /** Looks where the cursors are: whether nobody has moved them for a while, or there is no round to go on with. */
    private boolean isLeft() {
        List<Optional<Checkpoint>> now = new ArrayList<>();
        for (RecordType<?, ?> type : types) {
            now.add(checkpoints.find(Checkpoint.CONTINUOUS, type.name(), generation));
        }
        if (!now.equals(cursors)) {
            cursors = now;
            unmovedSince = pace.nanos();
            startCounting();
            if (areAll(Checkpoint::done)) {
                roundEnded = unmovedSince;
            }
        }
        mine = !isRoundUnderWay() || since(unmovedSince).compareTo(settings.standby()) >= 0;
        return mine;
    }

    private boolean isRoundUnderWay() {
        return cursors.stream().flatMap(Optional::stream).anyMatch(cursor -> !cursor.done());
    }

    private boolean areAll(Predicate<Checkpoint> what) {
        return cursors.stream().allMatch(cursor -> cursor.map(what::test).orElse(false));
    }

    private boolean begin() {
        Duration rest = settings.interval().minus(since(unmovedSince));
        if (areAll(Checkpoint::done) && rest.compareTo(Duration.ZERO) > 0) {
            // Others rest as long; whoever comes first begins.
            mine = false;
            next = pace.in(rest.compareTo(LOOK_EVERY) < 0 ? rest : LOOK_EVERY);
            return false;
        }
        for (int at = 0; at < types.size(); at++) {
            String type = types.get(at).name();
            long voids = cleanPasses.voids(type, generation);
            if (!move(at, new Checkpoint(Checkpoint.CONTINUOUS, type, generation, null, voids, false))) {
                return false;
            }
        }
        startCounting();
        return true;
    }

    private boolean goOn(Side authority, int at, Checkpoint cursor) throws Exception {
        RecordType<?, ?> type = types.get(at);
        long begun = pace.nanos();
        KeyPages.Page page = new KeyPages(type, scan, pageRows, cursor.position()).next();
        if (page == null) {
            return end(at, cursor);
        }
        Look look = new Look(authority);
        new Merge(type, scan, look).compare(page);
        look.confirm();
        String last = page.keys().get(page.keys().size() - 1);
        differences += look.found;
        if (!move(at, new Checkpoint(Checkpoint.CONTINUOUS, type.name(), generation, last, cursor.rows(), false))) {
            return false;
        }
        records += page.keys().size();
        long budget = page.keys().size() * 1_000_000_000L / settings.recordsPerSecond();
        next = pace.in(Duration.ofNanos(budget).minus(since(begun)));
        tellProgress(type);
        return next.isOver();
    }

    /** The record type has been read to its end, also where somebody else has begun with it. */
    private boolean end(int at, Checkpoint cursor) throws Exception {
        RecordType<?, ?> type = types.get(at);
        // Comparing nothing with nothing proves nothing, unless there is nothing.
        boolean complete =
                cursor.position() != null || (showsNothing(type, Side.ORIGIN) && showsNothing(type, Side.TARGET));
        Checkpoint done =
                new Checkpoint(Checkpoint.CONTINUOUS, type.name(), generation, cursor.position(), cursor.rows(), true);
        if (!move(at, done)) {
            return false;
        }
        boolean clean = complete && cleanPasses.note(type.name(), generation, cursor.rows());
        listener.on(new RoundVerified(type.name(), records, differences, clean, since(partBegun)));
        startCounting();
        if (!isRoundUnderWay()) {
            roundEnded = pace.nanos();
        }
        return true;
    }

    private boolean showsNothing(RecordType<?, ?> type, Side side) throws Exception {
        try (Scan.Prints prints = scan.fingerprints(side, type.all())) {
            return !prints.hasNext();
        }
    }

    /** Moves a cursor from where it was seen; false when somebody else has moved it, and then it is theirs. */
    private boolean move(int at, Checkpoint to) {
        if (!checkpoints.replace(cursors.get(at).orElse(null), to)) {
            standBy();
            return false;
        }
        List<Optional<Checkpoint>> moved = new ArrayList<>(cursors);
        moved.set(at, Optional.of(to));
        cursors = moved;
        unmovedSince = pace.nanos();
        return true;
    }

    private void standBy() {
        mine = false;
        unmovedSince = pace.nanos();
        next = pace.in(LOOK_EVERY);
    }

    private void startCounting() {
        records = 0;
        differences = 0;
        partBegun = pace.nanos();
    }

    private Duration since(long nanos) {
        return Duration.ofNanos(pace.nanos() - nanos);
    }

    private void tellLag() {
        if (nextTelling.isOver()) {
            listener.on(new VerificationMeasured(since(roundEnded)));
            nextTelling = pace.in(TELL_EVERY);
        }
    }

    private void tellProgress(RecordType<?, ?> type) {
        listener.on(new Progress(JOB, type.name(), records, -1, since(partBegun)));
    }

    /** Confirms what differs in a page. */
    private final class Look implements Merge.Sight {
        private final Side authority;
        private final Set<RecordId> suspects = new LinkedHashSet<>();
        private int found;

        Look(Side authority) {
            this.authority = authority;
        }

        @Override
        public void read(Side side) {
            // A page is too short to tell its progress.
        }

        @Override
        public boolean differs(RecordId record) throws Exception {
            suspects.add(record);
            if (suspects.size() >= CONFIRM_AT_ONCE) {
                confirm();
            }
            return true;
        }

        void confirm() throws Exception {
            if (!suspects.isEmpty()) {
                found +=
                        verifier.confirm(authority, suspects, settings.policy()).size();
                suspects.clear();
            }
        }
    }
}
