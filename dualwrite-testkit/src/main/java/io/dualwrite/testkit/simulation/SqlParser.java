package io.dualwrite.testkit.simulation;

import io.dualwrite.testkit.simulation.SqlStatement.Assignment;
import io.dualwrite.testkit.simulation.SqlStatement.Isolation;
import io.dualwrite.testkit.simulation.SqlStatement.Item;
import io.dualwrite.testkit.simulation.SqlStatement.Locking;
import io.dualwrite.testkit.simulation.SqlStatement.Order;
import io.dualwrite.testkit.simulation.SqlStatement.Select;
import io.dualwrite.testkit.simulation.SqlStatement.Source;
import io.dualwrite.testkit.simulation.SqlTokens.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Parses the part of SQL that the library writes; anything else is refused with the whole text. One use. */
final class SqlParser {
    /** What the names of primary keys end with. */
    static final String PRIMARY_KEY = "_pkey";

    private final SqlTokens tokens;
    private final SqlExpressions expressions;

    private SqlParser(String sql) {
        this.tokens = new SqlTokens(sql);
        this.expressions = new SqlExpressions(tokens, this);
    }

    /** The statements of a text, which are separated by semicolons. */
    static List<SqlStatement> parse(String sql) {
        if (sql.startsWith("select p.conname from pg_catalog.pg_constraint p")) {
            // Tables here have no triggers, rules, policies, partitions or special indexes to be asked about.
            return List.of(new SqlStatement.PrimaryKeyName());
        }
        SqlParser parser = new SqlParser(sql);
        List<SqlStatement> statements = new ArrayList<>();
        do {
            if (!parser.tokens.isEnd()) {
                statements.add(parser.statement());
            }
        } while (parser.tokens.take(";"));
        if (!parser.tokens.isEnd()) {
            throw parser.tokens.unknown("'" + parser.tokens.peek().text() + "'");
        }
        return List.copyOf(statements);
    }

    private SqlStatement statement() {
        if (tokens.isNext("select")) {
            return select();
        }
        if (tokens.take("insert", "into")) {
            return insert();
        }
        if (tokens.take("update")) {
            return update();
        }
        if (tokens.take("delete", "from")) {
            return new SqlStatement.Delete(table(), where());
        }
        if (tokens.take("set")) {
            return set();
        }
        if (tokens.take("create", "table")) {
            tokens.take("if", "not", "exists");
            return createTable();
        }
        if (tokens.take("create", "index")) {
            while (!tokens.isEnd() && !tokens.isNext(";")) {
                tokens.next();
            }
            return new SqlStatement.Nothing();
        }
        throw tokens.unknown("statements that begin with '" + tokens.peek().text() + "'");
    }

    /** A table's name; its schema, of which there is one, is passed over. */
    private String table() {
        String name = tokens.name();
        return tokens.take(".") ? tokens.name() : name;
    }

    private @Nullable SqlExpression where() {
        return tokens.take("where") ? expressions.expression() : null;
    }

    private SqlStatement set() {
        if (tokens.take("transaction", "isolation", "level")) {
            Isolation level = level();
            boolean readOnly = tokens.take(",", "read", "only");
            return new SqlStatement.SetIsolation(level, readOnly);
        }
        boolean local = tokens.take("local");
        String name = tokens.name();
        if (!tokens.take("=")) {
            tokens.expect("to");
        }
        return new SqlStatement.Set(name, tokens.next().text(), local);
    }

    private Isolation level() {
        if (tokens.take("repeatable", "read")) {
            return Isolation.REPEATABLE_READ;
        }
        if (tokens.take("serializable")) {
            return Isolation.SERIALIZABLE;
        }
        tokens.expect("read", "committed");
        return Isolation.READ_COMMITTED;
    }

    private SqlStatement createTable() {
        String name = table();
        List<StoredTable.Column> columns = new ArrayList<>();
        List<List<String>> unique = new ArrayList<>();
        tokens.expect("(");
        do {
            if (tokens.take("primary", "key") || tokens.take("unique")) {
                unique.add(names());
            } else {
                columns.add(column(unique));
            }
        } while (tokens.take(","));
        tokens.expect(")");
        return new SqlStatement.CreateTable(name, List.copyOf(columns), List.copyOf(unique));
    }

    private StoredTable.Column column(List<List<String>> unique) {
        String name = tokens.name();
        ColumnType type = expressions.type();
        boolean required = false;
        boolean identity = false;
        SqlExpression preset = null;
        while (!tokens.isNext(",") && !tokens.isNext(")")) {
            if (tokens.take("not", "null")) {
                required = true;
            } else if (tokens.take("generated", "by", "default", "as", "identity")) {
                identity = true;
            } else if (tokens.take("primary", "key")) {
                required = true;
                unique.add(List.of(name));
            } else if (tokens.take("default")) {
                preset = expressions.expression();
            } else {
                throw tokens.unknown("'" + tokens.peek().text() + "' of a column");
            }
        }
        return new StoredTable.Column(name, type, required || identity, identity, preset);
    }

    private List<String> names() {
        List<String> names = new ArrayList<>();
        tokens.expect("(");
        do {
            names.add(tokens.name());
        } while (tokens.take(","));
        tokens.expect(")");
        return List.copyOf(names);
    }

    private SqlStatement insert() {
        String table = table();
        List<String> columns = names();
        tokens.take("overriding", "system", "value");
        if (tokens.isNext("select")) {
            return new SqlStatement.Insert(table, columns, List.of(), select(), null);
        }
        tokens.expect("values");
        List<List<SqlExpression>> rows = new ArrayList<>();
        do {
            tokens.expect("(");
            rows.add(expressions.list());
            tokens.expect(")");
        } while (tokens.take(","));
        return new SqlStatement.Insert(table, columns, List.copyOf(rows), null, conflict());
    }

    private SqlStatement.@Nullable Conflict conflict() {
        if (!tokens.take("on", "conflict")) {
            return null;
        }
        boolean byPrimaryKey = tokens.take("on", "constraint");
        if (byPrimaryKey && !tokens.name().endsWith(PRIMARY_KEY)) {
            throw tokens.unknown("a constraint that is no primary key");
        }
        tokens.expect("do");
        if (tokens.take("nothing")) {
            return new SqlStatement.Conflict(byPrimaryKey, List.of());
        }
        tokens.expect("update", "set");
        return new SqlStatement.Conflict(byPrimaryKey, assignments());
    }

    private SqlStatement update() {
        String table = table();
        tokens.expect("set");
        return new SqlStatement.Update(table, assignments(), where());
    }

    private List<Assignment> assignments() {
        List<Assignment> assignments = new ArrayList<>();
        do {
            String column = tokens.name();
            tokens.expect("=");
            assignments.add(new Assignment(column, expressions.expression()));
        } while (tokens.take(","));
        return List.copyOf(assignments);
    }

    Select select() {
        tokens.expect("select");
        List<SqlExpression.Aggregate> aggregates = expressions.beginAggregates();
        List<Item> items = new ArrayList<>();
        do {
            items.add(item());
        } while (tokens.take(","));
        Source source = tokens.take("from") ? source() : null;
        SqlExpression where = where();
        List<Order> order = new ArrayList<>();
        if (tokens.take("order", "by")) {
            do {
                SqlExpression by = expressions.expression();
                boolean descending = tokens.take("desc");
                if (!descending) {
                    tokens.take("asc");
                }
                order.add(new Order(by, descending));
            } while (tokens.take(","));
        }
        SqlExpression limit = tokens.take("limit") ? expressions.expression() : null;
        Locking locking = locking();
        expressions.endAggregates();
        return new Select(List.copyOf(items), source, where, aggregates, List.copyOf(order), limit, locking);
    }

    private Item item() {
        if (tokens.take("*")) {
            return new Item(null, "*", true);
        }
        boolean bare = tokens.peek().kind() == Kind.WORD || tokens.peek().kind() == Kind.QUOTED;
        String first = tokens.peek().text();
        SqlExpression expression = expressions.expression();
        String name = bare && expression instanceof SqlExpression.Column column ? column.name() : first;
        if (tokens.take("as")) {
            name = tokens.name();
        }
        return new Item(expression, name, false);
    }

    private Source source() {
        if (tokens.take("generate_series", "(")) {
            SqlExpression first = expressions.expression();
            tokens.expect(",");
            SqlExpression last = expressions.expression();
            tokens.expect(")");
            tokens.expect("as");
            String alias = tokens.name();
            List<String> columns = names();
            return new SqlStatement.SeriesSource(first, last, alias, columns.get(0));
        }
        String table = table();
        tokens.take("as");
        Kind next = tokens.peek().kind();
        boolean aliased = next == Kind.QUOTED || (next == Kind.WORD && !isClause());
        return new SqlStatement.TableSource(table, aliased ? tokens.name() : table);
    }

    private boolean isClause() {
        return tokens.isNext("where")
                || tokens.isNext("order")
                || tokens.isNext("limit")
                || tokens.isNext("for")
                || tokens.isNext("lock");
    }

    private @Nullable Locking locking() {
        StoreLocks.Mode mode;
        if (tokens.take("for", "update")) {
            mode = StoreLocks.Mode.EXCLUSIVE;
        } else if (tokens.take("for", "share") || tokens.take("lock", "in", "share", "mode")) {
            mode = StoreLocks.Mode.SHARED;
        } else {
            return null;
        }
        boolean skips = tokens.take("skip", "locked");
        return new Locking(mode, !skips && tokens.take("nowait"), skips);
    }
}
