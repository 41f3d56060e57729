package io.dualwrite.control.incident;

import java.util.ArrayList;
import java.util.List;

/**
 * Who is told.
 *
 * @param primary whom an incident goes to first: a person, a rota, an address, as the sinks' other end knows it
 * @param backup whom it escalates to; another one
 * @param channel where everybody reads along
 */
public record Contacts(String primary, String backup, String channel) {
    /** What is missing; empty when nothing is. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (primary.isBlank()) {
            problems.add("no primary contact");
        }
        if (backup.isBlank()) {
            problems.add("no backup contact");
        }
        if (!primary.isBlank() && primary.equals(backup)) {
            problems.add("a backup who is the primary contact");
        }
        if (channel.isBlank()) {
            problems.add("no channel");
        }
        return problems;
    }
}
