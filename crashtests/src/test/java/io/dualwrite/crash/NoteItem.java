package io.dualwrite.crash;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.h2.api.Trigger;
import org.jspecify.annotations.Nullable;

/** H2's way to write down what becomes of a record; runs in the server. The columns are key, value, and what is carried. */
public final class NoteItem implements Trigger {
    @Override
    public void fire(Connection connection, @Nullable Object[] before, @Nullable Object[] after) throws SQLException {
        try (Statement look = connection.createStatement();
                ResultSet says = look.executeQuery("select role, handover from dualwrite_control where stripe = 0");
                PreparedStatement note = connection.prepareStatement(
                        "insert into footprint (item, was, now, role, handover) values (?, ?, ?, ?, ?)")) {
            says.next();
            note.setObject(1, after == null ? before[0] : after[0]);
            note.setObject(2, before == null ? null : before[1]);
            note.setObject(3, after == null ? null : after[1]);
            note.setString(4, says.getString(1));
            note.setLong(5, says.getLong(2));
            note.executeUpdate();
        }
    }
}
