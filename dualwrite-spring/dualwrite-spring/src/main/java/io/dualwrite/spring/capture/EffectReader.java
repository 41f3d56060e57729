package io.dualwrite.spring.capture;

import io.dualwrite.spring.capture.Effect.Command;
import io.dualwrite.spring.capture.Effect.Inseparable;
import io.dualwrite.spring.capture.Effect.Other;
import io.dualwrite.spring.capture.Effect.Unnamed;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells from a statement's text what it may do to a migration's records. Errs on one side only: what it does not understand
 * may change everything that it mentions. What no text shows (a function that writes when it is selected, a view that is
 * written through) is not seen. Immutable, thread-safe.
 */
final class EffectReader {
    private static final Set<String> READING =
            Set.of("select", "values", "table", "show", "explain", "describe", "desc");
    private static final Set<String> PROCEDURES = Set.of("call", "exec", "execute", "do", "prepare", "{");
    private static final Set<String> TAKING_BACK = Set.of("rollback", "abort");
    private static final Set<String> COMMANDS = Set.of(
            "alter",
            "analyze",
            "begin",
            "check",
            "checkpoint",
            "close",
            "comment",
            "commit",
            "create",
            "deallocate",
            "declare",
            "discard",
            "drop",
            "end",
            "fetch",
            "flush",
            "grant",
            "listen",
            "lock",
            "move",
            "notify",
            "optimize",
            "refresh",
            "reindex",
            "release",
            "rename",
            "reset",
            "revoke",
            "savepoint",
            "set",
            "shutdown",
            "start",
            "unlisten",
            "unlock",
            "use",
            "vacuum");
    /** But for the functions: replace(text, from, to), which Hibernate writes into each LIKE for MariaDB, and insert(...). */
    private static final Pattern CHANGE =
            Pattern.compile("\\b(?:update|delete|merge)\\b|\\b(?:insert|replace)\\b(?!\\s*\\()");

    private static final Pattern TEMPORARY =
            Pattern.compile("\\s*(?:create\\s+(?:local\\s+)?|drop\\s+)temporary\\s+table\\s.*", Pattern.DOTALL);

    private static final Pattern DROPPED = Pattern.compile("\\s*drop\\s+table\\s.*", Pattern.DOTALL);

    private static final Pattern LOCKING = Pattern.compile("\\bfor\\s+(?:no\\s+key\\s+)?update\\b");

    private final List<CapturedTable> tables;

    EffectReader(List<CapturedTable> tables) {
        this.tables = List.copyOf(tables);
    }

    List<CapturedTable> tables() {
        return tables;
    }

    /** What a statement does that needs no look at the tables, or null. */
    static @Nullable Effect atFirstGlance(String sql) {
        String head = sql.stripLeading().toLowerCase(Locale.ROOT);
        int end = 0;
        while (end < head.length() && Character.isLetter(head.charAt(end))) {
            end++;
        }
        head = head.substring(0, end);
        if (sql.indexOf(';') >= 0) {
            return null;
        }
        if (COMMANDS.contains(head) || TAKING_BACK.contains(head)) {
            return command(sql, head);
        }
        return READING.contains(head)
                        && !CHANGE.matcher(sql.toLowerCase(Locale.ROOT)).find()
                ? new Other()
                : null;
    }

    private static Command command(String sql, String head) {
        if (TAKING_BACK.contains(head)) {
            return new Command(Command.Kind.TAKES_BACK);
        }
        String text = sql.toLowerCase(Locale.ROOT);
        if (sql.indexOf(';') < 0 && TEMPORARY.matcher(text).matches()) {
            return new Command(Command.Kind.TEMPORARY_TABLE);
        }
        boolean dropped = sql.indexOf(';') < 0 && DROPPED.matcher(text).matches();
        return new Command(dropped ? Command.Kind.DROPPED_TABLE : Command.Kind.OTHER);
    }

    Effect read(String sql) {
        SqlText text = SqlText.of(sql);
        if (text.isAmbiguous()) {
            return ambiguous(text);
        }
        List<List<Token>> statements = statements(text.tokens());
        return switch (statements.size()) {
            case 0 -> new Other();
            case 1 -> one(text, statements.get(0));
            default -> several(text, statements);
        };
    }

    private static List<List<Token>> statements(List<Token> tokens) {
        List<List<Token>> statements = new ArrayList<>();
        int from = 0;
        for (int at = 0; at <= tokens.size(); at++) {
            if (at == tokens.size() || tokens.get(at).isSign(";")) {
                if (at > from) {
                    statements.add(tokens.subList(from, at));
                }
                from = at + 1;
            }
        }
        return statements;
    }

    private Effect one(SqlText text, List<Token> tokens) {
        int head = 0;
        while (head < tokens.size() && tokens.get(head).isSign("(")) {
            head++;
        }
        if (head == tokens.size()) {
            return new Other();
        }
        String word = tokens.get(head).lower();
        if (PROCEDURES.contains(word)) {
            return new Unnamed(tables, "what it calls may change any record");
        }
        if (TAKING_BACK.contains(word) || COMMANDS.contains(word)) {
            return command(text.slice(0, text.length()), word);
        }
        List<CapturedTable> mentioned = mentioned(tokens);
        if (mentioned.isEmpty()) {
            return new Other();
        }
        return new ChangeReader(text, tokens, tables).read(head, mentioned);
    }

    private List<CapturedTable> mentioned(List<Token> tokens) {
        return tables.stream()
                .filter(table -> tokens.stream()
                        .anyMatch(token -> token.isIdentifier() && token.lower().equals(table.name())))
                .toList();
    }

    private Effect several(SqlText text, List<List<Token>> statements) {
        Set<CapturedTable> changed = new LinkedHashSet<>();
        boolean commands = false;
        for (List<Token> statement : statements) {
            Effect effect = one(text, statement);
            commands |= effect instanceof Command || effect instanceof Inseparable;
            changed.addAll(tablesOf(effect));
        }
        if (changed.isEmpty()) {
            return commands ? new Command(Command.Kind.OTHER) : new Other();
        }
        return commands
                ? new Inseparable("changes and commands are in one text; execute them one by one")
                : new Unnamed(List.copyOf(changed), "several statements are in one text");
    }

    private static List<CapturedTable> tablesOf(Effect effect) {
        if (effect instanceof Effect.Named named) {
            return List.of(named.table());
        } else if (effect instanceof Effect.Generated generated) {
            return List.of(generated.table());
        } else if (effect instanceof Effect.Searched searched) {
            return List.of(searched.table());
        }
        return effect instanceof Unnamed unnamed ? unnamed.tables() : List.of();
    }

    private Effect ambiguous(SqlText text) {
        List<CapturedTable> mentioned =
                tables.stream().filter(table -> text.contains(table.name())).toList();
        String head = text.tokens().isEmpty() ? "" : text.tokens().get(0).lower();
        if (PROCEDURES.contains(head)) {
            return new Unnamed(tables, "what it calls may change any record");
        }
        String plain = LOCKING.matcher(text.slice(0, text.length()).toLowerCase(Locale.ROOT))
                .replaceAll(" ");
        boolean reads = (READING.contains(head) || head.equals("with"))
                && !CHANGE.matcher(plain).find();
        if (reads || (mentioned.isEmpty() && !COMMANDS.contains(head))) {
            return new Other();
        }
        return mentioned.isEmpty()
                ? new Command(Command.Kind.OTHER)
                : new Unnamed(mentioned, "engines read its backslashes or comments differently");
    }
}
