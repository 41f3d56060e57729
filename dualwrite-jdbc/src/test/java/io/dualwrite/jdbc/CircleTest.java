package io.dualwrite.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.dualwrite.repair.VerifyPolicy;
import io.dualwrite.stage.RecordId;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import io.dualwrite.stage.Stage;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Tables that reference each other, and rows of one table that do: none of them can be written, or go, before the others. */
@Tag("pairings")
@ParameterizedClass
@MethodSource("io.dualwrite.jdbc.Engines#pairs")
final class CircleTest {
    record Department(Long id, Long headId) {}

    record Employee(Long id, Long departmentId, Long spouseId) {}

    private static final Table<Department, Long> DEPARTMENTS =
            Jdbc.table("departments", Department.class, Long.class).key(Department::id);
    private static final Table<Employee, Long> ALONE =
            Jdbc.table("employees", Employee.class, Long.class).key(Employee::id);
    private static final Table<Employee, Long> EMPLOYEES =
            ALONE.references(DEPARTMENTS, "department_id", "department_id").references(ALONE, "spouse_id", "spouse_id");

    private final Sides<TestDatabase> databases;
    private final JdbcMigration migration;

    CircleTest(Engine origin, Engine target) {
        databases = new Sides<>(origin.create(), target.create());
        for (Side side : Side.values()) {
            databases
                    .of(side)
                    .run(
                            "create table departments (id bigint primary key, head_id bigint unique)",
                            "create table employees (id bigint primary key, department_id bigint not null, spouse_id bigint,"
                                    + " foreign key (department_id) references departments (id),"
                                    + " foreign key (spouse_id) references employees (id))",
                            "alter table departments add foreign key (head_id) references employees (id)");
        }
        migration = Jdbc.migration(
                        "firm", databases.origin().pool(), databases.target().pool())
                .records(DEPARTMENTS.referencesLater(EMPLOYEES, "head_id", "head_id"), EMPLOYEES)
                .createTables(true)
                .attestedBy("the tests")
                .build();
        databases
                .origin()
                .run(
                        "insert into departments values (1, null), (2, null)",
                        "insert into employees values (10, 1, null), (20, 2, null), (11, 1, 10), (30, 1, 30)",
                        "update employees set spouse_id = 11 where id = 10",
                        "update departments set head_id = id * 10");
        migration.start();
    }

    @AfterEach
    void close() {
        migration.close();
    }

    @Test
    void rowsThatNeedEachOtherAreCopiedAndComeTogether() throws Exception {
        migration.moveTo(Stage.DUAL_WRITE);
        migration.backfill();
        assertSame();

        change(
                ids(List.of(3L), List.of(31L, 32L)),
                "insert into departments values (3, null)",
                "insert into employees values (31, 3, null), (32, 3, 31)",
                "update employees set spouse_id = 32 where id = 31",
                "update departments set head_id = 32 where id = 3");
        assertSame();
        assertThat(migration.verify(VerifyPolicy.REPORT).isClean()).isTrue();
    }

    @Test
    void headsChangePlaces() throws Exception {
        migration.moveTo(Stage.DUAL_WRITE);
        migration.backfill();

        change(
                ids(List.of(1L, 2L), List.of()),
                "update departments set head_id = null",
                "update departments set head_id = 30 - id * 10");
        assertSame();
    }

    @Test
    void rowsThatNeedEachOtherGoTogether() throws Exception {
        migration.moveTo(Stage.DUAL_WRITE);
        migration.backfill();

        change(
                ids(List.of(1L), List.of(10L, 11L, 30L)),
                "update departments set head_id = null where id = 1",
                "update employees set spouse_id = null where department_id = 1",
                "delete from employees where department_id = 1",
                "delete from departments where id = 1");
        assertSame();
        assertThat(databases.target().rows("select id from employees")).containsExactly("20");
    }

    private static List<RecordId> ids(List<Long> departments, List<Long> employees) {
        return Stream.concat(
                        departments.stream().map(DEPARTMENTS::id),
                        employees.stream().map(EMPLOYEES::id))
                .toList();
    }

    private void change(List<RecordId> records, String... statements) throws Exception {
        migration.inTransaction(() -> {
            try (var connection = migration.dataSource(Side.ORIGIN).getConnection();
                    var statement = connection.createStatement()) {
                for (String sql : statements) {
                    statement.execute(sql);
                }
            }
            migration.changedRecords(records);
        });
    }

    private void assertSame() throws InterruptedException {
        assertThat(migration.awaitDrained(Duration.ofSeconds(20))).isTrue();
        for (String all : List.of(
                "select id, head_id from departments order by id",
                "select id, department_id, spouse_id from employees order by id")) {
            assertThat(databases.target().rows(all))
                    .isEqualTo(databases.origin().rows(all));
        }
    }
}
