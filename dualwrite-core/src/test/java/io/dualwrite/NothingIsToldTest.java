package io.dualwrite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import io.dualwrite.event.MigrationEvent;
import io.dualwrite.event.MigrationEvent.CallMissed;
import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.event.MigrationEvent.Quarantined;
import io.dualwrite.event.MigrationEvent.ShadowCompared;
import io.dualwrite.event.MigrationEvent.ShadowFailed;
import io.dualwrite.event.MigrationEvent.TransferFailed;
import io.dualwrite.flag.StageSource;
import io.dualwrite.repair.RelaySettings;
import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import io.dualwrite.store.KeyCodecs;
import io.dualwrite.store.RecordType;
import io.dualwrite.store.ScannableStore;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Both modes go through every fault with a word in each field and each key that nobody may find again: in no log, event,
 * exception of the library's, meter, or listing. The stores' own exceptions carry it, as those of drivers do.
 */
class NothingIsToldTest {
    private static final String SECRET = "quetzal";
    private static final RecordType<Person, String> PEOPLE =
            new RecordType<>("people", Person.class, String.class, KeyCodecs.of(String.class), Person::mail);

    record Person(String mail, String name, List<String> notes) {
        static Person of(int number, String note) {
            return new Person(mail(number), "name-" + SECRET, List.of(note + SECRET));
        }

        static String mail(int number) {
            return SECRET + number + "@example.org";
        }
    }

    interface People {
        Person findById(String mail) throws Exception;

        void save(Person person) throws Exception;

        void deleteById(String mail) throws Exception;
    }

    /** Fails as a driver does: with the values in its message, deep in its causes too. */
    private static final class SpeakingStore implements People, ScannableStore<Person, String> {
        private final ConcurrentSkipListMap<String, Person> rows = new ConcurrentSkipListMap<>();
        private volatile String state;
        private volatile boolean fails;

        @Override
        public Person findById(String mail) throws Exception {
            fail(mail);
            return rows.get(mail);
        }

        @Override
        public Person find(String mail) throws Exception {
            return findById(mail);
        }

        @Override
        public void save(Person person) throws Exception {
            fail(person);
            rows.put(person.mail(), person);
        }

        @Override
        public void deleteById(String mail) throws Exception {
            fail(mail);
            rows.remove(mail);
        }

        @Override
        public void delete(String mail) throws Exception {
            deleteById(mail);
        }

        @Override
        public List<String> keysAfter(String after, int limit) throws Exception {
            return (after == null ? rows : rows.tailMap(after, false))
                    .keySet().stream().limit(limit).toList();
        }

        private void fail(Object value) throws Exception {
            if (fails) {
                SQLException cause = new SQLException("value " + value + " is no good", state);
                throw new IllegalStateException("insert of " + value, cause);
            }
        }
    }

    private final Sides<SpeakingStore> stores = Sides.each(side -> new SpeakingStore());
    private final List<MigrationEvent> events = new CopyOnWriteArrayList<>();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Logger root = (Logger) LoggerFactory.getLogger("io.dualwrite");
    private final AppenderBase<ILoggingEvent> logs = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            told.add("log: " + event.getThreadName() + " " + event.getFormattedMessage());
            for (IThrowableProxy at = event.getThrowableProxy(); at != null; at = at.getCause()) {
                told.add("logged exception: " + at.getMessage());
            }
        }
    };

    @BeforeEach
    void listen() {
        logs.start();
        root.setLevel(Level.TRACE);
        root.addAppender(logs);
    }

    @AfterEach
    void listenNoMore() {
        root.detachAppender(logs);
        root.setLevel(Level.DEBUG);
    }

    private <B extends MigrationBuilder<B>> B through(B builder) {
        return builder.stage(StageSource.constant(Stage.SHADOW))
                .listener(events::add)
                .listener(event -> {
                    if (event instanceof TransferFailed) {
                        throw new IllegalStateException("a listener that knows of " + SECRET);
                    }
                })
                .callContext(() -> {
                    throw new IllegalStateException("a context that knows of " + SECRET);
                })
                .meters(meters)
                .copyDeadline(Duration.ofMillis(200))
                .requireCopyWithin(Duration.ofMillis(1))
                .relay(RelaySettings.defaults()
                        .withPoll(Duration.ofMillis(10))
                        .withAttempts(2, Duration.ofMillis(2), Duration.ofMillis(2)));
    }

    @Test
    void aMigrationThatCarriesState() throws Exception {
        try (DualWriteRepository<Person, String> people = through(
                        DualWriteRepository.between(stores.origin(), stores.target()))
                .name("people")
                .key(Person::mail)
                .keyClass(String.class)
                .wholeCopy(true)
                .staleAllowed(true)
                .build()) {
            faults(people::save, people::find, people::delete, people.migration());
            stores.target().rows.put(Person.mail(1), Person.of(1, "drift"));
            stores.target().rows.put(Person.mail(99), Person.of(99, "extra"));
            told.add("report: " + people.migration().verify(VerifyPolicy.REPORT));
            told.add("findings: " + people.findings());
            tell(() -> {
                people.save(null);
                return null;
            });
            await().untilAsserted(() -> assertThat(events).hasAtLeastOneElementOfType(MismatchConfirmed.class));
        }
        assertThat(events).hasAtLeastOneElementOfType(Quarantined.class);
        nothingIsTold();
    }

    @Test
    void aMigrationThatReplaysCalls() throws Exception {
        for (boolean inline : new boolean[] {false, true}) {
            Replay.Builder<People> builder = through(Replay.between(People.class, stores.origin(), stores.target()))
                    .name("people" + inline)
                    .records(PEOPLE)
                    .waiting(2, 4);
            try (Replay<People> replay = inline ? builder.onCallersThread().build() : builder.build()) {
                People people = replay.decorated();
                faults(people::save, people::findById, people::deleteById, replay.migration());
                told.add("missed: " + replay.missed());
                told.add("findings: " + replay.findings());
                told.add("obstacles: " + replay.migration().obstacles(Stage.LIVE));
                tell(() -> replay.migration().moveTo(Stage.LIVE));
            }
        }
        assertThat(events).hasAtLeastOneElementOfType(CallMissed.class);
        nothingIsTold();
    }

    @FunctionalInterface
    interface Doing<T> {
        void with(T thing) throws Exception;
    }

    private void faults(Doing<Person> save, Doing<String> find, Doing<String> delete, Migration migration)
            throws Exception {
        for (String state : List.of("23505", "08006", "99999")) {
            stores.target().state = state;
            stores.target().fails = true;
            for (int number = 0; number < 8; number++) {
                Person person = Person.of(number, state);
                tell(() -> done(save, person));
                tell(() -> done(save, person));
                tell(() -> done(find, person.mail()));
                tell(() -> done(delete, person.mail()));
                tell(() -> done(save, person));
                tell(() -> done(save, person));
            }
            await().untilAsserted(() -> assertThat(events)
                    .hasAtLeastOneElementOfType(TransferFailed.class)
                    .hasAtLeastOneElementOfType(ShadowFailed.class));
            stores.target().fails = false;
        }
        stores.target().rows.put(Person.mail(3), Person.of(3, "drift"));
        stores.origin().rows.put(Person.mail(3), Person.of(3, "other"));
        tell(() -> done(find, Person.mail(3)));
        await().untilAsserted(() ->
                assertThat(events).anyMatch(each -> each instanceof ShadowCompared compared && !compared.equal()));
        meters.getMeters().forEach(meter -> told.add("meter: " + meter.getId()));
        Thread.getAllStackTraces().keySet().forEach(thread -> told.add("thread: " + thread.getName()));
        told.add("backlog: " + migration.backlog() + migration.possibleLoss() + migration.view());
    }

    private static <T> Object done(Doing<T> doing, T thing) throws Exception {
        doing.with(thing);
        return thing;
    }

    /** What the library throws is told; what a store threw is the caller's own. */
    private void tell(Callable<?> call) {
        try {
            call.call();
        } catch (Throwable thrown) {
            for (Throwable at = thrown; at != null; at = at.getCause()) {
                if (at.getClass().getName().startsWith("io.dualwrite")
                        || at.getStackTrace().length > 0
                                && at.getStackTrace()[0].getClassName().startsWith("io.dualwrite")
                                && !at.getStackTrace()[0].getClassName().contains("NothingIsToldTest")) {
                    told.add("thrown: " + at);
                }
            }
        }
    }

    private void nothingIsTold() {
        events.forEach(event -> told.add("event: " + event));
        for (String kind : List.of("log: ", "thrown: ", "event: ", "meter: ", "thread: ", "findings: ")) {
            assertThat(told).anyMatch(each -> each.startsWith(kind));
        }
        assertThat(told).noneMatch(each -> each.contains(SECRET));
    }
}
