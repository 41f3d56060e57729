package io.dualwrite.repair;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.event.MigrationEvent.MismatchConfirmed;
import io.dualwrite.stage.RecordRange;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Stage;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What was spoilt on purpose is found, all of it, once, and nothing else. */
class PlantedFaultsTest {
    private static final long LAST = 600;

    private final Bench bench = Bench.at(Stage.SHADOW);
    private final TreeMap<Long, Discrepancy.Kind> planted = new TreeMap<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void amongWritesThatGoOnAllOfThemAreFoundAndNothingElse(long seed) throws Exception {
        both(LAST);
        for (Discrepancy.Kind kind : Discrepancy.Kind.values()) {
            boolean extra = kind == Discrepancy.Kind.EXTRA;
            // At the first keys and before them, at the last keys and beyond them, and some in between.
            plant(kind, extra ? 0 : kind.ordinal() + 1);
            plant(kind, extra ? LAST + 7 : LAST - kind.ordinal());
            new Random(seed).longs(20, 10, LAST - 10).forEach(id -> plant(kind, extra ? -id : id + kind.ordinal()));
        }
        Random random = new Random(seed);
        Bench.Node writer = bench.node();

        VerifyReport report = verify(amongWrites(random, writer));

        assertThat(report.candidates()).as("some were in flight").isGreaterThan(planted.size());
        assertThat(bench.events.of(MismatchConfirmed.class))
                .extracting(found -> found.record().key() + " " + found.kind())
                .containsExactlyElementsOf(planted.entrySet().stream()
                        .map(each -> each.getKey() + " " + each.getValue())
                        .toList());
        assertThat(report.confirmed()).isEqualTo(planted.size());
    }

    @ParameterizedTest
    @EnumSource(Discrepancy.Kind.class)
    void aSingleRecordIsEnough(Discrepancy.Kind kind) throws Exception {
        both(1);
        plant(kind, 1);

        assertThat(verify(bench.maps).kinds()).containsEntry(kind, 1L);
        assertThat(bench.events.of(MismatchConfirmed.class)).hasSize(1);
    }

    @Test
    void anEmptyCopyLacksEverything() throws Exception {
        both(LAST);
        bench.items(Side.TARGET).clear();

        VerifyReport report = verify(bench.maps);

        assertThat(report.kinds()).containsEntry(Discrepancy.Kind.MISSING, LAST);
        assertThat(report.confirmed()).isEqualTo(LAST);
    }

    @Test
    void allIsTooMuchWhereTheAuthorityIsEmpty() throws Exception {
        both(LAST);
        bench.items(Side.ORIGIN).clear();

        VerifyReport report = verify(bench.maps);

        assertThat(report.kinds()).containsEntry(Discrepancy.Kind.EXTRA, LAST);
        assertThat(report.confirmed()).isEqualTo(LAST);
    }

    private void plant(Discrepancy.Kind kind, long id) {
        if (planted.putIfAbsent(id, kind) == null) {
            switch (kind) {
                case MISSING -> bench.items(Side.TARGET).remove(id);
                case EXTRA -> {
                    bench.items(Side.ORIGIN).remove(id);
                    bench.items(Side.TARGET).put(id, "extra");
                }
                case DIFFERENT -> bench.items(Side.TARGET).put(id, "other");
            }
        }
    }

    /** The same listing, with writes of records that nobody has spoilt, and transfers, between any two records. */
    private Scan amongWrites(Random random, Bench.Node writer) {
        return new Scan() {
            @Override
            public List<String> keysAfter(Side side, String type, @Nullable String after, int limit) {
                return bench.maps.keysAfter(side, type, after, limit);
            }

            @Override
            public Prints fingerprints(Side side, RecordRange range) {
                Prints prints = bench.maps.fingerprints(side, range);
                // One side is listed before these and the other one after, as without a common snapshot.
                write(random, 50);
                writer.relay.runOnce();
                write(random, 50);
                return new Prints() {
                    @Override
                    public boolean hasNext() {
                        write(random, 3);
                        if (random.nextInt(20) == 0) {
                            writer.relay.runOnce();
                        }
                        return prints.hasNext();
                    }

                    @Override
                    public Print next() {
                        return prints.next();
                    }

                    @Override
                    public void close() {
                        prints.close();
                    }
                };
            }
        };
    }

    private void write(Random random, int times) {
        for (int writes = 0; writes < times; writes++) {
            long id = random.nextLong(1, LAST + 100);
            if (!planted.containsKey(id)) {
                bench.write(id, "written " + random.nextInt());
            }
        }
    }

    private VerifyReport verify(Scan scan) throws Exception {
        Bench.Node node = bench.node();
        return new Verifier(
                        node.board,
                        List.of(Item.TYPE),
                        scan,
                        bench.maps,
                        bench.checkpoints,
                        node.transfer,
                        bench.events,
                        bench.pace)
                .verify(VerifyPolicy.REPORT);
    }

    private void both(long most) {
        LongStream.rangeClosed(1, most).forEach(id -> {
            bench.items(Side.ORIGIN).put(id, "v" + id);
            bench.items(Side.TARGET).put(id, "v" + id);
        });
    }
}
