package io.dualwrite.testkit.simulation;

import io.dualwrite.fence.Pace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets real threads run one at a time. Whoever holds the baton runs until its next {@link #step} (every statement, commit
 * and pause is one), where a seeded choice says who goes on. Time is simulated: a step takes a millisecond, and when
 * everybody waits the clock jumps to the first who need not wait any longer. The same seed gives the same run, as long as
 * the actors share nothing but the simulated databases; {@link #fingerprint()} tells whether it did.
 *
 * <p>Actors may live on one node: a killed node takes all of them with it, and a stopped one stops them all.
 *
 * <p>One use: add {@link #actor actors}, {@link #run}. Threads that are no actors pass through every method untouched.
 */
public final class Baton {
    private static final ThreadLocal<@Nullable Actor> SELF = new ThreadLocal<>();
    private static final int TRACE_LENGTH = 512;
    private static final long NANOS_A_STEP = 1_000_000;
    private static final long ALWAYS = Long.MIN_VALUE;
    private static final Instant BEGINNING = Instant.parse("2026-01-01T00:00:00Z");
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "simulated");
        thread.setDaemon(true);
        return thread;
    });

    private final Random random;
    private final Hazards hazards;
    private final int mostSteps;
    private final double staying;
    private final List<Actor> actors = new ArrayList<>();
    private final List<Watcher> watchers = new ArrayList<>();
    private final @Nullable Object[] trace = new @Nullable Object[3 * TRACE_LENGTH];
    private final CountDownLatch over = new CountDownLatch(1);

    private long nanos;
    private int steps;
    private int lines;
    private int mishaps;
    private long fingerprint;
    private boolean ending;
    private @Nullable Throwable failure;

    /** A run with this seed that is {@link Stuck} after {@code mostSteps} steps. */
    public Baton(long seed, Hazards hazards, int mostSteps) {
        this.random = new Random(seed);
        this.hazards = hazards;
        this.mostSteps = mostSteps;
        // Seldom switching finds what needs long undisturbed runs; always switching finds close races.
        this.staying = new double[] {0.0, 0.3, 0.7, 0.9}[random.nextInt(4)];
    }

    /** What an actor does; what it throws ends the whole run, a {@link Crashed} apart. */
    @FunctionalInterface
    public interface Work {
        void run() throws Exception;
    }

    /** Is told what happens to actors. */
    public interface Watcher {
        /** The calling actor, and with {@code all} everybody on its node, is killed. */
        default void killed(String actor, String node, boolean all) {}

        /** The calling actor, or its node, stands still from now on; {@code cut} says that connections may be lost. */
        default void stopped(String actor, String node, boolean all, boolean cut) {}

        /** The calling actor, which was stopped, goes on. */
        default void resumed(String actor) {}
    }

    private static final class Actor {
        final Baton baton;
        final String node;
        final String name;
        final Work work;
        final double weight;
        final boolean mortal;
        volatile boolean turn;
        volatile @Nullable Thread thread;
        boolean finished;
        boolean crashed;
        long wake = ALWAYS;
        long frozenUntil = ALWAYS;

        @Nullable BooleanSupplier ready;

        Actor(Baton baton, String node, String name, Work work, double weight, boolean mortal) {
            this.baton = baton;
            this.node = node;
            this.name = name;
            this.work = work;
            this.weight = weight;
            this.mortal = mortal;
        }

        boolean isAble(long now) {
            if (crashed) {
                return true;
            }
            if (frozenUntil > now) {
                return false;
            }
            BooleanSupplier wanted = ready;
            return wake <= now || (wanted != null && wanted.getAsBoolean());
        }
    }

    /** Adds an actor on a node of its own that hazards may strike; before {@link #run}. */
    public void actor(String name, Work work) {
        actor(name, name, work);
    }

    /** Adds an actor on this node that hazards may strike; before {@link #run}. */
    public void actor(String node, String name, Work work) {
        actors.add(new Actor(this, node, name, work, 1 << (2 * random.nextInt(3)), true));
    }

    /** Adds an actor that is never killed nor stalled. */
    public void sturdyActor(String name, Work work) {
        actors.add(new Actor(this, name, name, work, 4, false));
    }

    /** Tells this one from now on. */
    public void watch(Watcher watcher) {
        watchers.add(watcher);
    }

    /**
     * Runs all actors to their end and returns; throws what went wrong first, unchanged if unchecked.
     *
     * @throws Stuck when the bound of steps was passed
     */
    public void run() {
        for (Actor actor : actors) {
            THREADS.execute(() -> live(actor));
        }
        if (!actors.isEmpty()) {
            give(choose(null));
            try {
                if (!over.await(120, TimeUnit.SECONDS)) {
                    throw new IllegalStateException("A thread left the simulation and did not come back: "
                            + actors.stream()
                                    .filter(a -> !a.finished)
                                    .map(Baton::whereabouts)
                                    .toList());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure != null) {
            throw new IllegalStateException("An actor failed: " + failure, failure);
        }
    }

    private static String whereabouts(Actor actor) {
        Thread thread = actor.thread;
        StringBuilder text = new StringBuilder(actor.name).append(actor.turn ? " (has the baton)" : "");
        if (thread != null) {
            for (StackTraceElement element : thread.getStackTrace()) {
                text.append("\n    ").append(element);
            }
        }
        return text.toString();
    }

    private void live(Actor self) {
        self.thread = Thread.currentThread();
        SELF.set(self);
        park(self);
        try {
            if (!ending) {
                self.work.run();
            }
        } catch (Crashed killed) {
            self.crashed = true;
        } catch (Throwable thrown) {
            if (!self.crashed) {
                fail(thrown);
            }
        } finally {
            self.finished = true;
            self.thread = null;
            SELF.remove();
            Actor next = choose(self);
            if (next == null) {
                over.countDown();
            } else {
                give(next);
            }
        }
    }

    /** Ends the run with this failure; every other actor dies at its next step. */
    public void fail(Throwable thrown) {
        if (failure == null) {
            failure = thrown;
        }
        ending = true;
    }

    /** The simulated time. */
    public Instant now() {
        return BEGINNING.plusNanos(nanos);
    }

    /** Simulated time as nanoseconds since the beginning. */
    long nanos() {
        return nanos;
    }

    /** Moves the simulated time on; only between runs, or for whoever holds the baton. */
    public void advance(Duration time) {
        nanos += time.toNanos();
    }

    /** Simulated time and waiting for whatever takes a {@link Pace}. */
    public Pace pace() {
        return pace(Duration.ZERO);
    }

    /** As {@link #pace()}, with a clock that is this much ahead. */
    public Pace pace(Duration ahead) {
        long offset = ahead.toNanos();
        return new Pace() {
            @Override
            public long nanos() {
                return nanos + offset;
            }

            @Override
            public void pause(Duration atLeast) {
                if (atLeast.compareTo(Duration.ZERO) > 0) {
                    Baton.this.pause(atLeast);
                }
            }
        };
    }

    /** The baton of the calling thread, or null when it is no actor. */
    static @Nullable Baton current() {
        Actor self = SELF.get();
        return self == null ? null : self.baton;
    }

    /** The name of the calling actor; "outside" when the thread is none. */
    public static String self() {
        Actor self = SELF.get();
        return self == null ? "outside" : self.name;
    }

    /** The node of the calling actor; "outside" when the thread is none. */
    static String node() {
        Actor self = SELF.get();
        return self == null ? "outside" : self.node;
    }

    /** The seeded source of choices; only for whoever holds the baton. */
    public Random random() {
        return random;
    }

    /** How many steps were taken. */
    public int steps() {
        return steps;
    }

    /** A number that two runs have in common only if they took the same steps in the same order. */
    public long fingerprint() {
        return fingerprint;
    }

    /** One out of {@code oneIn}, while the bound of mishaps lasts; never when zero, never for a sturdy actor. */
    boolean mishap(int oneIn) {
        Actor self = SELF.get();
        if (oneIn == 0 || self == null || !self.mortal || mishaps >= hazards.atMost() || random.nextInt(oneIn) != 0) {
            return false;
        }
        mishaps++;
        return true;
    }

    Hazards hazards() {
        return hazards;
    }

    /** A point where another actor may go on instead; also where the calling one may be killed or stalled. */
    public void step(String where) {
        step(where, "");
    }

    /** As {@link #step(String)}; both texts say where. */
    void step(String where, String what) {
        Actor self = alive();
        if (self == null) {
            return;
        }
        note(self, where, what);
        if (!isTooLong()) {
            if (mishap(hazards.crash())) {
                kill(self);
            } else if (mishap(hazards.stall())) {
                stop(self);
            }
        }
        nanos += NANOS_A_STEP;
        if (!self.crashed && !ending) {
            boolean stopped = self.frozenUntil > nanos;
            pass(self);
            if (stopped && !self.crashed && !ending) {
                watchers.forEach(watcher -> watcher.resumed(self.name));
            }
        }
        alive();
    }

    private boolean isTooLong() {
        if (++steps > mostSteps) {
            fail(new Stuck("No end after " + mostSteps + " steps"));
        }
        return steps > mostSteps;
    }

    private void kill(Actor self) {
        boolean all = random.nextBoolean();
        note(self, "-- killed", all ? " with its node" : "");
        for (Actor actor : actors) {
            if (actor == self || (all && actor.node.equals(self.node))) {
                actor.crashed = true;
            }
        }
        watchers.forEach(watcher -> watcher.killed(self.name, self.node, all));
    }

    private void stop(Actor self) {
        boolean all = random.nextBoolean();
        boolean cut = random.nextBoolean();
        long length = (long) (50_000_000 * Math.pow(1200, random.nextDouble()));
        note(self, all ? "-- stands still with its node for " : "-- stands still for ", Duration.ofNanos(length));
        for (Actor actor : actors) {
            if (actor == self || (all && actor.node.equals(self.node))) {
                actor.frozenUntil = nanos + length;
            }
        }
        watchers.forEach(watcher -> watcher.stopped(self.name, self.node, all, cut));
    }

    /** Stands still for a simulated while. */
    public void pause(Duration length) {
        Actor self = alive();
        if (self == null) {
            return;
        }
        note(self, "rests for ", length);
        if (!isTooLong()) {
            self.wake = nanos + length.toNanos();
            pass(self);
        }
        alive();
    }

    /** Waits until {@code ready} or until {@code atMost} of simulated time has passed; whether it became ready. */
    boolean await(BooleanSupplier ready, Duration atMost) {
        Actor self = alive();
        if (self == null) {
            return false;
        }
        self.ready = ready;
        self.wake = nanos + atMost.toNanos();
        note(self, "waits for at most ", atMost);
        if (!isTooLong()) {
            pass(self);
        }
        self.ready = null;
        alive();
        return ready.getAsBoolean();
    }

    /** Whether the calling thread is an actor that was killed: what it asks for must not happen any more. */
    boolean isDead() {
        Actor self = SELF.get();
        return self != null && (self.crashed || ending);
    }

    private @Nullable Actor alive() {
        Actor self = SELF.get();
        if (self != null && (self.crashed || ending)) {
            throw new Crashed();
        }
        return self;
    }

    private void pass(Actor self) {
        boolean mayStay = self.ready == null && self.wake <= nanos && self.frozenUntil <= nanos;
        Actor next = mayStay && random.nextDouble() < staying ? self : choose(null);
        if (next != null && next != self) {
            give(next);
            park(self);
        }
        self.wake = ALWAYS;
    }

    private @Nullable Actor choose(@Nullable Actor leaving) {
        while (true) {
            double weight = 0;
            long first = Long.MAX_VALUE;
            boolean[] able = new boolean[actors.size()];
            boolean any = false;
            for (int at = 0; at < able.length; at++) {
                Actor actor = actors.get(at);
                if (actor.finished || actor == leaving) {
                    continue;
                }
                if (ending || actor.isAble(nanos)) {
                    able[at] = true;
                    any = true;
                    weight += actor.weight;
                } else {
                    first = Math.min(first, Math.max(actor.wake, actor.frozenUntil));
                }
            }
            if (any) {
                return weighted(able, weight);
            }
            if (first == Long.MAX_VALUE) {
                return null;
            }
            nanos = Math.max(nanos + 1, first);
        }
    }

    private Actor weighted(boolean[] able, double weight) {
        double left = random.nextDouble() * weight;
        Actor last = actors.get(0);
        for (int at = 0; at < able.length; at++) {
            if (able[at]) {
                last = actors.get(at);
                left -= last.weight;
                if (left < 0) {
                    return last;
                }
            }
        }
        return last;
    }

    private static void give(@Nullable Actor next) {
        if (next != null) {
            next.turn = true;
            LockSupport.unpark(next.thread);
        }
    }

    private static void park(Actor self) {
        while (!self.turn) {
            LockSupport.park(self);
        }
        self.turn = false;
    }

    private void note(Actor self, String where, Object what) {
        int at = 3 * (lines++ % TRACE_LENGTH);
        trace[at] = self.name;
        trace[at + 1] = where;
        trace[at + 2] = what;
        fingerprint = 31 * (31 * (31 * fingerprint + self.name.hashCode()) + where.hashCode()) + what.hashCode();
    }

    /** Adds a line to the trace, in the name of the calling actor. */
    public void remark(String text) {
        int at = 3 * (lines++ % TRACE_LENGTH);
        trace[at] = self();
        trace[at + 1] = "    = ";
        trace[at + 2] = text;
    }

    /** The last steps, oldest first, one a line. */
    public String trace() {
        StringBuilder text = new StringBuilder();
        for (int line = Math.max(0, lines - TRACE_LENGTH); line < lines; line++) {
            int at = 3 * (line % TRACE_LENGTH);
            text.append(trace[at])
                    .append(": ")
                    .append(trace[at + 1])
                    .append(trace[at + 2])
                    .append('\n');
        }
        return text.toString();
    }
}
