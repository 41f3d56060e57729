package io.dualwrite.testkit.simulation;

import io.dualwrite.fence.Pace;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Lets real threads run one at a time. Whoever holds the baton runs until its next {@link #step} (every statement, commit
 * and pause is one), where a seeded choice says who goes on. Time is simulated: a step takes a millisecond, and when
 * everybody waits the clock jumps to the first who need not wait any longer. The same seed gives the same run, as long as
 * the actors share nothing but the simulated databases.
 *
 * <p>One use: add {@link #actor actors}, {@link #run}. Threads that are no actors pass through every method untouched.
 */
public final class Baton {
    private static final ThreadLocal<@Nullable Actor> SELF = new ThreadLocal<>();
    private static final int TRACE_LENGTH = 400;

    private final Random random;
    private final Hazards hazards;
    private final int mostSteps;
    private final double staying;
    private final List<Actor> actors = new ArrayList<>();
    private final List<Consumer<Boolean>> deathWatch = new ArrayList<>();
    private final String[] trace = new String[TRACE_LENGTH];
    private final CountDownLatch over = new CountDownLatch(1);

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private int steps;
    private int mishaps;
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

    private static final class Actor {
        final Baton baton;
        final String name;
        final Work work;
        final double weight;
        final boolean mortal;
        volatile boolean turn;
        volatile @Nullable Thread thread;
        boolean finished;
        boolean crashed;
        Instant wake = Instant.MIN;

        @Nullable BooleanSupplier ready;

        Actor(Baton baton, String name, Work work, double weight, boolean mortal) {
            this.baton = baton;
            this.name = name;
            this.work = work;
            this.weight = weight;
            this.mortal = mortal;
        }
    }

    /** Adds an actor that hazards may strike; before {@link #run}. */
    public void actor(String name, Work work) {
        actors.add(new Actor(this, name, work, 1 << (2 * random.nextInt(3)), true));
    }

    /** Adds an actor that is never killed nor stalled. */
    public void sturdyActor(String name, Work work) {
        actors.add(new Actor(this, name, work, 4, false));
    }

    /** Calls {@code watcher} whenever an actor is killed (true), or stalled so that it loses some connections (false). */
    void onDeath(Consumer<Boolean> watcher) {
        deathWatch.add(watcher);
    }

    /**
     * Runs all actors to their end and returns; throws what went wrong first, unchanged if unchecked.
     *
     * @throws Stuck when the bound of steps was passed
     */
    public void run() {
        for (Actor actor : actors) {
            Thread thread = new Thread(() -> live(actor), "simulated-" + actor.name);
            thread.setDaemon(true);
            actor.thread = thread;
            thread.start();
        }
        if (!actors.isEmpty()) {
            give(choose(null));
            try {
                if (!over.await(60, TimeUnit.SECONDS)) {
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
        return now;
    }

    /** Moves the simulated time on; only between runs, or for whoever holds the baton. */
    public void advance(Duration time) {
        now = now.plus(time);
    }

    /** Simulated time and waiting for whatever takes a {@link Pace}. */
    public Pace pace() {
        return new Pace() {
            @Override
            public long nanos() {
                return Duration.between(Instant.EPOCH, now).toNanos();
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

    /** The seeded source of choices; only for whoever holds the baton. */
    public Random random() {
        return random;
    }

    /** How many steps were taken. */
    public int steps() {
        return steps;
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
        Actor self = alive();
        if (self == null) {
            return;
        }
        note(self, where);
        if (++steps > mostSteps) {
            fail(new Stuck("No end after " + mostSteps + " steps"));
        } else if (mishap(hazards.crash())) {
            note(self, "-- killed");
            self.crashed = true;
            deathWatch.forEach(watcher -> watcher.accept(true));
        } else if (mishap(hazards.stall())) {
            Duration length = Duration.ofMillis((long) (50 * Math.pow(1200, random.nextDouble())));
            boolean dropped = random.nextBoolean();
            note(self, "-- stands still for " + length + (dropped ? " and loses connections" : ""));
            if (dropped) {
                deathWatch.forEach(watcher -> watcher.accept(false));
            }
            self.wake = now.plus(length);
        }
        now = now.plusMillis(1);
        if (!self.crashed && !ending) {
            pass(self);
        }
        alive();
    }

    /** Stands still for a simulated while. */
    public void pause(Duration length) {
        Actor self = alive();
        if (self == null) {
            return;
        }
        note(self, "rests for " + length);
        if (++steps > mostSteps) {
            fail(new Stuck("No end after " + mostSteps + " steps"));
        } else {
            self.wake = now.plus(length);
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
        self.wake = now.plus(atMost);
        note(self, "waits for at most " + atMost);
        if (++steps > mostSteps) {
            fail(new Stuck("No end after " + mostSteps + " steps"));
        } else {
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
        Actor next = self.wake.compareTo(now) <= 0 && self.ready == null && random.nextDouble() < staying
                ? self
                : choose(null);
        if (next != null && next != self) {
            give(next);
            park(self);
        }
        self.wake = Instant.MIN;
    }

    private @Nullable Actor choose(@Nullable Actor leaving) {
        List<Actor> able = new ArrayList<>();
        Instant first = Instant.MAX;
        for (Actor actor : actors) {
            if (actor.finished || actor == leaving) {
                continue;
            }
            if (ending || actor.wake.compareTo(now) <= 0 || (actor.ready != null && actor.ready.getAsBoolean())) {
                able.add(actor);
            } else if (actor.wake.isBefore(first)) {
                first = actor.wake;
            }
        }
        if (!able.isEmpty()) {
            return weighted(able);
        }
        if (first.equals(Instant.MAX)) {
            return null;
        }
        now = first;
        return choose(leaving);
    }

    private Actor weighted(List<Actor> able) {
        double sum = 0;
        for (Actor actor : able) {
            sum += actor.weight;
        }
        double at = random.nextDouble() * sum;
        for (Actor actor : able) {
            at -= actor.weight;
            if (at < 0) {
                return actor;
            }
        }
        return able.get(able.size() - 1);
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

    private void note(Actor self, String where) {
        trace[steps % TRACE_LENGTH] = self.name + ": " + where;
    }

    /** Adds a line to the trace, in the name of the calling actor. */
    public void remark(String text) {
        trace[++steps % TRACE_LENGTH] = self() + ":     = " + text;
    }

    /** The last steps, oldest first, one a line. */
    public String trace() {
        StringBuilder text = new StringBuilder();
        for (int at = Math.max(0, steps - TRACE_LENGTH + 1); at <= steps; at++) {
            String line = trace[at % TRACE_LENGTH];
            if (line != null) {
                text.append(line).append('\n');
            }
        }
        return text.toString();
    }
}
