package io.dualwrite.spring.capture;

import io.dualwrite.spring.capture.Effect.Generated;
import io.dualwrite.spring.capture.Effect.Named;
import io.dualwrite.spring.capture.Effect.Searched;
import io.dualwrite.spring.capture.Effect.Unnamed;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.CallableStatement;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Stands before a statement: remembers its parameters and its batch, and tells what each execution changes. */
final class CapturedStatement implements InvocationHandler {
    private final CapturedConnection connection;
    private final Statement raw;
    private final @Nullable Effect prepared;
    private final boolean asking;
    private final Statement proxy;
    private final Map<Integer, Binding> bindings = new HashMap<>();
    private final List<Entry> batch = new ArrayList<>();
    private @Nullable GeneratedKeys generated;

    /**
     * @param prepared what it does, where that is known already
     * @param asking whether it was prepared to answer with keys that the application did not ask for
     */
    CapturedStatement(CapturedConnection connection, Statement raw, @Nullable Effect prepared, boolean asking) {
        this.connection = connection;
        this.raw = raw;
        this.prepared = prepared;
        this.asking = asking;
        Class<?> type = raw instanceof CallableStatement
                ? CallableStatement.class
                : raw instanceof PreparedStatement ? PreparedStatement.class : Statement.class;
        this.proxy = (Statement)
                Proxy.newProxyInstance(CapturedStatement.class.getClassLoader(), new Class<?>[] {type}, this);
    }

    Statement proxy() {
        return proxy;
    }

    @Override
    public @Nullable Object invoke(Object self, Method method, @Nullable Object @Nullable [] args) throws Throwable {
        String name = method.getName();
        switch (name) {
            case "equals":
                return args != null && self == args[0];
            case "hashCode":
                return System.identityHashCode(self);
            case "getConnection":
                return connection.proxy();
            case "unwrap":
                if (args != null && args[0] instanceof Class<?> type && type.isInstance(self)) {
                    return self;
                }
                throw new SQLException("What is behind this statement is not handed out", "0A000");
            case "isWrapperFor":
                return args != null && args[0] instanceof Class<?> type && type.isInstance(self);
            case "addBatch":
                addToBatch(args);
                break;
            case "clearBatch":
                batch.clear();
                break;
            case "clearParameters":
                bindings.clear();
                break;
            case "close":
                finish();
                break;
            default:
                break;
        }
        if (name.startsWith("execute")) {
            return execute(method, args);
        }
        if (name.startsWith("set") && args != null && args.length > 1 && args[0] instanceof Integer number) {
            bindings.put(number, new Binding(method, args));
        }
        Object answer = Through.call(raw, method, args);
        boolean results = name.equals("getGeneratedKeys") || name.equals("getResultSet");
        return results ? watched(answer) : answer;
    }

    private @Nullable Object watched(@Nullable Object answer) {
        return generated != null && answer instanceof ResultSet results ? generated.watch(results) : answer;
    }

    private void addToBatch(@Nullable Object @Nullable [] args) throws SQLException {
        Effect effect = prepared;
        if (args != null && args.length == 1 && args[0] instanceof String sql) {
            effect = connection.capture().effectOf(sql);
        }
        if (effect != null) {
            connection.capture().admit(effect);
            batch.add(new Entry(effect, Map.copyOf(bindings)));
        }
    }

    private void finish() {
        if (generated != null) {
            generated.finish();
            generated = null;
        }
    }

    private @Nullable Object execute(Method method, @Nullable Object @Nullable [] args) throws Throwable {
        finish();
        boolean batched = method.getName().endsWith("Batch");
        List<Entry> entries = batched ? List.copyOf(batch) : List.of(entry(args));
        if (batched) {
            batch.clear();
        }
        return connection.execute(new Run(method, args, entries, batched));
    }

    private Entry entry(@Nullable Object @Nullable [] args) throws SQLException {
        if (args != null && args.length > 0 && args[0] instanceof String sql) {
            return new Entry(connection.capture().effectOf(sql), Map.of());
        }
        return new Entry(prepared == null ? new Effect.Other() : prepared, Map.copyOf(bindings));
    }

    /** One execution of this statement. */
    private final class Run implements CapturedConnection.Execution {
        private final Method method;
        private final @Nullable Object @Nullable [] args;
        private final List<Entry> entries;
        private final boolean batched;
        private final List<@Nullable KeySearch> searches = new ArrayList<>();
        private final List<List<@Nullable Object>> added = new ArrayList<>();
        private @Nullable CapturedTable adding;
        private boolean answers;

        Run(Method method, @Nullable Object @Nullable [] args, List<Entry> entries, boolean batched) {
            this.method = method;
            this.args = args;
            this.entries = entries;
            this.batched = batched;
        }

        @Override
        public List<Entry> entries() {
            return entries;
        }

        @Override
        public boolean leavesKeysUnread() {
            return entries.stream()
                    .anyMatch(entry -> entry.effect() instanceof Generated keys && (keys.answers() || !asksByItself()));
        }

        /** Whether keys come with it that only this class wants to know. */
        private boolean asksByItself() {
            return asking || (!batched && PreparedCapture.asksForNoKeys(args));
        }

        @Override
        public void before() throws Throwable {
            for (Entry entry : entries) {
                searches.add(note(entry));
            }
        }

        private @Nullable KeySearch note(Entry entry) throws Throwable {
            Changes changes = connection.changes();
            if (entry.effect() instanceof Searched searched) {
                return KeySearch.of(entry, searched, connection.raw(), changes);
            } else if (entry.effect() instanceof Named named) {
                named.keys().forEach(key -> note(entry, named, key));
            } else if (entry.effect() instanceof Generated keys) {
                note(entry, keys);
            } else if (entry.effect() instanceof Unnamed unnamed) {
                unnamed.tables().forEach(changes::whole);
            }
            return null;
        }

        private void note(Entry entry, Named named, List<Operand> key) {
            Changes changes = connection.changes();
            try {
                List<Object> values = entry.values(key);
                if (values != null) {
                    changes.add(named.table(), Entry.id(named.table().stored().table(), values));
                } else if (named.adds()) {
                    changes.whole(named.table());
                }
            } catch (Entry.UnknownKeyException none) {
                changes.whole(named.table());
            }
        }

        private void note(Entry entry, Generated keys) {
            adding = keys.table();
            answers = keys.answers();
            List<List<@Nullable Operand>> rows = keys.rows();
            for (List<@Nullable Operand> row : rows == null ? List.<List<@Nullable Operand>>of() : rows) {
                List<@Nullable Object> known = new ArrayList<>();
                for (Operand operand : row) {
                    try {
                        known.add(operand == null ? null : entry.value(operand));
                    } catch (Entry.UnknownKeyException none) {
                        connection.changes().whole(keys.table());
                        known.add(null);
                    }
                }
                added.add(known);
            }
        }

        @Override
        public @Nullable Object call() throws Throwable {
            boolean asksNow = !asking
                    && !batched
                    && args != null
                    && PreparedCapture.asksForNoKeys(args)
                    && entries.get(0).effect() instanceof Generated keys
                    && !keys.answers();
            if (asksNow && args != null && entries.get(0).effect() instanceof Generated keys) {
                return Through.call(
                        raw,
                        Statement.class.getMethod(method.getName(), String.class, String[].class),
                        new Object[] {args[0], PreparedCapture.keyColumns(keys)});
            }
            return Through.call(raw, method, args);
        }

        @Override
        public @Nullable Object after(@Nullable Object result) throws SQLException {
            settle(result);
            count(result);
            CapturedTable table = adding;
            if (table == null) {
                return result;
            }
            GeneratedKeys keys = new GeneratedKeys(table, added, raw, connection.changes());
            if (asksByItself() && !answers) {
                keys.finish();
                return result;
            }
            generated = keys;
            connection.unread(keys);
            return watched(result);
        }

        /** As many records have been added as it says, where only the database can tell which. */
        private void count(@Nullable Object result) throws SQLException {
            for (int at = 0; at < entries.size(); at++) {
                if (entries.get(at).effect() instanceof Generated keys && keys.rows() == null) {
                    long count = count(result, at);
                    if (count < 0 || count > KeySearch.MOST) {
                        connection.changes().whole(keys.table());
                    } else {
                        List<@Nullable Object> unknown = new ArrayList<>(
                                Collections.nCopies(keys.table().key().size(), null));
                        added.addAll(Collections.nCopies((int) count, unknown));
                    }
                }
            }
        }

        private void settle(@Nullable Object result) throws SQLException {
            for (int at = 0; at < searches.size(); at++) {
                KeySearch search = searches.get(at);
                if (search != null) {
                    search.settle(count(result, at), connection.changes());
                }
            }
        }

        /** How many records the statement concerned, negative when that is not told. */
        private long count(@Nullable Object result, int at) throws SQLException {
            if (result instanceof int[] counts) {
                return at < counts.length ? counts[at] : -1;
            } else if (result instanceof long[] counts) {
                return at < counts.length ? counts[at] : -1;
            } else if (result instanceof Number count) {
                return count.longValue();
            }
            return Boolean.FALSE.equals(result) ? raw.getUpdateCount() : -1;
        }

        @Override
        public void failed() {
            if (batched) {
                entries.forEach(entry -> {
                    if (entry.effect() instanceof Searched searched) {
                        connection.changes().whole(searched.table());
                    } else if (entry.effect() instanceof Generated keys) {
                        connection.changes().whole(keys.table());
                    }
                });
            }
        }
    }
}
