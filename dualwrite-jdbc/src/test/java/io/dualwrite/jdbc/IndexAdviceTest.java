package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

final class IndexAdviceTest {
    record Coded(String code) {}

    record Line(String code, Long number) {}

    private final Logger watched = (Logger) LoggerFactory.getLogger(IndexAdvice.class);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private final Sides<TestDatabase> databases = new Sides<>(Engine.POSTGRES.create(), Engine.H2.create());

    @BeforeEach
    void watch() {
        log.start();
        watched.addAppender(log);
    }

    @AfterEach
    void stopWatching() {
        watched.detachAppender(log);
    }

    @Test
    void aLargeTableThatIsSortedForEveryPageIsToldOnceWithWhatToDo() {
        coded("varchar(20)");
        large("coded");
        IndexAdvice advice = advice(codes());
        advice.give();
        advice.give();

        assertThat(log.list)
                .singleElement()
                .extracting(ILoggingEvent::getFormattedMessage)
                .asString()
                .contains("coded on the ORIGIN");
        String message = log.list.get(0).getFormattedMessage();
        databases.origin().run(message.substring(message.indexOf("create index")));
        advice(codes()).give();
        assertThat(log.list).hasSize(1);
    }

    @Test
    void aSmallTableAndAKeyInTheOrderOfItsBytesNeedNothing() {
        coded("varchar(20)");
        advice(codes()).give();
        databases.origin().run("drop table coded");
        databases.target().run("drop table coded");
        coded("varchar(20) collate \"C\"");
        large("coded");
        advice(codes()).give();
        assertThat(log.list).isEmpty();
    }

    @Test
    void ofAKeyOfSeveralColumnsTheWholeOrderCounts() {
        for (Side side : Side.values()) {
            databases.of(side).run("create table line (code varchar(20), number bigint, primary key (code, number))");
        }
        databases
                .origin()
                .run(
                        "create index on line (number, code collate \"C\")",
                        "create index on line (code collate \"C\") where number > 5");
        large("line");
        IndexAdvice advice = advice(Jdbc.table("line", Line.class, Line.class).key(line -> line));
        advice.give();
        assertThat(log.list)
                .singleElement()
                .extracting(ILoggingEvent::getFormattedMessage)
                .asString()
                .endsWith("(\"code\" collate \"C\", \"number\")");
    }

    private void coded(String type) {
        databases.origin().run("create table coded (code " + type + " primary key)");
        databases.target().run("create table coded (code varchar(20) primary key)");
    }

    /** As statistics would have it. */
    private void large(String table) {
        databases
                .origin()
                .run("update pg_class set reltuples = 100000, relpages = 500 where oid = '" + table + "'::regclass");
    }

    private IndexAdvice advice(Table<?, ?> table) {
        Shop shop = new Shop(databases, List.of(table)).atShadow();
        return new IndexAdvice(shop.made.places(), shop.made.tables());
    }

    private static Table<Coded, String> codes() {
        return Jdbc.table("coded", Coded.class, String.class).key(Coded::code);
    }
}
