package io.dualwrite.jdbc;

import io.dualwrite.DeclarationException;
import io.dualwrite.MigrationBuilder;
import io.dualwrite.stage.Side;
import io.dualwrite.stage.Sides;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;

/**
 * Builds a {@link JdbcMigration}; see {@link MigrationBuilder} for the settings that every migration has. Touches no
 * database. Not thread-safe.
 */
public final class JdbcMigrationBuilder extends MigrationBuilder<JdbcMigrationBuilder> {
    private final String name;
    private final Sides<DataSource> pools;
    private final List<Table<?, ?>> tables = new ArrayList<>();
    private Sides<DataSource> ownPools;
    private boolean createTables;
    private boolean adoptTarget;

    JdbcMigrationBuilder(String name, DataSource origin, DataSource target) {
        this.name = Objects.requireNonNull(name, "name");
        this.pools = new Sides<>(origin, target);
        this.ownPools = pools;
    }

    @Override
    protected JdbcMigrationBuilder self() {
        return this;
    }

    /** Adds tables to move. All tables that share transactions or foreign keys belong into one migration. */
    public JdbcMigrationBuilder records(Table<?, ?>... more) {
        tables.addAll(List.of(more));
        return this;
    }

    /**
     * Whether the library creates its own tables where they are missing: on the authority at {@code start()}, on the other
     * side as soon as it is reachable. Default false: apply the DDL that {@link Schema} prints.
     */
    public JdbcMigrationBuilder createTables(boolean create) {
        this.createTables = create;
        return this;
    }

    /**
     * Whether rows that are on the target before the first start may be replaced by the origin's and removed where the
     * origin has none. Default false: then such rows are a reason not to begin.
     */
    public JdbcMigrationBuilder adoptTarget(boolean adopt) {
        this.adoptTarget = adopt;
        return this;
    }

    /**
     * Connections for the library's own work (relay, backfill, verification, control rows); four per side are plenty.
     * Default: the application's. With pools of its own the library gets through a handover even while waiting writers have
     * taken every connection of the application.
     */
    public JdbcMigrationBuilder ownPools(DataSource origin, DataSource target) {
        this.ownPools = new Sides<>(origin, target);
        return this;
    }

    /**
     * Checks the whole declaration and wires the migration; starts nothing.
     *
     * @throws DeclarationException with everything that is wrong
     */
    public JdbcMigration build() {
        List<String> problems = new ArrayList<>();
        check(problems);
        checkName(problems);
        checkPools(problems);
        checkTables(problems);
        if (problems.isEmpty()) {
            checkReferences(problems);
        }
        if (!problems.isEmpty()) {
            throw new DeclarationException("Migration " + name, problems);
        }
        JdbcParts made = new JdbcParts(new JdbcParts.Declaration(
                name,
                pools,
                ownPools,
                List.copyOf(tables),
                new Limits(settings().copyCalls().deadline(), Limits.DEFAULT.lock()),
                createTables,
                adoptTarget,
                settings().pace()));
        return new JdbcMigration(name, made, made.parts(), settings());
    }

    private void checkName(List<String> problems) {
        try {
            Schema.checkedName(name);
        } catch (IllegalArgumentException wrong) {
            problems.add(String.valueOf(wrong.getMessage()));
        }
        if (settings().handover().budget().compareTo(Limits.DEFAULT.lock()) <= 0) {
            problems.add("the handover's budget (" + settings().handover().budget() + ") must be more than the "
                    + Limits.DEFAULT.lock() + " that one attempt to close a side may take");
        }
    }

    private void checkPools(List<String> problems) {
        if (pools.origin() == pools.target()) {
            problems.add("origin and target are the same DataSource; give one for each database");
        }
        if (ownPools.origin() == ownPools.target() && ownPools != pools) {
            problems.add("ownPools are the same DataSource twice; give one for each database");
        }
    }

    private void checkTables(List<String> problems) {
        if (tables.isEmpty()) {
            problems.add("there are no records; add the tables to move with records(…)");
        }
        Map<String, Table<?, ?>> names = new HashMap<>();
        Sides<Map<String, Table<?, ?>>> taken = Sides.each(side -> new HashMap<>());
        for (Table<?, ?> table : tables) {
            if (names.put(table.name(), table) != null) {
                problems.add("two tables are named " + table + "; give one of them another name with named(…)");
            }
            for (Side side : Side.values()) {
                String identifier = table.tables().of(side).toLowerCase(Locale.ROOT);
                Table<?, ?> other = taken.of(side).put(identifier, table);
                if (other != null && !other.name().equals(table.name())) {
                    problems.add(
                            "the tables " + other + " and " + table + " are both " + identifier + " on the " + side);
                }
            }
            problems.addAll(table.problems());
        }
    }

    private void checkReferences(List<String> problems) {
        try {
            new Tables(tables);
        } catch (IllegalArgumentException wrong) {
            problems.add(String.valueOf(wrong.getMessage()));
        }
    }
}
