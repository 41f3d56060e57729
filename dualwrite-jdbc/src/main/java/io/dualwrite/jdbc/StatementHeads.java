package io.dualwrite.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the statements begin that one text of SQL consists of. Comments before a statement are passed over, and semicolons
 * inside of literals, quoted names and comments separate nothing.
 */
final class StatementHeads {
    /** What is one thing, whatever is in it: comments, literals, quoted names, dollar-quoted texts. */
    private static final Pattern OPAQUE = Pattern.compile(
            "--[^\\n]*|/\\*.*?(?:\\*/|$)|'(?:[^']|'')*'?|\"[^\"]*\"?|`[^`]*`?|(\\$\\w*\\$).*?(?:\\1|$)",
            Pattern.DOTALL);

    private StatementHeads() {}

    /** The texts of the statements, in order, each from its first word on. */
    static List<String> of(String sql) {
        if (sql.indexOf(';') < 0 && sql.indexOf("--") < 0 && sql.indexOf("/*") < 0) {
            return List.of(sql.strip());
        }
        StringBuilder plain = new StringBuilder(sql.length());
        Matcher opaque = OPAQUE.matcher(sql);
        int from = 0;
        while (opaque.find(from)) {
            plain.append(sql, from, opaque.start());
            String text = opaque.group();
            // A space stands for a comment, as in SQL itself, and a word for everything else that is left out.
            plain.append(text.startsWith("--") || text.startsWith("/*") ? " " : "x");
            from = opaque.end();
        }
        plain.append(sql, from, sql.length());
        List<String> heads = new ArrayList<>();
        for (String statement : plain.toString().split(";", -1)) {
            if (!statement.isBlank()) {
                heads.add(statement.strip());
            }
        }
        return heads;
    }
}
